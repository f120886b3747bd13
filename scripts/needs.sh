# shellcheck shell=bash
# Sourced after steps.sh: what a script needs of the machine before it begins.

# One way for every script, and quiet: no first-run texts, no ICU needed, no compiler left running afterwards.
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1 \
  DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 DOTNET_CLI_USE_MSBUILD_SERVER=0 MSBUILDDISABLENODEREUSE=1 \
  UseSharedCompilation=false MSBUILDTERMINALLOGGER=off

need_sdk() {
  local place
  if ! command -v dotnet >/dev/null; then
    for place in "${DOTNET_ROOT:-}" "$HOME/.dotnet" /usr/share/dotnet /usr/lib/dotnet /opt/dotnet; do
      if [ -n "$place" ] && [ -x "$place/dotnet" ]; then
        export DOTNET_ROOT=$place PATH=$place:$PATH
        break
      fi
    done
  fi
  if ! command -v dotnet >/dev/null || [[ $'\n'$(dotnet --list-sdks 2>/dev/null) != *$'\n'10.* ]]; then
    warn "The .NET 10 SDK is missing. Install it, then run this again:"
    warn "  wget -qO- https://dot.net/v1/dotnet-install.sh | bash -s -- --channel 10.0 --install-dir /usr/share/dotnet"
    warn "  ln -s /usr/share/dotnet/dotnet /usr/local/bin/dotnet"
    warn "Other ways: https://dotnet.microsoft.com/download/dotnet/10.0"
    return 1
  fi
}

# What the SDK itself needs to fetch packages; its installers on other systems bring it along.
need_openssl() {
  # Not by a pipe into grep -q: that one leaves early, and whoever still writes to it dies of it, now and then.
  if command -v ldconfig >/dev/null && [[ $(ldconfig -p) != *libssl.so.3* ]]; then
    warn "The .NET SDK needs OpenSSL 3. Install it, then run this again:"
    warn "  apt-get install --no-install-recommends libssl3 ca-certificates"
    return 1
  fi
}

need_root() {
  if [ "$(id -u)" -ne 0 ]; then
    warn "$1 makes network namespaces and installs Debian packages: run it as root, such as: sudo $1"
    return 1
  fi
}

# need_packages NAME...: install those that are missing, by their Debian names. The lists are fetched only when
# an install without that fails.
need_packages() {
  local package missing=()
  for package in "$@"; do
    case $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) in
    installed) ;;
    *) missing+=("$package") ;;
    esac
  done
  [ "${#missing[@]}" -gt 0 ] || return 0
  if ! command -v apt-get >/dev/null; then
    warn "These are missing, and this is no Debian; install what carries them: ${missing[*]}"
    return 1
  fi
  step "Install Debian packages: ${missing[*]}" install_packages "${missing[@]}"
}

install_packages() {
  export DEBIAN_FRONTEND=noninteractive
  local install=(apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=120)
  "${install[@]}" "$@" || { apt-get update && "${install[@]}" "$@"; }
}
