#!/usr/bin/env bash
# Plays every way a call can go wrong in three browsers, and writes what it came to into the table of docs/calls.md.
source "$(dirname "$0")/common.sh"
cd "$PROJECT_DIR"
arguments toolchain/matrix.sh "$@"

toolchain/setup.sh test
toolchain/build.sh
CASEFRAME_MATRIX=write exec toolchain/run-tests.sh tests/browser/matrix.test.js
