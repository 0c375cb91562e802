#!/usr/bin/env bash
# Formatters, linters, types. `lint.sh --fix` formats what can be formatted.
source "$(dirname "$0")/common.sh"
cd "$PROJECT_DIR"
arguments toolchain/lint.sh "$@"

toolchain/setup.sh test
libjpeg=$(toolchain/libjpeg-turbo.sh)
step "configuring" cmake -DCASEFRAME_LIBJPEG_TURBO_SOURCE="$libjpeg" --preset native
if [ "${1:-}" = --fix ]; then
  cmake --build --preset native --target format
  npx biome check --write --error-on-warnings .
fi
step "clang-format" cmake --build --preset native --target format-check
step "clang-tidy" cmake --build --preset native --target tidy
step "biome" npx biome check --error-on-warnings .
step "types" npx tsc -p tsconfig.json
