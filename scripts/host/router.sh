#!/bin/sh
# router.sh FOLDER COMMAND...: runs a command as a router would: its programs are busybox, wg, ip and iptables, and nothing
# else stands in /bin, /sbin, /usr/bin or /usr/sbin. FOLDER is a folder of its own, filled at the first use. Where the
# kernel has no WireGuard, our device stands in for it. ROUTER_IP=busybox: the router's ip is busybox's too.
# A program given by a path, such as the tests' own, works as it does outside.
set -eu
folder=$1
shift
case ${ROUTER_IP:-} in busybox) programs=$folder/bin-busybox ;; *) programs=$folder/bin ;; esac
if [ ! -e "$programs" ]; then
  new=$programs.$$
  mkdir -p "$new"
  cp "$(command -v busybox)" "$new/busybox"
  for applet in $("$new/busybox" --list); do
    # A router's crontab is its own, which a test brings along.
    [ "$applet" = busybox ] || [ "$applet" = crontab ] || ln -s busybox "$new/$applet"
  done
  cp -f /usr/bin/wg "$new/wg"
  cp -f /usr/sbin/xtables-legacy-multi "$new/"
  for iptables in iptables ip6tables; do
    for suffix in '' -save -restore; do ln -sf xtables-legacy-multi "$new/$iptables$suffix"; done
  done
  case $programs in *busybox) ;; *) rm "$new/ip" && cp "$(readlink -f "$(command -v ip)")" "$new/ip" ;; esac
  mv -T "$new" "$programs" 2>/dev/null || rm -rf "$new"
fi
export PATH="${ROUTER_FIRST:-}/usr/sbin:/usr/bin:/sbin:/bin"
# shellcheck disable=SC2016 # for the inner shell
exec unshare --mount "$programs/busybox" sh -c '
  programs=$1
  shift
  for place in /usr/bin /usr/sbin /bin /sbin; do
    [ -L $place ] || "$programs/busybox" mount --bind "$programs" $place
  done
  exec "$@"' router "$programs" "$@"
