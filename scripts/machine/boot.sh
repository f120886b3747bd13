#!/bin/sh
# boot.sh FOLDER LAB: boots systemd as the first process of a machine made of namespaces, on a host of a lab. Run it by:
#   unshare --net --mount --uts --ipc --pid --fork --kill-child
# It prints its process id as the host sees it and waits for a line, so that it can be given a wire. Its disk is this machine's
# and forgets what is written to it, but for the folders in FOLDER/kept. Of the units that are installed here it sees those that
# FOLDER/units names. FOLDER/group is a cgroup of its own, which the one who started it removes; LAB is seen under its path.
set -eu
folder=$1 lab=$2
read -r pid _ </proc/self/stat
echo "$pid"
read -r _
echo 0 >"$(cat "$folder/group")/cgroup.procs"

mount -t tmpfs tmpfs /run
mkdir /run/disk /run/work /run/root
root=/run/root
mount -t overlay -o lowerdir=/,upperdir=/run/disk,workdir=/run/work overlay $root
mount -t proc proc $root/proc
mount -t sysfs -o ro sysfs $root/sys
# What it needs of /dev, and no more: no console, no disks.
mount -t tmpfs -o mode=755 tmpfs $root/dev
mkdir $root/dev/shm $root/dev/net
ln -s /proc/self/fd $root/dev/fd
for device in null zero full random urandom tty net/tun; do
  : >"$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done
mount -t tmpfs -o mode=755 tmpfs $root/run
# Nothing of what this machine would start or mount.
mkdir $root/run/units $root/run/none
: >$root/run/empty
while read -r unit; do
  cp -P "/lib/systemd/system/$unit" $root/run/units/
done <"$folder/units"
mkdir $root/run/units/sysinit.target.wants
ln -s ../systemd-journald.service $root/run/units/sysinit.target.wants/
for place in lib/systemd/system:units lib/systemd/system-generators:none etc/fstab:empty; do
  [ ! -e "$root/${place%:*}" ] || mount --bind "$root/run/${place#*:}" "$root/${place%:*}"
done
for kept in etc/systemd/system etc/wireguard usr/local/bin var/lib/weft; do
  mkdir -p "$folder/kept/$kept" "$root/$kept"
  mount --bind "$folder/kept/$kept" "$root/$kept"
done
for file in etc/hosts etc/resolv.conf; do
  [ ! -e "/$file" ] || mount --bind "/$file" "$root/$file"
done
mkdir -p "$root$lab"
mount --bind "$lab" "$root$lab"

mkdir $root/run/old
cd $root
pivot_root . run/old
umount -l /run/old
# shellcheck disable=SC2016 # it is the other shell's
exec env -i container=weft-lab PATH=/usr/sbin:/usr/bin:/sbin:/bin unshare --cgroup sh -euc '
  mount -t cgroup2 cgroup2 /sys/fs/cgroup
  exec /lib/systemd/systemd --system --unit=multi-user.target --show-status=0 </dev/null >/dev/null 2>&1'
