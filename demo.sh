#!/usr/bin/env bash
# demo.sh [--keep]              build Weft, join three sites with it, let their LANs talk, stop it again
# demo.sh --on HOST [COMMAND]   run a command (or a shell) on a host of a demo that was kept
# demo.sh --remove              remove the hosts that --keep left, or a killed demo
# WEFT_BIN=FOLDER demo.sh       the same with the programs of a folder, and nothing is built
#
# Run it as root on Debian. The hosts are made of network namespaces on this machine; nothing outside them changes,
# except that missing Debian packages are installed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. scripts/steps.sh
. scripts/needs.sh
. scripts/host/hosts.sh

packages=(
  ca-certificates # package downloads
  libssl3         # .NET's cryptography
  iproute2        # hosts, links, addresses
  iputils-ping    # pings
  procps          # process lists, sysctl
  util-linux      # unshare, nsenter
  nftables        # the NAT router, and a site's firewall
  iptables        # a site's firewall, where it uses this
  busybox         # the web server
  curl            # the download
)
demos=/var/cache/weft-demo
sites=(a b c)
megabytes=100

# What this demo answers to the wizard's questions. LANs and tunnel of both families.
mesh_conf() {
  cat <<'MESH'
[Mesh]
Network = 192.168.192.0/24, fd77:0:0:192::/64

[Site]
Name = a.example.org
Lan = 10.0.1.0/24, fd77:0:0:1::/64

[Site]
Name = b.example.org
Lan = 10.0.2.0/24, fd77:0:0:2::/64

[Site]
Name = c.example.org
Lan = 10.0.3.0/24, fd77:0:0:3::/64
Nat = yes
MESH
}

# An internet, three sites with a LAN host each, and a home router before site c that lets nobody in.
lay_network() {
  local host site number
  for host in internet a b c router lan-a lan-b lan-c; do
    host_add "$host"
  done
  wire a wan 203.0.113.2/24,2001:db8:a::2/64 internet to-a 203.0.113.1/24,2001:db8:a::1/64
  wire b wan 198.51.100.2/24 internet to-b 198.51.100.1/24
  wire router wan 192.0.2.2/24,2001:db8:c::2/64 internet to-c 192.0.2.1/24,2001:db8:c::1/64
  wire c wan 192.168.1.2/24,2001:db8:cc::2/64 router lan 192.168.1.1/24,2001:db8:cc::1/64
  route_default a 203.0.113.1,2001:db8:a::1
  route_default b 198.51.100.1
  route_default c 192.168.1.1,2001:db8:cc::1
  route_default router 192.0.2.1,2001:db8:c::1
  forward internet
  forward router
  on internet ip -6 route add 2001:db8:cc::/64 via 2001:db8:c::2
  on router nft '
    table inet home {
      chain out { type nat hook postrouting priority srcnat; meta nfproto ipv4 oifname "wan" masquerade; }
      chain through {
        type filter hook forward priority filter; policy drop;
        ct state established,related accept
        iifname "lan" accept
      }
    }'
  number=0
  for site in "${sites[@]}"; do
    number=$((number + 1))
    wire "$site" lan "10.0.$number.1/24,fd77:0:0:$number::1/64" "lan-$site" eth0 "10.0.$number.10/24,fd77:0:0:$number::10/64"
    route_default "lan-$site" "10.0.$number.1,fd77:0:0:$number::1"
  done
  host_name a.example.org 203.0.113.2,2001:db8:a::2
  host_name b.example.org 198.51.100.2
}

write_mesh() {
  mesh_conf >"$folder/mesh.conf"
  "$programs/weft" makeconf --from "$folder/mesh.conf" --out "$folder/sites"
}

start_site() { on "$1" weft start "$folder/sites/$1.example.org/wg0.conf"; }
stop_site() { on "$1" weft stop "$folder/sites/$1.example.org/wg0.conf"; }
site_state() { on "$1" "$PWD/scripts/host/state.sh"; }

# ping_time HOST ADDRESS: the middle of three round trips in ms; nothing if one is lost. The first packet of all
# waits for a handshake.
ping_time() {
  local replies
  replies=$(on "$1" ping -n -c 3 -i 0.2 -W 5 "$2" 2>/dev/null | sed -n 's/.*time=\([0-9.]*\).*/\1/p' | sort -g)
  [ "$(wc -l <<<"$replies")" -eq 3 ] && sed -n 2p <<<"$replies"
}

# One row for each LAN host, a column for each host it pings: IPv4 / IPv6 round trip.
ping_matrix() {
  local from to number=0 four six lost=0 pings
  mkdir -p "$folder/ping"
  for to in "${sites[@]}"; do
    number=$((number + 1)) pings=()
    for from in "${sites[@]}"; do
      ping_time "lan-$from" "10.0.$number.10" >"$folder/ping/$from-$to-4" &
      pings+=($!)
      ping_time "lan-$from" "fd77:0:0:$number::10" >"$folder/ping/$from-$to-6" &
      pings+=($!)
    done
    # Not all at once: the times should speak of the tunnels, not of the crowd. One that is lost leaves its file empty.
    wait "${pings[@]}" || true
  done
  printf '    %-8s' 'from'
  for to in "${sites[@]}"; do printf '%-18s' "to lan-$to"; done
  printf '(ms, IPv4 / IPv6)\n'
  for from in "${sites[@]}"; do
    printf '    %-8s' "lan-$from"
    for to in "${sites[@]}"; do
      four=$(<"$folder/ping/$from-$to-4")
      six=$(<"$folder/ping/$from-$to-6")
      if [ -n "$four" ] && [ -n "$six" ]; then
        printf '%s%-18s%s' "$green" "$four / $six" "$plain"
      else
        printf '%s%-18s%s' "$red" "${four:-lost} / ${six:-lost}" "$plain"
        lost=$((lost + 1))
      fi
    done
    printf '\n'
  done
  [ "$lost" -eq 0 ] || fail "$lost of the pings were lost"
}

# download FROM TO ADDRESS: a file of random bytes over HTTP between two LAN hosts; compared by hash.
download() {
  local answer speed spent
  on "$1" busybox httpd -p "$3:80" -h "$folder/www"
  answer=$(on "$2" curl -sS --max-time 60 -o "$folder/got" -w '%{speed_download} %{time_total}' "http://$3/file")
  read -r speed spent <<<"$answer"
  [ "$(sha256sum <"$folder/got")" = "$(sha256sum <"$folder/www/file")" ] || fail "the file arrived damaged"
  printf '    lan-%s from lan-%s: %d MB in %.1f s, %s%d Mbit/s%s, hash equal\n' \
    "${2#lan-}" "${1#lan-}" "$megabytes" "$spent" "$bold" "$((${speed%.*} * 8 / 1000000))" "$plain"
  rm -f "$folder/got"
}

show_sites() {
  local site
  for site in "${sites[@]}"; do
    printf '  %s%s.example.org%s# wg show\n' "$bold" "$site" "$plain"
    on "$site" env WG_COLOR_MODE="${colour_mode}" wg show | sed 's/^/    /'
  done
}

# Nothing may be left that was not there before: links, addresses, routes, rules, firewall, processes, sockets.
compare_sites() {
  local site left=0
  for site in "${sites[@]}"; do
    site_state "$site" >"$folder/$site.after"
    if diff -u "$folder/$site.before" "$folder/$site.after" >"$folder/$site.diff"; then
      printf '    %s.example.org: as it was before weft start\n' "$site"
    else
      printf '    %s%s.example.org differs:%s\n' "$red" "$site" "$plain"
      sed -n '3,$s/^/    | /p' "$folder/$site.diff"
      left=1
    fi
  done
  return "$left"
}

new_folder() { mkdir -p "$demos" && mktemp -d "$demos/XXXXXX"; }

title() { printf '%s==>%s %s\n' "$bold" "$plain" "$1"; }

demo() {
  local site begun
  begun=$(now_ms)
  need_packages "${packages[@]}"
  [ -n "${WEFT_BIN:-}" ] || ./build.sh

  step "Lay the network: an internet, sites a and b, site c behind a NAT router, a LAN host in each" lay_network
  step "weft makeconf --from mesh.conf: keys and one folder per site" write_mesh
  (cd "$folder/sites" && find . -type f | sort | sed 's|^\./|    |')
  for site in "${sites[@]}"; do
    site_state "$site" >"$folder/$site.before"
    step "$site.example.org: weft start" start_site "$site"
  done

  title "Ping between all LANs"
  ping_matrix
  title "What each site says of its peers"
  show_sites
  printf '  %sb.example.org%s# weft status\n' "$bold" "$plain"
  on b weft status | sed 's/^/    /'
  title "Download $megabytes MB over HTTP between LANs"
  mkdir -p "$folder/www"
  head -c "${megabytes}M" /dev/urandom >"$folder/www/file"
  download lan-a lan-c 10.0.1.10
  download lan-c lan-b 10.0.3.10

  if [ "$keep" = yes ]; then
    kept=yes
    : >"$folder/kept"
    say
    say "The hosts stay up: ${bold}a b c${plain} (sites), ${bold}lan-a lan-b lan-c${plain}, ${bold}router${plain}, ${bold}internet${plain}."
    say "  look      ./demo.sh --on a wg show        ./demo.sh --on lan-c ping 10.0.1.10"
    say "            ./demo.sh --on b                (a shell there)"
    say "  files     $folder/sites"
    say "  remove    ./demo.sh --remove"
    return
  fi

  for site in "${sites[@]}"; do
    step "$site.example.org: weft stop" stop_site "$site"
  done
  title "What is left on the sites"
  compare_sites
  say "${green}All done${plain} in $(seconds $(($(now_ms) - begun)))."
}

# Kept demos and killed ones; not one that runs now.
remove_demos() {
  local left owner found=no
  for left in "$demos"/*/; do
    [ -d "$left" ] || continue
    owner=$(cat "$left/owner" 2>/dev/null) || owner=''
    if [ ! -e "$left/kept" ] && [ -n "$owner" ] && [ -d "/proc/$owner" ]; then
      say "The demo of process $owner still runs: left alone."
      continue
    fi
    hosts_folder=${left%/}
    hosts_end
    found=yes
    say "Removed the hosts of $hosts_folder."
  done
  rmdir "$demos" 2>/dev/null || true
  [ "$found" = yes ] || say "There is no kept demo."
}

on_kept() {
  local place newest=''
  for place in "$demos"/*/; do
    [ ! -e "$place/kept" ] || newest=${place%/}
  done
  [ -n "$newest" ] || fail "There is no kept demo. Start one with: ./demo.sh --keep"
  hosts_folder=$newest
  [ "$#" -ge 1 ] || fail "Which host? One of: $(cd "$newest" && for f in *.host; do printf '%s ' "${f%.host}"; done)"
  local host=$1
  shift
  [ "$#" -gt 0 ] || set -- "${SHELL:-/bin/sh}"
  on "$host" "$@"
}

clean_up() {
  local status=$?
  trap '' INT TERM HUP
  steps_end
  if [ "$kept" = no ] && [ -n "$folder" ]; then
    [ "$status" -eq 0 ] || note "Cleaning up."
    hosts_end
    rmdir "$demos" 2>/dev/null || true
  fi
  exit "$status"
}

keep=no
kept=no
folder=''
colour_mode=never
[ -z "$bold" ] || colour_mode=always
case ${1:-} in
'') ;;
--keep) keep=yes ;;
--on | --remove)
  need_root ./demo.sh
  if [ "$1" = --remove ]; then remove_demos; else on_kept "${@:2}"; fi
  exit
  ;;
-h | --help)
  sed -n '2,8s/^# \{0,1\}//p' demo.sh
  exit 0
  ;;
*)
  warn "demo.sh does not know $1; see demo.sh --help"
  exit 2
  ;;
esac

need_root ./demo.sh
[ -n "${WEFT_BIN:-}" ] || need_sdk
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
umask 077
# Once more, since another demo that ends at this moment takes the folder of all away.
folder=$(new_folder 2>/dev/null) || folder=$(new_folder)
echo "$$" >"$folder/owner"
hosts_begin "$folder"
demo
