#!/bin/busybox sh
# First process of the server VM: the host's root file system, read only, with a RAM disk over it for all
# that is written, becomes the root. CAFEBOOT_GUEST, the host's directory of this file, is on the kernel's
# command line, which the kernel makes the environment; so is CAFEBOOT_ROOT where a disk is to be the root,
# with an init of its own.
while read -r module; do
  busybox insmod "/modules/$module.ko"
done </modules/order
if [ -n "$CAFEBOOT_ROOT" ]; then
  busybox mount -t devtmpfs dev /dev
  busybox mount -t ext4 "$CAFEBOOT_ROOT" /root
  busybox umount /dev
  exec busybox switch_root /root /sbin/init
fi
busybox mount -t 9p -o ro,trans=virtio,version=9p2000.L,msize=512000,cache=loose host /lower
busybox mount -t tmpfs -o size=75% upper /upper
busybox mkdir /upper/files /upper/work
busybox mount -t overlay -o lowerdir=/lower,upperdir=/upper/files,workdir=/upper/work root /root
exec busybox switch_root /root /bin/sh "$CAFEBOOT_GUEST/init.sh"
