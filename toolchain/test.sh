#!/usr/bin/env bash
# Every suite: C++ native, sanitized and as WASM; style and types; Node, real browsers and the packed tarball.
source "$(dirname "$0")/common.sh"
cd "$PROJECT_DIR"
arguments toolchain/test.sh "$@"

toolchain/setup.sh cpp
temp_in_memory
guarded "$@"
# npm writes its thousands of files for a minute and more, and computes little: the C++ suites do not wait for it.
beside toolchain/setup.sh test
libjpeg=$(toolchain/libjpeg-turbo.sh)
configure="cmake -DCASEFRAME_LIBJPEG_TURBO_SOURCE='$libjpeg' --preset"

for preset in native asan; do
  step "building C++ ($preset)" sh -c "$configure $preset && cmake --build --preset $preset"
  ctest --preset "$preset" --parallel "$(nproc)" --verbose | grep -vE '^(UpdateCTest|Test command|Working Directory|Test timeout|Constructing|Checking)'
done
for preset in wasm wasm-baseline; do
  step "building C++ ($preset)" toolchain/emscripten.sh sh -c "$configure $preset && cmake --build --preset $preset"
  toolchain/emscripten.sh ctest --preset "$preset" --parallel "$(nproc)"
done
rejoin

toolchain/build.sh
toolchain/lint.sh
toolchain/run-tests.sh tests/{browser,js,middleware,package,bench}/*.test.js
