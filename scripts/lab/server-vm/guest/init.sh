#!/bin/sh
# Process 1 of the server VM, on the host's root file system (see initramfs.sh): makes it a small server,
# then starts the agent. From the kernel's command line, all in the environment:
#   CAFEBOOT_NODE     the Node that runs the agent     CAFEBOOT_GUEST    directory of this file
#   CAFEBOOT_MODULES  the kernel's modules             CAFEBOOT_ADDRESS  of eth0, with /PREFIX; may be empty
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8

mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mkdir -p /dev/pts /dev/shm /lib/modules
mount -t devpts devpts /dev/pts
mount -t tmpfs shm /dev/shm
mount -t tmpfs -o mode=755 run /run
mount --bind "$CAFEBOOT_MODULES" /lib/modules
# What the host's own programs have left there is not this machine's.
for dir in /etc/lvm/archive /etc/lvm/backup /etc/lvm/devices /etc/rtslib-fb-target /etc/target \
  /var/lib/cafeboot /var/lib/iscsi /mnt; do
  mkdir -p "$dir"
  mount -t tmpfs -o mode=755 empty "$dir"
done

modprobe -a virtio_console virtio_blk virtio_net virtio_rng ext4 loop \
  dm_thin_pool dm_snapshot configfs target_core_mod
mount -t configfs configfs /sys/kernel/config

# There is no udevd: lvm makes its device nodes itself, and takes the kernel's list of devices.
cat >/etc/lvm/lvmlocal.conf <<EOF
activation {
  udev_sync = 0
  udev_rules = 0
  monitoring = 0
}
devices {
  obtain_device_list_from_udev = 0
  external_device_info_source = "none"
  use_devicesfile = 0
}
EOF

# Disks by the names the lab gave them.
mkdir -p /dev/disk/by-id
for path in /sys/block/vd*; do
  [ -s "$path/serial" ] || continue
  ln -s "/dev/${path##*/}" "/dev/disk/by-id/virtio-$(cat "$path/serial")"
done
data=/dev/disk/by-id/virtio-data
if [ -e "$data" ]; then
  [ -n "$(blkid "$data")" ] || mkfs.ext4 -q "$data"
  mount -t ext4 "$data" /var/lib/cafeboot
fi

hostname server
ip link set lo up
ip link set eth0 up
[ -z "$CAFEBOOT_ADDRESS" ] || ip address add "$CAFEBOOT_ADDRESS" dev eth0

# targetcli needs it.
mkdir -p /run/dbus /run/lock
dbus-daemon --system --fork

# In the background, so that this shell stays what it is here for: process 1, which every orphan is left to.
"$CAFEBOOT_NODE" "$CAFEBOOT_GUEST/agent.ts" &
wait $!
echo "the agent ended with $?"
busybox poweroff -f
