#!/usr/bin/env bash
# Usage: run-tests.sh FILE…   Runs test files in Node, several at a time. Those that start browsers are as many at a time as
# the cores bear, one on two; the others run beside them. Prints the slowest files after the runner's own summary.
# Leaves nothing behind, also when it is interrupted (guard.mjs).
source "$(dirname "$0")/common.sh"
guarded "$@"
cd "$PROJECT_DIR"

cores=$(nproc)
lanes=$((cores / 2 > 0 ? cores / 2 : 1))
browsers=() others=()
for file in "$@"; do
  case $file in
    tests/browser/* | tests/bench/bench.test.js) browsers+=("$file") ;;
    *) if grep -qE "from '(../)+browser/" "$file"; then browsers+=("$file"); else others+=("$file"); fi ;;
  esac
done

CASEFRAME_LANES=$(mktemp -d "${TMPDIR:-/tmp}/caseframe-lanes.XXXXXX")
CASEFRAME_LANE_COUNT=$lanes
CASEFRAME_LANE_FILES=$(printf '%s\n' "${browsers[@]}")
export CASEFRAME_LANES CASEFRAME_LANE_COUNT CASEFRAME_LANE_FILES
# Started in this order: a browser file for each lane, then those that need none, so that no lane waits for them.
status=0
node --import ./toolchain/browser-lane.mjs toolchain/run-tests.mjs $((2 * lanes)) \
  "${browsers[@]:0:lanes}" "${others[@]}" "${browsers[@]:lanes}" || status=$?
say "the slowest files:"
sort -rn "$CASEFRAME_LANES/times" | head -n 12 >&2
exit $status
