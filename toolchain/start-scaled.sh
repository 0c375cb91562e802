#!/usr/bin/env bash
# The demo on a PostgreSQL and an S3 server of its own, two instances behind one address. Arguments go to start-scaled.mjs.
source "$(dirname "$0")/common.sh"
cd "$PROJECT_DIR"
arguments toolchain/start-scaled.mjs "$@"

toolchain/setup.sh test
toolchain/build.sh
step "bundling the Genesys SDK for the demo" node toolchain/bundle-sdk.mjs
exec node toolchain/start-scaled.mjs "$@"
