#!/usr/bin/env bash
# The middleware beside the guide's code. Arguments go to tests/bench/middleware/run.mjs.
source "$(dirname "$0")/common.sh"
cd "$PROJECT_DIR"
arguments tests/bench/middleware/run.mjs "$@"

toolchain/setup.sh test
guarded "$@"
exec node tests/bench/middleware/run.mjs "$@"
