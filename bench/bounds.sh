#!/usr/bin/env bash
# bounds.sh: measures what must hold besides the race: large configurations, handshakes, short queues, idleness, a crowd of
# other peers. Prints a table; exit status 1 when something does not hold. Run it as root on a quiet machine; four minutes.
#   --only NAME...  crowd, configurations, handshakes, load, idle, start, show
#   --rounds N, --json FILE, --wireguard-go PATH
#   --write docs    write the table into docs/benchmark.md
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/steps.sh
. scripts/needs.sh
. bench/newest-go.sh
trap steps_end EXIT

case ${1:-} in
-h | --help)
  sed -n '2,6s/^# //p' bench/bounds.sh
  exit 0
  ;;
esac

need_root bench/bounds.sh
need_sdk
need_openssl
need_packages iproute2 iputils-ping iperf3 util-linux wireguard-tools wireguard-go
find_newest_go "$@"

./build.sh
step "Build the bench" dotnet build bench/Weft.Bench.Tunnel -c Release -v quiet -nologo
dotnet bench/Weft.Bench.Tunnel/bin/Release/net10.0/Weft.Bench.Tunnel.dll bounds "${go_option[@]}" "$@"
