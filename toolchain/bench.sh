#!/usr/bin/env bash
# Side by side with the peers, in one browser run: prints Markdown and writes build/bench/. Arguments go to
# tests/bench/run.mjs.
source "$(dirname "$0")/common.sh"
cd "$PROJECT_DIR"
arguments tests/bench/run.mjs "$@"

toolchain/setup.sh test
toolchain/build.sh
libjpeg=$(toolchain/libjpeg-turbo.sh)
program() { # PRESET TARGET
  echo "cmake --preset $1 -DCASEFRAME_LIBJPEG_TURBO_SOURCE='$libjpeg' && cmake --build --preset $1 --target $2"
}
step "building the stages for browsers" toolchain/emscripten.sh sh -c \
  "$(program wasm caseframe-bench-stages) && $(program wasm-baseline caseframe-bench-stages)"
step "building the native programs" sh -c "$(program native caseframe-bench-native)"
exec node tests/bench/run.mjs "$@"
