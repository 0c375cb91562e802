#!/usr/bin/env bash
# The package into dist/: both modules, the JavaScript, its declarations.
source "$(dirname "$0")/common.sh"
cd "$PROJECT_DIR"
arguments toolchain/build.sh "$@"

sweep
toolchain/setup.sh build
libjpeg=$(toolchain/libjpeg-turbo.sh)
module() { # PRESET
  toolchain/emscripten.sh sh -c \
    "cmake --preset $1 -DCASEFRAME_LIBJPEG_TURBO_SOURCE='$libjpeg' && cmake --build --preset $1 --target caseframe-module"
}
step "building the SIMD module" module wasm
step "building the baseline module" module wasm-baseline
step "assembling dist/" node toolchain/build-js.mjs
