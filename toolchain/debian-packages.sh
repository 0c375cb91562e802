#!/usr/bin/env bash
# Usage: debian-packages.sh PACKAGE…   Installs those that are missing; does nothing, quickly, when none is.
source "$(dirname "$0")/common.sh"

missing=()
for package in "$@"; do
  dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

command -v apt-get >/dev/null || die "needs ${missing[*]}: install them with your system's package manager (this script knows Debian only)"
[ "$(id -u)" = 0 ] || die "needs ${missing[*]}: run “apt-get install ${missing[*]}” as root, then try again"
# Stale lists name packages that the mirror has replaced: fetch them anew whenever something is to be installed.
step "fetching package lists" apt-get update -q
step "installing ${missing[*]}" env DEBIAN_FRONTEND=noninteractive \
  apt-get install -q -y --no-install-recommends "${missing[@]}"
