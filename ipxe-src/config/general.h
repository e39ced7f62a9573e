/*
 * What our builds have beyond iPXE's defaults, for BIOS and UEFI alike; copied to config/local.
 * Some are on by default in one of the two, or in newer releases only: naming them again is harmless.
 */

/* Scripts, installers and images from elsewhere, over TLS; NTP because certificates need the right time. */
#define DOWNLOAD_PROTO_HTTPS
#define NTP_CMD
#define TIME_CMD

/* The PCs' disks. */
#define SANBOOT_PROTO_ISCSI

/* To find out on the spot why a PC does not boot. */
#define PING_CMD
#define NSLOOKUP_CMD
#define NEIGHBOUR_CMD
#define IPSTAT_CMD

/* Tagged networks. */
#define VLAN_CMD

/* Menus in the screen's own resolution. */
#define CONSOLE_CMD

#define REBOOT_CMD
#define POWEROFF_CMD
