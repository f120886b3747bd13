#!/usr/bin/env bash
# micro.sh: times the parts: cipher, handshake, routing, replay window, checksum, splitting, joining, and both paths of a
# packet without the kernel. Exit status 1 when something that runs per packet allocates memory. Three minutes.
#   --filter '*Cipher*'   only those; --list flat names them all; any other option of BenchmarkDotNet
#   race                  the cipher alone against libcrypto, in turns so short that a busy machine does not matter
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/steps.sh
. scripts/needs.sh
trap steps_end EXIT

case ${1:-} in
-h | --help)
  sed -n '2,5s/^# //p' bench/micro.sh
  exit 0
  ;;
esac

need_sdk
need_openssl
step "Build the benchmarks" dotnet build bench/Weft.Bench -c Release -v quiet -nologo
dotnet bench/Weft.Bench/bin/Release/net10.0/Weft.Bench.dll "$@"
