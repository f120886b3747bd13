#!/usr/bin/env bash
# tunnel.sh: races weft against wireguard-go, openvpn, tinc, fastd and a C program without protocol, on two hosts made of
# namespaces. Run it as root on a quiet machine; twelve minutes, or with --quick two. Installs the racers by their Debian names
# and leaves out by name what cannot be had.
#   --rounds N, --field-rounds N, --seconds N, --only NAME..., --quick, --wireguard-go PATH
#   --write docs            write docs/benchmark.md and its charts
#   --write docs --second   write it as the second sitting, under the first
# bench/tunnel.sh profile [--names] [--write docs] says instead where the time of one stream goes; needs perf (linux-perf).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/steps.sh
. scripts/needs.sh
. bench/newest-go.sh
trap steps_end EXIT

case ${1:-} in
-h | --help)
  sed -n '2,8s/^# //p' bench/tunnel.sh
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

case ${1:-} in
profile)
  need_packages linux-perf
  go_option=()
  ;;
*) find_newest_go "$@" ;;
esac

./build.sh
step "Build the race" dotnet build bench/Weft.Bench.Tunnel -c Release -v quiet -nologo
dotnet bench/Weft.Bench.Tunnel/bin/Release/net10.0/Weft.Bench.Tunnel.dll "$@" "${go_option[@]}"
