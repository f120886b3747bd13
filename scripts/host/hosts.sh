# shellcheck shell=bash
# Sourced by demo.sh and bench/site.sh: hosts made of namespaces, and the wires between them. A host has no name outside;
# it is known by the first of its processes, which is written down in $hosts_folder/NAME.host. When that process ends, the
# kernel takes down the host with all that runs on it.

# Where our programs are.
programs=${WEFT_BIN:-$PWD/artifacts/bin}

# hosts_begin FOLDER: what follows happens to the hosts written down there.
hosts_begin() {
  hosts_folder=$1
  printf '%s\n' "127.0.0.1 localhost" "::1 localhost" >"$hosts_folder/hosts"
  : >"$hosts_folder/resolv.conf"
}

# host_add NAME
host_add() {
  local file=$hosts_folder/$1.host try
  setsid unshare --net --mount --uts --ipc --pid --fork \
    "$PWD/scripts/host/boot.sh" "$hosts_folder" "$1" sleep infinity >"$file" 2>"$hosts_folder/$1.errors" </dev/null &
  for ((try = 0; try < 500; try++)); do
    [ ! -s "$file" ] || return 0
    sleep 0.01
  done
  cat "$hosts_folder/$1.errors" >&2
  return 1
}

# host_pid NAME: its first process, if that still is the one written down; a number alone could be another's by now.
host_pid() {
  local pid begun stat
  read -r pid begun 2>/dev/null <"$hosts_folder/$1.host" || return 1
  read -r stat 2>/dev/null <"/proc/$pid/stat" || return 1
  # shellcheck disable=SC2086 # split into words on purpose
  set -- ${stat##*) }
  [ "${20}" = "$begun" ] && echo "$pid"
}

# on NAME COMMAND...: run it on that host, our programs first in its path.
on() {
  local pid
  pid=$(host_pid "$1") || {
    echo "there is no host $1" >&2
    return 1
  }
  shift
  PATH=$programs:$PATH nsenter -t "$pid" --net --mount --uts --ipc --pid --root --wd -- "$@"
}

# wire HOST DEVICE ADDRESSES HOST DEVICE ADDRESSES: a veth pair, up, with addresses (several by commas) at its ends.
wire() {
  local first second
  first=$(host_pid "$1") && second=$(host_pid "$4") || return
  # Made inside one host and handed to the other; its end is named outside by process id.
  nsenter -t "$first" --net -- ip link add "$2" type veth peer name "$5" netns "$second"
  wire_end "$1" "$2" "$3"
  wire_end "$4" "$5" "$6"
}
wire_end() {
  local address
  on "$1" ip link set "$2" up
  for address in ${3//,/ }; do
    on "$1" ip address add "$address" dev "$2"
  done
}

# route_default HOST GATEWAYS: its default routes, by commas.
route_default() {
  local gateway
  for gateway in ${2//,/ }; do
    on "$1" ip route add default via "$gateway"
  done
}

# forward HOST: make it a router for both families.
forward() { on "$1" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1; }

# host_name NAME ADDRESSES: what every host resolves.
host_name() {
  local address
  for address in ${2//,/ }; do
    echo "$address $1" >>"$hosts_folder/hosts"
  done
}

# hosts_end: take down every host written down in the folder, and forget them.
hosts_end() {
  local file name pid try
  for file in "$hosts_folder"/*.host; do
    [ -e "$file" ] || continue
    name=$(basename "$file" .host)
    pid=$(host_pid "$name") || continue
    kill -KILL "$pid" 2>/dev/null || continue
    for ((try = 0; try < 500; try++)); do
      host_pid "$name" >/dev/null || break
      sleep 0.01
    done
  done
  rm -rf "$hosts_folder"
}
