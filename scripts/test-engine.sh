#!/usr/bin/env bash
# test-engine.sh: runs the engine's tests (cipher, protocol and simulation, device, scenarios, interoperation) at every width
# of the cipher, and the scenarios without offloads too. Run it as root, after ./test.sh, which builds what is tested
# here. The last line is "N passed, N failed", and the exit status follows it.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
. scripts/steps.sh
. scripts/needs.sh

case ${1:-} in
'') ;;
-h | --help)
  sed -n '2,4s/^# //p' scripts/test-engine.sh
  exit 0
  ;;
*)
  warn "test-engine.sh takes no arguments; see scripts/test-engine.sh --help"
  exit 2
  ;;
esac

rooms=(Crypto Protocol Device)
scenarios=(EngineScenarios.* Scenarios.InteropTests Scenarios.BulkTransferTests Scenarios.DeviceLifeTests)

passed=0
failed=0
folder=$(mktemp -d "$PWD/artifacts/test-engine.XXXXXX") || exit 1
finish() {
  steps_end
  rm -rf "$folder"
  printf '%d passed, %d failed\n' "$passed" "$failed"
  [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ] && exit 0
  exit 1
}
trap finish EXIT

# run TITLE PROJECT FILTER...: one run of a test program. One that fails or dies, or finds no test, is a failure.
run() {
  local title=$1 project=$2 report=$folder/report.xml count
  shift 2
  rm -f "$report"
  step "$title" dotnet "tests/$project/bin/Debug/net10.0/$project.dll" -noLogo -noColor -xml "$report" "$@" || failed=$((failed + 1))
  # What a failed test's hosts printed may fill all that a step shows: so its name, again. The report is one line.
  grep -o '<test [^>]*result="Fail"[^>]*>' "$report" 2>/dev/null | sed 's/.* name="\([^"]*\)".*/    failed: \1/'
  count=$(grep -o -m1 '<assembly [^>]*>' "$report" 2>/dev/null | sed 's/.* passed="\([0-9]*\)".*/\1/')
  passed=$((passed + ${count:-0}))
  [ "${count:-0}" -gt 0 ] || failed=$((failed + 1))
}

units() { run "Units, $1" Weft.Tests "${unit_classes[@]}"; }
hosts() { run "Scenarios, $1" Weft.ScenarioTests "${scenario_classes[@]}"; }

need_root scripts/test-engine.sh || exit 1
need_sdk || exit 1
[ -x artifacts/bin/weft ] || fail "artifacts/bin/weft is missing: run ./build.sh, or ./test.sh"

unit_classes=() scenario_classes=()
for room in "${rooms[@]}"; do unit_classes+=(-class "Weft.Tests.$room.*"); done
for class in "${scenarios[@]}"; do scenario_classes+=(-class "Weft.ScenarioTests.$class"); done

# The same program, asked for no offloads whenever it is to be a device.
mkdir "$folder/plain"
ln -s "$PWD/artifacts/bin/wg" "$PWD/artifacts/bin/wg-quick" "$folder/plain/"
cat >"$folder/plain/weft" <<END
#!/bin/sh
[ "\$1" != device ] || set -- "\$@" --no-offloads
exec "$PWD/artifacts/bin/weft" "\$@"
END
chmod +x "$folder/plain/weft"

for width in 512 256 128 0; do
  export WEFT_CIPHER_WIDTH=$width
  units "cipher width $width"
  hosts "cipher width $width"
done
unset WEFT_CIPHER_WIDTH
export WEFT_BIN=$folder/plain
hosts "no offloads"
