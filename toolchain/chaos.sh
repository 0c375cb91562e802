#!/usr/bin/env bash
# The middleware under `kill -9` and other faults: arguments go to tests/middleware/chaos/run.mjs.
source "$(dirname "$0")/common.sh"
cd "$PROJECT_DIR"
arguments tests/middleware/chaos/run.mjs "$@"
toolchain/setup.sh test
guarded "$@"
exec node tests/middleware/chaos/run.mjs "$@"
