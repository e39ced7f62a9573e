#!/bin/sh
# Init of a lab PC: says on the serial console which disk it runs from, reports to the appliance,
# then takes commands from the console. Everything it says starts with "cafeboot-pc: ".
#   up KEY=VALUE...      the OS runs; target, initiator, portal and lun are those of the root disk; where that
#                        is the PC's own disk, target and lun are "-", and the others of the iBFT
#   report ok|failed     the appliance took our report, or not
#   ID | TEXT            a line of the answer to the command that came as "ID COMMAND ARGUMENTS"
#   ID ok, ID failed N   its end
PATH=/usr/sbin:/usr/bin:/sbin:/bin
exec </dev/ttyS0 >/dev/ttyS0 2>&1
stty -echo -onlcr
dmesg -n 1
mount -o remount,rw /

say() { printf 'cafeboot-pc: %s\n' "$*"; }
value() { cat "$1" 2>/dev/null || echo -; }
uptime_ms() { awk '{ print int($1 * 1000) }' /proc/uptime; }

# The iSCSI session that a disk (sda) belongs to, or nothing: .../host0/session1/target0:0:0/0:0:0:1
session_of() { readlink -f "/sys/block/$1/device" | sed -n 's|.*/\(session[0-9]*\)/.*|\1|p'; }

describe_disk() {
  session=$(session_of "$1")
  lun=$(readlink -f "/sys/block/$1/device")
  [ -n "$session" ] || lun=-
  printf 'disk=%s target=%s lun=%s' "$1" \
    "$(value "/sys/class/iscsi_session/$session/targetname")" "${lun##*:}"
}

# The kernel keeps the session that the initramfs opened; iscsid logs in again when it is lost.
# Meanwhile the disk is away: what iscsid needs for CHAP (OpenSSL's modules and settings) is read before.
take_over_session() {
  cat /usr/lib/ssl/openssl.cnf /usr/lib/*/libcrypto.so.3 /usr/lib/*/ossl-modules/* /etc/iscsi/*.conf \
    /etc/nsswitch.conf /etc/hosts >/dev/null 2>&1
  printf 'InitiatorName=%s\n' "$1" >/run/initiatorname.iscsi
  iscsid -i /run/initiatorname.iscsi -c /etc/iscsi/iscsid.conf
}

root_partition=$(findmnt -n -o SOURCE /)
root_disk=$(basename "$(dirname "$(readlink -f "/sys/class/block/${root_partition#/dev/}")")")
connection=/sys/class/iscsi_connection/connection$(session_of "$root_disk" | tr -dc 0-9):0
initiator=$(value "/sys/class/iscsi_session/$(session_of "$root_disk")/initiatorname")
portal=$(value "$connection/persistent_address")
if [ "$initiator" = - ]; then
  initiator=$(value /sys/firmware/ibft/initiator/initiator-name)
  portal=$(value /sys/firmware/ibft/target0/ip-addr)
fi
mac=$(value /sys/firmware/ibft/ethernet0/mac)
firmware=bios
[ -d /sys/firmware/efi ] && firmware=uefi

do_write() { printf '%s\n' "${1#* }" >"${1%% *}" && sync; }
do_read() { cat "$1"; }
do_sum() { sha256sum "$1" | cut -d ' ' -f 1; }
do_get() { timeout 10 busybox wget -q -O - "$1"; }
do_post() {
  timeout 10 busybox wget -q -O - --header 'Content-Type: application/json' --post-data "${1#* }" "${1%% *}"
}
do_mount() { mkdir -p "${1#* }" && mount "${1%% *}" "${1#* }"; }
do_unmount() { umount "$1"; }
do_disks() {
  for path in /sys/block/sd*; do
    disk=${path##*/}
    label=$(blkid -o value -s LABEL "/dev/$disk")
    printf '%s sizeBytes=%s label=%s\n' "$(describe_disk "$disk")" \
      "$(blockdev --getsize64 "/dev/$disk")" "${label:--}"
  done
}
# As a tool that clones a disk while it runs: nothing is written to it meanwhile.
do_copy() {
  sync
  mount -o remount,ro / || return
  dd if="${1%% *}" of="${1#* }" bs=1M conv=sparse,fsync
  copied=$?
  mount -o remount,rw /
  return $copied
}
do_log() { dmesg | tail -n 100; }
# A script with the console as its own; what it says is no answer.
do_run() { sh "$1" </dev/ttyS0 >/dev/ttyS0 2>&1; }

# Of disks that it does not run from, as an OS does at its end: the target server learns that they are free.
log_out() {
  mkdir -p /run/lock/iscsi
  for session in /sys/class/iscsi_session/session*; do
    [ "${session##*/}" = "$(session_of "$root_disk")" ] && continue
    timeout 10 iscsiadm -m session -r "${session##*session}" -u || say "no logout from ${session##*/}"
  done
}

leave() {
  say "$1"
  sync
  log_out
  mount -o remount,ro /
  busybox "$1" -f
}

say "up root=$root_partition $(describe_disk "$root_disk")" \
  "initiator=$initiator portal=$portal mac=$mac address=$(value /sys/firmware/ibft/ethernet0/ip-addr)" \
  "ibftTarget=$(value /sys/firmware/ibft/target0/target-name)" \
  "firmware=$firmware uptimeMs=$(uptime_ms) bootId=$(cat /proc/sys/kernel/random/boot_id)"

. /etc/os-release
if timeout 3 busybox wget -q -O /dev/null --header 'Content-Type: application/json' --post-data \
  "{\"mac\":\"$mac\",\"os\":\"$NAME\",\"version\":\"$VERSION\",\"uptimeMs\":$(uptime_ms)}" \
  "http://$portal:8080/report/os"; then
  say report ok
else
  say report failed
fi
# Not before the report: it takes a second or two.
take_over_session "$initiator"

while true; do
  read -r id command rest || { sleep 1; continue; }
  case $command in
    poweroff | reboot) leave "$command" ;;
    write | read | sum | get | post | mount | unmount | disks | copy | log | run)
      "do_$command" "$rest" >/run/answer 2>&1
      status=$?
      sed "s/^/cafeboot-pc: $id | /; \$a\\" /run/answer
      if [ "$status" = 0 ]; then say "$id ok"; else say "$id failed $status"; fi
      ;;
    *) say "$id failed unknown-command" ;;
  esac
done
