#!/usr/bin/env bash
# fuzz.sh: feeds every parser with inputs made to break it, for an hour unless told otherwise, and says what broke and how to
# repeat it. Exit status 0 if nothing did. Needs the .NET 10 SDK; see fuzz.sh --help.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. scripts/steps.sh
. scripts/needs.sh
trap steps_end EXIT

need_sdk
step "Build the fuzzer" dotnet build tests/Weft.Fuzz -c Release -v quiet -nologo
status=0
dotnet tests/Weft.Fuzz/bin/Release/net10.0/Weft.Fuzz.dll "$@" || status=$?
# A process that dies has its last words in a file, which only the next one can read.
if [ "$status" -gt 2 ]; then
  warn "The fuzzer died with status $status. The input it died of:"
  dotnet tests/Weft.Fuzz/bin/Release/net10.0/Weft.Fuzz.dll --minutes 0
fi
exit "$status"
