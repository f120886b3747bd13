#!/usr/bin/env bash
# attack.sh: attacks a device for longer than the tests do, on hosts of its own made of namespaces, and says what held.
# attack.sh [--minutes N] (10 unless given). A line for each attack when it ends; all else stands in artifacts/attack.log.
# Exit status 0 if everything held. Needs root, the .NET 10 SDK and what test.sh installs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. scripts/steps.sh
. scripts/needs.sh
trap steps_end EXIT

# The attacks that AttackTests knows share the time.
attacks=7
minutes=10
case ${1:-} in
'') ;;
--minutes) minutes=${2:-} ;;
-h | --help)
  sed -n '2,4s/^# //p' attack.sh
  exit 0
  ;;
*) minutes='' ;;
esac
if ! [[ $minutes =~ ^[1-9][0-9]{0,3}$ ]]; then
  warn "attack.sh takes --minutes and a number up to 9999; see attack.sh --help"
  exit 2
fi

need_root ./attack.sh
need_sdk
[ -x artifacts/bin/weft ] || ./build.sh
step "Build the attacks" dotnet build tests/Weft.ScenarioTests -v quiet -nologo
printf '%s==>%s Attack for %d min\n' "$bold" "$plain" "$minutes"
WEFT_ATTACK_SECONDS=$((minutes * 60 / attacks)) dotnet tests/Weft.ScenarioTests/bin/Debug/net10.0/Weft.ScenarioTests.dll \
  -class 'Weft.ScenarioTests.EngineScenarios.AttackTests' -showLiveOutput -noLogo -noColor </dev/null 2>&1 |
  tee artifacts/attack.log |
  sed -un -e 's/^.*\[OUTPUT\] \(.* s in calm, .*\)/\1/p' -e '/\[FAIL\]/,/Stack Trace:/p' -e '/Total:/p'
