#!/usr/bin/env bash
# Is the build reproducible? The commit at hand, built in two folders of different names: both modules and the tarball have
# to be the same bytes. Takes two whole builds.
source "$(dirname "$0")/common.sh"
cd "$PROJECT_DIR"
arguments toolchain/reproducible.sh "$@"
export CASEFRAME_CACHE=$CACHE_DIR

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for folder in one a-second-and-longer-one; do
  mkdir "$work/$folder"
  git archive HEAD | tar x -C "$work/$folder"
  # The same packages: what is built is the question, not what npm installs.
  cp -al node_modules "$work/$folder/node_modules"
  touch "$work/$folder/node_modules/.package-lock.json"
  step "building in $folder" bash "$work/$folder/toolchain/build.sh"
  (cd "$work/$folder" && npm pack --silent --ignore-scripts >/dev/null)
  (cd "$work/$folder" && sha256sum dist/wasm/*.wasm ./*.tgz) >"$work/$folder.sums"
done
cat "$work/one.sums"
cmp "$work/one.sums" "$work/a-second-and-longer-one.sums" || die "the two differ"
say "the same bytes twice"
