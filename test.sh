#!/usr/bin/env bash
# test.sh: installs what the tests need (Debian packages, by name), checks the scripts and the format, builds, and runs
# every test. Run it as root. The last line is "N passed, N failed", and the exit status follows it; above it stands what
# failed. A check, a build or a test program that breaks counts as one failure.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
. scripts/steps.sh
. scripts/needs.sh

packages=(
  ca-certificates # package downloads
  libssl3         # .NET's cryptography, and X25519
  shellcheck      # the scripts below
  iproute2        # hosts, links, addresses
  iputils-ping    # pings
  procps          # process lists of a host
  util-linux      # unshare, nsenter, setpriv
  nftables        # firewalls and NAT
  iptables        # likewise, where a site uses these
  wireguard-tools # the wg to compare with
  wireguard-go    # the other implementation to talk to
  dbus            # what resolvectl speaks over
  systemd         # boots machines, and checks our units
  cron            # revives watchers
  socat           # servers and clients of a test's own
  openssh-client  # how files and administrators come to a site
  openssh-server  # and what lets them in; each site of a test has its own
  tinc            # the other VPN that takes over
  curl            # the demo's download
  dnsmasq-base    # what the sites' names are asked of
  sudo            # what logins that are not root's become root with
  qemu-system-x86 # a machine with a kernel of its own, which has WireGuard
  busybox         # and what runs on it; and a router's programs
  gawk            # the awk that minds the standard most; wg.sh has to do with any
  cpio            # its files in memory
  kmod            # its modules
  xz-utils        # likewise
)

case ${1:-} in
'') ;;
-h | --help)
  sed -n '2,4s/^# //p' test.sh
  exit 0
  ;;
*)
  warn "test.sh takes no arguments; see test.sh --help"
  exit 2
  ;;
esac

passed=0
failed=0
failures=()
results=$(mktemp -d)
finish() {
  trap '' INT TERM HUP
  steps_end
  rm -rf "$results"
  [ "${#failures[@]}" -eq 0 ] || printf 'failed: %s\n' "${failures[@]}"
  printf '%d passed, %d failed\n' "$passed" "$failed"
  [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ] && exit 0
  exit 1
}
trap finish EXIT
trap 'broke "test.sh was told to stop"; exit 130' INT TERM HUP

# broke WHAT: counts one failure, and keeps it for the list at the end.
broke() {
  failed=$((failed + 1))
  failures+=("$1")
}

# check TITLE COMMAND...: a step that counts.
check() {
  if step "$@"; then
    passed=$((passed + 1))
  else
    broke "$1"
    return 1
  fi
}
# must COMMAND...: without it there is nothing to test.
must() {
  "$@" || {
    broke "$*"
    exit 1
  }
}

scripts_clean() {
  shellcheck -x ./*.sh scripts/*.sh scripts/*/*.sh bench/*.sh .ci/run &&
    shellcheck -s sh src/Weft.Mesh/Script/wg.sh && busybox ash -n src/Weft.Mesh/Script/wg.sh
}
format_clean() { dotnet tool restore && dotnet csharpier check .; }
build_all() { dotnet build Weft.slnx -v quiet -nologo; }

# failed_tests REPORT: a line for each, its name and the beginning of its message.
failed_tests() {
  sed -z 's/\n */ /g; s/<test id=\|<error type=/\n&/g' "$1" |
    sed -n 's/^<[te][^>]* name="\([^"]*\)".*<message><!\[CDATA\[\(.*\)/\1: \2/p' |
    sed 's/\]\]>.*//; s/&quot;/"/g; s/&lt;/</g; s/&gt;/>/g; s/&amp;/\&/g; s/\(.\{400\}\).*/\1…/'
}

# run_tests PROJECT: run one test program and add up what it reports. xunit writes the totals into the opening tag of
# its result file; a program that dies before has no such file, which is a failure too.
run_tests() {
  local project=$1 name report=$results/$1.xml totals status=0 begun
  name=${project#Weft.}
  printf '%s==>%s Run %s\n' "$bold" "$plain" "$name"
  begun=$(now_ms)
  dotnet "tests/$project/bin/Debug/net10.0/$project.dll" -xml "$report" -noLogo -noColor </dev/null || status=$?
  totals=$(grep -o -m1 '<assembly [^>]*>' "$report" 2>/dev/null) || totals=''
  count() { sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p" <<<"$totals"; }
  if [ -z "$totals" ]; then
    broke "$project ended with status $status and without a report"
    return
  fi
  local good bad errors
  good=$(count passed) bad=$(count failed) errors=$(count errors)
  bad=$((bad + errors))
  # A status that the report does not explain (killed at exit, a crash in a clean-up) is a failure of its own.
  [ "$status" -eq 0 ] || [ "$bad" -gt 0 ] || broke "$project ended with status $status, though every test passed"
  passed=$((passed + good)) failed=$((failed + bad))
  readarray -t -O "${#failures[@]}" failures < <(failed_tests "$report")
  printf '    %d passed, %d failed in %s\n' "$good" "$bad" "$(seconds $(($(now_ms) - begun)))"
}

must need_root ./test.sh
must need_sdk
must need_packages "${packages[@]}"
check "Check the scripts (shellcheck)" scripts_clean
check "Check the format (csharpier)" format_clean
check "Build (about a minute)" build_all || exit 1
check "Publish artifacts/bin/weft (about a minute)" ./build.sh || exit 1
for project in tests/*Tests/*.csproj; do
  run_tests "$(basename "$project" .csproj)"
done
