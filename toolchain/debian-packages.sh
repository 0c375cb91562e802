#!/usr/bin/env bash
# Usage: debian-packages.sh PACKAGE…   Installs those that are missing; does nothing, quickly, when none is.
source "$(dirname "$0")/common.sh"

missing() {
  local package
  for package in "$@"; do
    dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || echo "$package"
  done
}
mapfile -t packages < <(missing "$@")
[ ${#packages[@]} -gt 0 ] || exit 0

command -v apt-get >/dev/null || die "needs ${packages[*]}: install them with your system's package manager (this script knows Debian only)"
[ "$(id -u)" = 0 ] || die "needs ${packages[*]}: run “apt-get install ${packages[*]}” as root, then try again"
# One after the other, since apt does not wait. What a package starts does not hold the lock.
exec {lock}>"$CACHE_DIR/apt.lock"
flock "$lock"
mapfile -t packages < <(missing "$@")
[ ${#packages[@]} -gt 0 ] || exit 0
# Stale lists name packages that the mirror has replaced: fetch them anew whenever something is to be installed.
step "fetching package lists" apt-get update -q {lock}>&-
step "installing ${packages[*]}" env DEBIAN_FRONTEND=noninteractive \
  apt-get install -q -y --no-install-recommends "${packages[@]}" {lock}>&-
