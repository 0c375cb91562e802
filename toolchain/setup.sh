#!/usr/bin/env bash
# Usage: setup.sh build|test|cpp   Installs what is missing on a fresh machine; returns at once where nothing is. cpp: all that
# test needs but what npm installs.
source "$(dirname "$0")/common.sh"
cd "$PROJECT_DIR"

packages=(cmake ninja-build)
if [ "${1:-build}" != build ]; then
  # The compiler and its checkers, independent readers of what we write, three browsers, an S3 server, and a server of records.
  packages+=(g++ clang-format clang-tidy doctest-dev libsimde-dev libjpeg62-turbo-dev libimage-exiftool-perl exiv2 fonts-dejavu-core
    chromium firefox-esr webkit2gtk-driver xvfb ceph-mon ceph-osd radosgw)
  # Whichever version the machine has will do.
  ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || packages+=(postgresql)
fi

# The compiler's Debian, this machine's packages and npm's come from different places, and each waits for the network and
# the disk more than it computes: they are fetched beside each other.
# What emscripten.sh begins with is one of this machine's packages, and is not to wait for the others.
command -v emcc >/dev/null || [ -e "$CACHE_DIR/debian-$EMSCRIPTEN_DEBIAN/.complete" ] ||
  toolchain/debian-packages.sh mmdebstrap
beside toolchain/emscripten.sh
beside toolchain/debian-packages.sh "${packages[@]}"

[ "${1:-build}" != cpp ] || { rejoin; exit; }
# npm writes its own copy of the lock file last: older than ours means that the tree is out of date.
installed=node_modules/.package-lock.json
if [ ! -f "$installed" ] || [ package-lock.json -nt "$installed" ]; then
  # By the machine's own Node: it takes away the folder that the other is in.
  step "installing npm packages" env PATH="${PATH#"$NPM_BIN:"}" npm ci --no-audit --no-fund
  touch "$installed"
fi
needs_node
if [ "${1:-build}" = test ]; then
  for version in 80 127 137; do toolchain/old-chromium.sh "$version" >/dev/null; done
fi
rejoin
