#!/usr/bin/env bash
# Usage: setup.sh build|test   Installs what is missing on a fresh machine; returns at once where nothing is.
source "$(dirname "$0")/common.sh"
cd "$PROJECT_DIR"

packages=(cmake ninja-build)
if [ "${1:-build}" = test ]; then
  # The compiler and its checkers, independent readers of what we write, three browsers, an S3 server, and a server of records.
  packages+=(g++ clang-format clang-tidy doctest-dev libsimde-dev libjpeg62-turbo-dev libimage-exiftool-perl exiv2 fonts-dejavu-core
    chromium firefox-esr webkit2gtk-driver xvfb ceph-mon ceph-osd radosgw)
  # Whichever version the machine has will do.
  ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || packages+=(postgresql)
fi
toolchain/debian-packages.sh "${packages[@]}"

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
toolchain/emscripten.sh
