#!/bin/sh
# First process of a lab's namespaces. They live as long as its stdin is open: when the lab ends, in
# whatever way, everything that still runs in this network namespace is killed, and with the last
# process the kernel drops the namespace, its links and its mounts.
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
exit 0
