#!/usr/bin/env bash
# tunnel.sh: races weft against wireguard-go, openvpn, tinc, fastd and a C program without protocol, on two hosts made of
# namespaces. Run it as root on a quiet machine; half an hour, or with --quick two minutes. Installs the racers by their Debian
# names and leaves out by name what cannot be had.
#   --rounds N, --seconds N, --only NAME..., --quick, --wireguard-go PATH
#   --write docs    write docs/benchmark.md and its charts
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/steps.sh
. scripts/needs.sh
trap steps_end EXIT

case ${1:-} in
-h | --help)
  sed -n '2,6s/^# //p' bench/tunnel.sh
  exit 0
  ;;
esac

need_root bench/tunnel.sh
need_sdk
need_openssl
need_packages iproute2 iputils-ping iperf3 util-linux
for racer in gcc libc6-dev libssl-dev wireguard-go openvpn tinc fastd; do
  need_packages "$racer" || warn "$racer cannot be installed"
done

# A stable Debian's wireguard-go may be years old. The newest is unpacked, not installed, from a list of its own.
newest_go=artifacts/bench/wireguard-go/usr/bin/wireguard-go
fetch_newest_go() {
  local folder=$PWD/artifacts/bench apt mirror
  mkdir -p "$folder/lists/partial"
  # From wherever this machine has its Debian from.
  # shellcheck disable=SC2016 # apt's own variable
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | sed -n '/\/debian\/*$/p')
  mirror=${mirror%%$'\n'*}
  echo "deb $mirror sid main" >"$folder/sid.list"
  apt=(-o Dir::Etc::sourcelist="$folder/sid.list" -o Dir::Etc::sourceparts=/dev/null -o Dir::State::lists="$folder/lists")
  apt-get "${apt[@]}" update
  (cd "$folder" && rm -f wireguard-go_*.deb && apt-get "${apt[@]}" download wireguard-go)
  dpkg-deb -x "$folder"/wireguard-go_*.deb "$folder/wireguard-go"
}
if [[ " $* " != *" --wireguard-go "* ]]; then
  [ -x "$newest_go" ] || step "Fetch the newest wireguard-go" fetch_newest_go || true
  [ ! -x "$newest_go" ] || set -- --wireguard-go "$newest_go" "$@"
fi

./build.sh
step "Build the race" dotnet build bench/Weft.Bench.Tunnel -c Release -v quiet -nologo
dotnet bench/Weft.Bench.Tunnel/bin/Release/net10.0/Weft.Bench.Tunnel.dll "$@"
