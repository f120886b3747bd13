#!/bin/sh
# reader.sh FOLDER WEFT: makes a host of the lab the computer of somebody who reads the guide: its disk is this machine's,
# but what is written there stays the host's own and goes with it; Weft (the folder with its programs) is in /usr/local/bin.
# FOLDER is the lab's, which stays where it is.
set -eu
folder=$1 weft=$2 disk=/run/reader
mkdir -p $disk/upper $disk/work $disk/root
mount -t overlay -o lowerdir=/,upperdir=$disk/upper,workdir=$disk/work overlay $disk/root
cd $disk/root
for place in proc sys dev; do mount --rbind /$place $place; done
mount --bind /run run
for place in tmp root usr/local/bin etc/wireguard var/lib; do
  mkdir -p $place
  mount -t tmpfs -o mode=755 tmpfs $place
done
chmod 1777 tmp
mkdir -p jffs
for file in hosts resolv.conf; do
  [ ! -e /etc/$file ] || mount --bind "$folder/$file" etc/$file
done
mkdir -p "./$folder"
mount --bind "$folder" "./$folder"
: >usr/local/bin/weft
mount --bind "$weft/weft" usr/local/bin/weft
ln -s weft usr/local/bin/wg
ln -s weft usr/local/bin/wg-quick
mkdir run/old
pivot_root . run/old
umount -l /run/old
rmdir /run/old
