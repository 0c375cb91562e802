#!/usr/bin/env bash
# Usage: run-tests.sh FILE…   Runs test files in Node, several at a time. Of those that start browsers, one for each core: they
# mostly wait. The others run beside them. Prints the slowest files after the runner's own summary.
# Leaves nothing behind, also when it is interrupted (guard.mjs).
source "$(dirname "$0")/common.sh"
guarded "$@"
cd "$PROJECT_DIR"

lanes=${CASEFRAME_LANE_COUNT:-$(nproc)}
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
node --import ./toolchain/browser-lane.mjs toolchain/run-tests.mjs $((lanes + 1)) \
  "${browsers[@]:0:lanes}" "${others[@]}" "${browsers[@]:lanes}" || status=$?
say "the slowest files:"
sort -rn "$CASEFRAME_LANES/times" | head -n 12 >&2
exit $status
