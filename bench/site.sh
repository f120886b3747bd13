#!/usr/bin/env bash
# bench/site.sh [--write docs]    how long a site takes to start and to check its links, and what its watcher costs
#
# Sites of 50 and of 100 peers on a host of namespaces, with the userspace device. Nobody answers there: the costliest
# case for a check. Prints a table; the exit status is 1 when something does not hold. --write docs puts the table into
# docs/watch.md. Run it as root on a quiet machine, after ./build.sh; a minute.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/steps.sh
. scripts/needs.sh
. scripts/host/hosts.sh

rounds=5
watched=30
conf=
write=

case "$*" in
'') ;;
'--write docs') write=docs/watch.md ;;
-h | --help)
  sed -n '2,6s/^# \{0,1\}//p' bench/site.sh
  exit 0
  ;;
*)
  warn "see bench/site.sh --help"
  exit 2
  ;;
esac

need_root bench/site.sh
need_packages iproute2 util-linux
[ -x "$programs/weft" ] || fail "$programs/weft is missing: run ./build.sh first"

folder=$(mktemp -d)
hosts_begin "$folder"
trap 'steps_end; hosts_end' EXIT
rows=()
status=0

# mesh PEERS: a host, and the file of a site with so many peers, each with a LAN and a name that resolves.
mesh() {
  local i
  host_add "site$1"
  on "site$1" sh -c 'ip link add wan type bridge; ip link set wan up; ip address add 10.99.0.1/16 dev wan'
  {
    printf '[Mesh]\nNetwork = 192.168.192.0/24\n'
    for ((i = 1; i <= $1 + 1; i++)); do
      printf '[Site]\nName = s%d.example.org\nLan = 10.0.%d.0/24\n' "$i" "$i"
      host_name "s$i.example.org" "10.99.0.$i"
    done
  } >"$folder/mesh$1.conf"
  "$programs/weft" makeconf --offline --from "$folder/mesh$1.conf" --out "$folder/sites$1" >/dev/null
  conf=$folder/sites$1/s1.example.org/wg0.conf
}

# took COMMAND...: its wall time in ms.
took() {
  local begun
  begun=$(now_ms)
  "$@" >"$folder/out" 2>&1 || {
    cat "$folder/out" >&2
    fail "failed: $*"
  }
  echo $(($(now_ms) - begun))
}

# median NUMBER...
median() { printf '%s\n' "$@" | sort -n | sed -n "$((($# + 1) / 2))p"; }

# row WHAT MEASURED UNIT MOST REMARK
row() {
  local verdict=holds
  if awk "BEGIN { exit !($2 > $4) }"; then
    verdict='**does not hold**' status=1
  fi
  rows+=("| $1 | $2 $3 | at most $4 $3 | $verdict | $5 |")
}

starts() {
  local i first=() again=() writes
  mesh 50
  for ((i = 0; i < rounds; i++)); do
    first+=("$(took on site50 weft start --engine userspace "$conf")")
    again+=("$(took on site50 weft start --engine userspace "$conf")" "$(took on site50 weft start "$conf")")
    # What asks is RTM_GET and lists; all else would be a write.
    writes=$(on site50 weft start --trace "$conf" 2>&1 >/dev/null | grep -cvE \
      '^  (netlink RTM_GET|netlink .*GET_|run [^ ]*ip6?tables -w 5 -S$|run [^ ]*nft -j -t list ruleset$|run [^ ]*crontab -l$)' || :)
    on site50 weft stop >/dev/null
  done
  row 'start of 50 peers' "$(median "${first[@]}")" ms 1000 'with its device and its watcher, until it is up'
  row 'a second start with nothing to change' "$(median "${again[@]}")" ms 200 "the same 50 peers"
  row 'what it writes' "$writes" changes 0 'commands and netlink messages, by --trace'
}

# used PID: its processor time in ms, all threads.
used() { awk '{ print ($14 + $15) * 10 }' "/proc/$1/stat"; }

# rollup PID WHAT: MiB of its memory.
rollup() { awk -v what="$2:" '$1 == what { printf "%.0f", $2 / 1024 }' "/proc/$1/smaps_rollup"; }

checks() {
  local i once=() launch=() pid before after share memory own
  mesh 100
  on site100 weft start --engine userspace "$conf" >/dev/null 2>&1
  # Past the first checks, in which all links go down.
  sleep 35
  pid=$(pgrep -f "weft watch wg0 --detached" --ns "$(host_pid site100)" --nslist pid)
  before=$(used "$pid")
  sleep "$watched"
  after=$(used "$pid")
  memory=$(rollup "$pid" Rss) own=$(rollup "$pid" Anonymous)
  share=$(awk "BEGIN { printf \"%.2f\", ($after - $before) / $watched / 10 }")
  kill -KILL "$pid"
  for ((i = 0; i < rounds; i++)); do
    once+=("$(took on site100 weft watch --once)")
    launch+=("$(took on site100 weft --version)")
  done
  on site100 weft stop >/dev/null
  row 'a check of 100 peers' "$(($(median "${once[@]}") - $(median "${launch[@]}")))" ms 1000 'all silent; weft watch --once, less its launch'
  row 'the watcher of 100 peers' "$share" '% of a core' 2 "a check every 10 s, over $watched s"
  row 'its resident memory' "$memory" MiB 64 "of which $own MiB hold data, the rest is code that it shares with the device"
}

note "starting a site of 50 peers, again and again"
starts
note "watching a site of 100 peers for 65 s"
checks
{
  printf '%s, bench/site.sh; medians of %d. %s; Linux %s.\n\n' "$(date +%F)" "$rounds" \
    "$(sed -n 's/^model name\t*: //p' /proc/cpuinfo | head -n 1), $(nproc) processors" "$(uname -r)"
  printf '| | measured | asked | | |\n|---|---|---|---|---|\n'
  printf '%s\n' "${rows[@]}"
} >"$folder/table"
cat "$folder/table"
if [ -n "$write" ]; then
  awk -v table="$folder/table" '
    /<!-- site: end -->/ { print ""; skip = 0 }
    !skip
    /<!-- site: begin/ { print ""; while ((getline line < table) > 0) print line; skip = 1 }
  ' "$write" >"$folder/written"
  cat "$folder/written" >"$write"
fi
exit "$status"
