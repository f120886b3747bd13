#!/usr/bin/env bash
# build.sh FOLDER WEFT: makes a machine for qemu in FOLDER, out of Debian's packages: `kernel`, its cloud kernel with
# WireGuard as a module, and `files`, a file system in memory with WEFT, Debian's wg and busybox. What was downloaded
# stays in FOLDER for the next time.
# Needs, beside Debian's basics: busybox cpio kmod xz-utils wireguard-tools libssl3.
set -euo pipefail
export PATH=$PATH:/usr/sbin:/sbin
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
folder=$1 weft=$(readlink -f "$2")
mkdir -p "$folder"
cd "$folder"

# The package that Debian's newest cloud kernel is in today.
package=$(apt-cache depends linux-image-cloud-amd64 | awk '/Depends: linux-image/ {print $2; exit}')
[ -n "$package" ] || {
  apt-get update -q
  package=$(apt-cache depends linux-image-cloud-amd64 | awk '/Depends: linux-image/ {print $2; exit}')
}
version=${package#linux-image-}
if [ ! -e "$package/boot/vmlinuz-$version" ]; then
  apt-get download -q "$package" || { apt-get update -q && apt-get download -q "$package"; }
  dpkg-deb -x "$package"_*.deb "$package.new"
  rm -f "$package"_*.deb
  # Debian 13 has its modules in /usr/lib only.
  [ -d "$package.new/lib/modules" ] || ln -sfn usr/lib "$package.new/lib"
  depmod -b "$package.new" "$version"
  mv "$package.new" "$package"
fi

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "$root"/{bin,sbin,dev,etc,proc,run,sys,tmp,weft,"lib/modules/$version"}
mknod -m 600 "$root/dev/console" c 5 1
mkdir -p "$root/var"
ln -s ../run "$root/var/run"
cp "$here/init" "$root/init"
cp "$weft" "$root/weft/weft"
ln -s weft "$root/weft/wg"
ln -s weft "$root/weft/wg-quick"

# Programs and libraries where they are here; .NET opens OpenSSL's by name. A static busybox has none to list.
mapfile -t programs < <(
  printf "%s\n" /bin/busybox /usr/bin/wg
  ldconfig -p | awk '/lib(ssl|crypto)\.so\.3 .*x86-64/ {print $NF}'
)
mapfile -t libraries < <({ ldd "${programs[@]}" "$weft" || :; } 2>/dev/null | grep -oE '/[^ ]+\.so[^ :]*' | sort -u)
for file in "${programs[@]}" "${libraries[@]}"; do
  mkdir -p "$root/$(dirname "$file")"
  cp -L "$file" "$root/$file"
done

# The modules that the tests use, with all that they need, unpacked: busybox's modprobe reads no xz.
for module in wireguard tun virtio_net virtio_pci; do
  modprobe -d "$PWD/$package" -S "$version" --show-depends "$module" | awk '$1 == "insmod" {print $2}'
done | sort -u | while read -r file; do
  case $file in
  *.xz) xz -dc "$file" >"$root/lib/modules/$version/$(basename "$file" .xz)" ;;
  *) cp "$file" "$root/lib/modules/$version/" ;;
  esac
done
cp "$package"/lib/modules/"$version"/modules.{order,builtin,builtin.modinfo} "$root/lib/modules/$version/"
depmod -b "$root" "$version"

(cd "$root" && find . | cpio -o -H newc --quiet) >files.new
mv files.new files
cp "$package/boot/vmlinuz-$version" kernel
