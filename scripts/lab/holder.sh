#!/bin/sh
# First process of a lab's namespaces: holder.sh [DIRECTORY]. They live as long as its stdin is open.
# When the lab ends, in whatever way, everything that still runs in this network namespace is killed
# and DIRECTORY is removed; with the last process the kernel drops the namespaces, links and mounts.
trap '' INT TERM HUP
ip link set lo up
echo ready
read -r _
own=$(readlink /proc/self/ns/net)
for process in /proc/[0-9]*; do
  pid=${process#/proc/}
  [ "$pid" = $$ ] && continue
  [ "$(readlink "$process/ns/net" 2>/dev/null)" = "$own" ] && kill -KILL "$pid" 2>/dev/null
done
[ -n "$1" ] || exit 0
awk -v below="$1/" 'index($2, below) == 1 { print $2 }' /proc/mounts | sort -r | xargs -r umount -l
rm -rf -- "$1"
