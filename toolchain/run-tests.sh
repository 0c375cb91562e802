#!/usr/bin/env bash
# Usage: run-tests.sh FILE…   Runs test files as `npm test` does (run-tests.mjs), and leaves nothing behind, also when it is
# interrupted (guard.mjs).
source "$(dirname "$0")/common.sh"
temp_in_memory
guarded "$@"
cd "$PROJECT_DIR"
exec node toolchain/run-tests.mjs "$@"
