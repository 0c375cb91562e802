#!/usr/bin/env bash
# Usage: fuzz.sh [--seconds N] [TARGET…]   Fuzzes the core, N seconds (60) each target; all of them unless some are named
# (tests/fuzz has their list). Findings stay in build/fuzz/findings, and what the fuzzer learnt in build/fuzz/corpus.
source "$(dirname "$0")/common.sh"
cd "$PROJECT_DIR"
arguments toolchain/fuzz.sh "$@"

seconds=60
targets=()
while [ $# -gt 0 ]; do
  case $1 in
    --seconds) seconds=$2; shift ;;
    --seconds=*) seconds=${1#*=} ;;
    --) ;;
    *)
      [ -d "tests/fuzz/corpus/$1" ] || { say "there is no target “$1”"; exit 2; }
      targets+=("$1")
      ;;
  esac
  shift
done
[ ${#targets[@]} -gt 0 ] || targets=(analyze downscale encode metadata pipeline redact sharpness text utf8)

toolchain/setup.sh build
toolchain/debian-packages.sh clang libclang-rt-dev
libjpeg=$(toolchain/libjpeg-turbo.sh)
step "configuring" cmake -DCASEFRAME_LIBJPEG_TURBO_SOURCE="$libjpeg" --preset fuzz
step "building" cmake --build --preset fuzz --target "${targets[@]/#/fuzz-}"
mkdir -p build/fuzz/findings
for target in "${targets[@]}"; do
  mkdir -p "build/fuzz/corpus/$target"
  log=build/fuzz/$target.log
  if ! "build/fuzz/tests/fuzz/fuzz-$target" -max_total_time="$seconds" -max_len=4096 -print_final_stats=1 \
    -artifact_prefix="build/fuzz/findings/$target-" "build/fuzz/corpus/$target" "tests/fuzz/corpus/$target" >"$log" 2>&1; then
    grep -E 'broken:|ERROR:|runtime error|SUMMARY' "$log" >&2 || tail -n 20 "$log" >&2
    die "$target: an input in build/fuzz/findings breaks it; the whole output is in $log"
  fi
  printf '%-10s %s runs, nothing broken\n' "$target" "$(sed -nE 's/^stat::number_of_executed_units: ([0-9]+)/\1/p' "$log")"
done
