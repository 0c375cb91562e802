#!/usr/bin/env bash
# Usage: npm start -- [--port N] [--host ADDRESS] [--data FOLDER] [--public-url URL]   The demo: the agent widget and the
# middleware on embedded storage, on one address. Arguments go to the middleware: `node examples/middleware/main.js --help`.
source "$(dirname "$0")/common.sh"
cd "$PROJECT_DIR"
arguments toolchain/start.sh "$@"

toolchain/build.sh
step "bundling the Genesys SDK for the demo" node toolchain/bundle-sdk.mjs
exec node examples/middleware/main.js "$@"
