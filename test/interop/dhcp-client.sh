#!/bin/sh
# What udhcpc (event as $1) and dhclient (event as $reason) run: gives the interface the address, and tells.
event=${1:-$reason}
address=${ip:-$new_ip_address}
case $event in
bound | renew | BOUND | RENEW | REBIND | REBOOT)
  ip address replace "$address/24" dev "$interface"
  echo "lease $event $address router=${router:-$new_routers} dns=${dns:-$new_domain_name_servers} boot=${boot_file:-$new_filename}"
  ;;
deconfig | EXPIRE | RELEASE | PREINIT)
  ip address flush dev "$interface" scope global
  ip link set "$interface" up
  echo "lease $event"
  ;;
esac
