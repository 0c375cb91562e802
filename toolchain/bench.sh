#!/usr/bin/env bash
# Side by side with the peers, in one browser run: prints a table and writes build/bench/results.json. Arguments go to
# tests/bench/run.mjs.
source "$(dirname "$0")/common.sh"
cd "$PROJECT_DIR"

toolchain/setup.sh test
toolchain/build.sh
libjpeg=$(toolchain/libjpeg-turbo.sh)
step "building the native programs" sh -c \
  "cmake --preset native -DCASEFRAME_LIBJPEG_TURBO_SOURCE='$libjpeg' && cmake --build --preset native --target caseframe-bench-native"
exec node tests/bench/run.mjs "$@"
