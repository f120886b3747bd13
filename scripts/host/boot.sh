#!/bin/sh
# boot.sh FOLDER NAME COMMAND...: the first process of a host made of namespaces, for the demo and the scenario tests.
# Run it by: unshare --net --mount --uts --ipc --pid --fork
# FOLDER holds `hosts` and `resolv.conf`, which every host of a lab sees as /etc/…; NAME is its host name.
# Prints its process id as seen from outside and when it began (as /proc says it), then becomes COMMAND; when that ends,
# the kernel ends the whole host.
set -eu
read -r stat </proc/self/stat
pid=${stat%% *}
# Past the program's name, the start time is the twentieth word (proc(5), field 22).
begun=$(echo "${stat##*) }" | cut -d' ' -f20)
folder=$1 name=$2
shift 2

# Mounts first, while /proc and /run are still the machine's; then the network as a freshly booted host has it.
cd /
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount --bind "$folder/hosts" /etc/hosts
[ ! -e /etc/resolv.conf ] || mount --bind "$folder/resolv.conf" /etc/resolv.conf
mount -t tmpfs -o mode=755 tmpfs /run
# What a host writes there must not reach the machine's own cron, nor another host.
for private in /var/spool/cron /var/lib; do
  [ ! -d $private ] || mount -t tmpfs -o mode=755 tmpfs $private
done
[ ! -d /var/spool/cron ] || mkdir -m 1730 /var/spool/cron/crontabs
hostname "$name"
# Waiting for duplicate addresses would cost a second at each address.
for conf in all default; do
  [ ! -e /proc/sys/net/ipv6/conf/$conf ] || echo 0 >/proc/sys/net/ipv6/conf/$conf/accept_dad
done
ip link set lo up
echo "$pid $begun"
# The kernel reaps adopted orphans of a parent that ignores SIGCHLD.
exec env --ignore-signal=CHLD "$@" >/dev/null
