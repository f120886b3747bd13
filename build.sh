#!/usr/bin/env bash
# build.sh: leaves the program as artifacts/bin/weft (self-contained, one file, trimmed, ReadyToRun), with the links
# wg and wg-quick beside it. Needs the .NET 10 SDK and nothing else.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. scripts/steps.sh
. scripts/needs.sh
trap steps_end EXIT

case ${1:-} in
'') ;;
-h | --help)
  sed -n '2,3s/^# //p' build.sh
  exit 0
  ;;
*)
  warn "build.sh takes no arguments; see build.sh --help"
  exit 2
  ;;
esac

need_sdk
need_openssl

publish() {
  dotnet publish src/Weft.Cli -c Release -o artifacts/publish -v quiet -nologo
  mkdir -p artifacts/bin
  # By rename: a weft that runs at this moment keeps its file.
  cp artifacts/publish/weft artifacts/bin/.weft.new
  mv -f artifacts/bin/.weft.new artifacts/bin/weft
  ln -sfn weft artifacts/bin/wg
  ln -sfn weft artifacts/bin/wg-quick
}

step "Build artifacts/bin/weft (about half a minute; a minute more the first time)" publish
note "    $(du -h --apparent-size artifacts/bin/weft | cut -f1) $PWD/artifacts/bin/weft, with wg and wg-quick beside it"
