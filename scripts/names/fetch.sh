#!/usr/bin/env bash
# fetch.sh FOLDER: unpacks into FOLDER, each in its own folder, the programs of Debian that keep a host's name servers:
# openresolv, resolvconf and systemd-resolved. To install them would change this machine's own name servers, and they
# exclude each other. What was fetched stays for the next time.
set -euo pipefail
folder=$1
mkdir -p "$folder"
cd "$folder"
for package in openresolv resolvconf systemd-resolved; do
  [ ! -d $package ] || continue
  rm -rf $package.new ./${package}_*.deb
  apt-get download -q $package || { apt-get update -q && apt-get download -q $package; }
  dpkg-deb -x ${package}_*.deb $package.new
  rm -f ./${package}_*.deb
  # Their parts look for each other where they would be installed.
  for part in sbin etc; do
    [ ! -d $package.new/$part ] ||
      find $package.new/$part -type f -exec sed -i "s#/lib/resolvconf#$PWD/$package/lib/resolvconf#g" {} +
  done
  [ ! -d $package.new/usr/lib/resolvconf ] || ln -sfn usr/lib $package.new/lib
  mv $package.new $package
done
