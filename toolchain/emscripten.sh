#!/usr/bin/env bash
# Usage: emscripten.sh [COMMAND…]   Runs COMMAND in the project's folder with emcc, cmake and ninja at hand.
# An emcc on PATH that is new enough is used as it is. Otherwise a Debian that packages one is unpacked into the cache,
# once, and COMMAND runs inside it with the checkout mounted at the same path. The mounts live in a private
# namespace, so that they end with the command: nothing outside ever sees them.
source "$(dirname "$0")/common.sh"

new_enough() { [ "$(printf '%s\n' "$EMSCRIPTEN_MINIMUM" "$1" | sort -V | head -n 1)" = "$EMSCRIPTEN_MINIMUM" ]; }

if command -v emcc >/dev/null; then
  found=$(emcc --version 2>/dev/null | grep -oE '[0-9]+\.[0-9]+\.[0-9]+' | head -n 1 || true)
  if [ -n "$found" ] && new_enough "$found"; then
    cd "$PROJECT_DIR"
    [ $# -gt 0 ] || exit 0
    EMSCRIPTEN_ROOT=$(em-config EMSCRIPTEN_ROOT)
    export EMSCRIPTEN_ROOT
    exec "$@"
  fi
  say "emcc ${found:-of unknown version} on PATH is older than $EMSCRIPTEN_MINIMUM: providing one from Debian $EMSCRIPTEN_DEBIAN"
fi

root=$CACHE_DIR/debian-$EMSCRIPTEN_DEBIAN
[ "$(id -u)" = 0 ] || die "needs emcc ≥ $EMSCRIPTEN_MINIMUM: put one on PATH (an emsdk, or Debian 13's emscripten), or run as root so that Debian $EMSCRIPTEN_DEBIAN can be unpacked"

# Checkouts may share a cache: whoever comes second waits, and finds it there.
exec {lock}>"$root.lock"
[ -e "$root/.complete" ] || flock "$lock"
if [ ! -e "$root/.complete" ]; then
  "$TOOLCHAIN_DIR/debian-packages.sh" mmdebstrap
  mirror=$(debian_mirror)
  [ -n "$mirror" ] || die "needs emcc ≥ $EMSCRIPTEN_MINIMUM on PATH: apt has no Debian mirror configured to provide one from"
  rm -rf "$root"
  # Whole when .complete says so: until then nothing has to reach the disk in a certain order.
  step "unpacking Debian $EMSCRIPTEN_DEBIAN with Emscripten (some two minutes, 3 GB)" \
    mmdebstrap --mode=root --variant=apt --include=emscripten,cmake,ninja-build,doctest-dev \
    --dpkgopt=force-unsafe-io "$EMSCRIPTEN_DEBIAN" "$root" "$mirror" {lock}>&-
  sync --file-system "$root"
  touch "$root/.complete"
fi
exec {lock}>&-

[ $# -gt 0 ] || exit 0
# The folders that COMMAND may read, at the paths they have outside.
binds=("$PROJECT_DIR")
case $CACHE_DIR/ in "$PROJECT_DIR"/*) ;; *) binds+=("$CACHE_DIR") ;; esac
[ ! -d "${CASEFRAME_LIBJPEG_TURBO:-}" ] || binds+=("$CASEFRAME_LIBJPEG_TURBO")
exec unshare --mount --propagation private bash -euo pipefail -c '
  root=$1 project=$2
  shift 2
  while [ "$1" != -- ]; do
    mkdir -p "$root$1"
    mount --bind "$1" "$root$1"
    shift
  done
  shift
  mount -t proc proc "$root/proc"
  mount --bind /dev "$root/dev"
  exec chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 TERM="${TERM:-dumb}" \
    EMSCRIPTEN_ROOT=/usr/share/emscripten CASEFRAME_GUARD="${CASEFRAME_GUARD:-}" \
    sh -c '"'"'cd "$0" && exec "$@"'"'"' "$project" "$@"
' emscripten "$root" "$PROJECT_DIR" "${binds[@]}" -- "$@"
