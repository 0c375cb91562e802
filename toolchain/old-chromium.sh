#!/usr/bin/env bash
# Usage: old-chromium.sh 80|127|137   Provides that version of Chromium and prints the path of its executable.
# The npm package that carries it is fetched once, checked against toolchain/pins.env, and unpacked into the cache; none of
# its scripts are run. CASEFRAME_CHROMIUM_<version>=<executable> uses that instead.
source "$(dirname "$0")/common.sh"

version=$1
override=CASEFRAME_CHROMIUM_$version package=CHROMIUM_${version}_PACKAGE sha256=CHROMIUM_${version}_SHA256
if [ -n "${!override:-}" ]; then
  echo "${!override}"
  exit 0
fi
[ -n "${!package:-}" ] || die "toolchain/pins.env names no package for Chromium $version"

folder=$CACHE_DIR/chromium-$version
if [ ! -d "$folder" ]; then
  scratch=$(mktemp -d "$CACHE_DIR/chromium.XXXXXX")
  trap 'rm -rf "$scratch"' EXIT
  step "fetching Chromium $version (${!package})" npm pack --pack-destination "$scratch" "${!package}"
  tarball=$(ls "$scratch"/*.tgz)
  echo "${!sha256}  $tarball" | sha256sum --check --status ||
    die "${!package} is not the package that is pinned: sha256 $(sha256sum "$tarball" | cut -d' ' -f1), expected ${!sha256}"
  unpack() {
    mkdir "$scratch/folder"
    tar -xOf "$tarball" package/bin/chromium.br >"$scratch/chromium.br" &&
      node -e 'const [from, to] = process.argv.slice(1), { brotliDecompressSync } = require("zlib"), fs = require("fs");
        fs.writeFileSync(to, brotliDecompressSync(fs.readFileSync(from)), { mode: 0o755 })' \
        "$scratch/chromium.br" "$scratch/folder/chromium"
  }
  step "unpacking Chromium $version" unpack
  # Whole or not at all; whoever comes second at the same time leaves the first one's.
  mv -T "$scratch/folder" "$folder" 2>/dev/null || [ -x "$folder/chromium" ]
fi
echo "$folder/chromium"
