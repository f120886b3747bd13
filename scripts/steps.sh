# shellcheck shell=bash
# Sourced by build.sh, test.sh and demo.sh: how they speak. A step prints one line when it begins and one when it
# is over; what the command itself prints goes to a log, which is shown when the step fails.
# Colour only on a terminal, and never with NO_COLOR set.

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ] && [ "${TERM:-dumb}" != dumb ]; then
  bold=$'\e[1m' dim=$'\e[2m' red=$'\e[31m' green=$'\e[32m' yellow=$'\e[33m' plain=$'\e[0m'
else
  bold='' dim='' red='' green='' yellow='' plain=''
fi

# The moment in milliseconds, from the shell itself.
now_ms() {
  local t=${EPOCHREALTIME/[.,]/}
  echo $((t / 1000))
}

# 12345 -> 12.3 s
seconds() { printf '%d.%d s' $(($1 / 1000)) $(($1 % 1000 / 100)); }

say() { printf '%s\n' "$*"; }
note() { printf '%s%s%s\n' "$dim" "$*" "$plain"; }
warn() { printf '%s%s%s\n' "$yellow" "$*" "$plain" >&2; }
fail() {
  printf '%s%s%s\n' "$red" "$*" "$plain" >&2
  exit 1
}

# step TITLE COMMAND...: run it, and show the end of what it printed if it fails.
# A function of several commands must be given to it plainly: bash ignores `set -e` in all that stands before a || or
# within an if, however deep. (A script under `set -e` ends at a step that fails, so there is no need for these.)
step_log=''
step() {
  local title=$1 begun status errexit=$-
  shift
  [ -n "$step_log" ] || step_log=$(mktemp)
  printf '%s==>%s %s\n' "$bold" "$plain" "$title"
  begun=$(now_ms)
  set +e
  (
    set -e
    "$@"
  ) >"$step_log" 2>&1 </dev/null
  status=$?
  [ "${errexit/e/}" = "$errexit" ] || set -e
  if [ "$status" -eq 0 ]; then
    printf '    %sdone%s in %s\n' "$green" "$plain" "$(seconds $(($(now_ms) - begun)))"
  else
    sed 's/^/    | /' "$step_log" | tail -n 60
    printf '    %sfailed%s with status %d after %s: %s\n' \
      "$red" "$plain" "$status" "$(seconds $(($(now_ms) - begun)))" "$*"
  fi
  return "$status"
}
steps_end() { [ -z "$step_log" ] || rm -f "$step_log"; }
