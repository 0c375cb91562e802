#!/usr/bin/env bash
# The demo: the agent widget and the middleware on embedded storage, on one address. Arguments go to the middleware.
source "$(dirname "$0")/common.sh"
cd "$PROJECT_DIR"

toolchain/build.sh
step "bundling the Genesys SDK for the demo" node toolchain/bundle-sdk.mjs
exec node examples/middleware/main.js "$@"
