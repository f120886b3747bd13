# shellcheck shell=bash
# shellcheck disable=SC2034 # go_option is read by who sources this
# Sourced by tunnel.sh and bounds.sh, in the repository's folder, after scripts/steps.sh: the wireguard-go to race against.
# A stable Debian's may be years old. The newest is unpacked, not installed, from a list of its own.

newest_go=artifacts/bench/wireguard-go/usr/bin/wireguard-go

fetch_newest_go() {
  local folder=$PWD/artifacts/bench apt mirrors
  mkdir -p "$folder/lists/partial"
  # From wherever this machine has its Debian from.
  # shellcheck disable=SC2016 # apt's own variable
  mirrors=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | sed -n '/\/debian\/*$/p')
  echo "deb ${mirrors%%$'\n'*} sid main" >"$folder/sid.list"
  apt=(-o Dir::Etc::sourcelist="$folder/sid.list" -o Dir::Etc::sourceparts=/dev/null -o Dir::State::lists="$folder/lists")
  apt-get "${apt[@]}" update
  (cd "$folder" && rm -f wireguard-go_*.deb && apt-get "${apt[@]}" download wireguard-go)
  dpkg-deb -x "$folder"/wireguard-go_*.deb "$folder/wireguard-go"
}

# Sets go_option to the words that name it to the program, unless the arguments given do.
find_newest_go() {
  go_option=()
  [[ " $* " != *" --wireguard-go "* ]] || return 0
  [ -x "$newest_go" ] || step "Fetch the newest wireguard-go" fetch_newest_go || true
  [ ! -x "$newest_go" ] || go_option=(--wireguard-go "$newest_go")
}
