#!/usr/bin/env bash
# Provides libjpeg-turbo's unmodified sources and prints their folder. The tarball comes out of Debian's source package
# and is checked against toolchain/pins.env. CASEFRAME_LIBJPEG_TURBO=<tarball or folder> uses that instead, unchecked.
source "$(dirname "$0")/common.sh"

override=${CASEFRAME_LIBJPEG_TURBO:-}
if [ -n "$override" ] && [ -d "$override" ]; then
  [ -f "$override/jcapimin.c" ] || die "CASEFRAME_LIBJPEG_TURBO=$override holds no libjpeg-turbo sources (no jcapimin.c)"
  (cd "$override" && pwd)
  exit 0
fi
[ -z "$override" ] || [ -f "$override" ] || die "CASEFRAME_LIBJPEG_TURBO=$override does not exist"

unpack() { # TARBALL FOLDER: whole or not at all
  rm -rf "$2.new"
  mkdir -p "$2.new"
  tar -xf "$1" -C "$2.new" --strip-components=1
  [ -f "$2.new/jcapimin.c" ] || { echo "$1 holds no libjpeg-turbo sources (no jcapimin.c)"; return 1; }
  rm -rf "$2"
  mv "$2.new" "$2"
}

if [ -n "$override" ]; then
  folder=$CACHE_DIR/libjpeg-turbo-$(sha256sum "$override" | cut -c1-16)
  [ -d "$folder" ] || step "unpacking $override" unpack "$override" "$folder"
  echo "$folder"
  exit 0
fi

folder=$CACHE_DIR/libjpeg-turbo-$LIBJPEG_TURBO_VERSION
if [ ! -d "$folder" ]; then
  tarball=$CACHE_DIR/libjpeg-turbo_$LIBJPEG_TURBO_VERSION.orig.tar.gz
  matches() { echo "$LIBJPEG_TURBO_SHA256  $1" | sha256sum --check --status 2>/dev/null; }
  if ! matches "$tarball"; then
    command -v apt-get >/dev/null ||
      die "libjpeg-turbo $LIBJPEG_TURBO_VERSION comes from Debian's source packages and there is no apt-get here: set CASEFRAME_LIBJPEG_TURBO to its tarball"
    # A private list of sources, so that nothing of this machine's configuration changes and no root is needed.
    scratch=$(mktemp -d "${TMPDIR:-/tmp}/caseframe.XXXXXX")
    trap 'rm -rf "$scratch"' EXIT
    mkdir -p "$scratch/lists/partial" "$scratch/sources"
    mirror=$(debian_mirror)
    [ -n "$mirror" ] || die "apt has no Debian mirror configured: set CASEFRAME_LIBJPEG_TURBO to libjpeg-turbo $LIBJPEG_TURBO_VERSION's tarball"
    keyring=/usr/share/keyrings/debian-archive-keyring.gpg
    printf 'deb-src [signed-by=%s] %s bookworm main\ndeb-src [signed-by=%s] %s trixie main\n' \
      "$keyring" "$mirror" "$keyring" "$mirror" >"$scratch/sources/sources.list"
    private=(-o "Dir::State::lists=$scratch/lists" -o "Dir::Etc::sourcelist=$scratch/sources/sources.list"
      -o Dir::Etc::sourceparts=/dev/null -o Acquire::Languages=none -o APT::Sandbox::User=root)
    fetch() {
      apt-get "${private[@]}" update -q &&
        (cd "$scratch" && apt-get "${private[@]}" source -q --download-only "libjpeg-turbo=$(version_in_debian)")
    }
    # Debian counts its own revisions behind upstream's version: take whichever carries the pinned one.
    version_in_debian() {
      apt-cache "${private[@]}" showsrc libjpeg-turbo | awk -v want="$LIBJPEG_TURBO_VERSION" \
        '$1 == "Version:" { v = $2; u = v; sub(/^[0-9]+:/, "", u); sub(/-[^-]*$/, "", u); if (u == want) { print v; exit } }'
    }
    step "fetching libjpeg-turbo $LIBJPEG_TURBO_VERSION" fetch
    found=$(ls "$scratch"/libjpeg-turbo_*.orig.tar.gz)
    matches "$found" || die "libjpeg-turbo's tarball is not the one pinned: sha256 $(sha256sum "$found" | cut -d' ' -f1), expected $LIBJPEG_TURBO_SHA256"
    mv "$found" "$tarball"
  fi
  step "unpacking libjpeg-turbo $LIBJPEG_TURBO_VERSION" unpack "$tarball" "$folder"
fi
echo "$folder"
