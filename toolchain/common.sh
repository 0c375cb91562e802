# Sourced by the other scripts: the pins, the cache folder, and one way to speak.
set -euo pipefail

TOOLCHAIN_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
PROJECT_DIR=$(dirname "$TOOLCHAIN_DIR")
# Ignored by git. CASEFRAME_CACHE shares one cache among several checkouts.
CACHE_DIR=${CASEFRAME_CACHE:-$TOOLCHAIN_DIR/.cache}
# shellcheck source=pins.env
source "$TOOLCHAIN_DIR/pins.env"
mkdir -p "$CACHE_DIR"

# The machine's Node may be too old for the middleware: the npm package `node` has one, which npm's own scripts find by
# this folder, too. A fresh clone begins without it, so that bash must look anew each time (+h), not where it once found one.
NPM_BIN=$PROJECT_DIR/node_modules/.bin
PATH=$NPM_BIN:${PATH//"$NPM_BIN:"/}
set +h

say() { printf 'caseframe: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# arguments SCRIPT ARGUMENT…: ends here where the script does not take one of them, or where they ask for help.
arguments() {
  local status=0
  # What starts has settings in the environment, too.
  [ $# -gt 1 ] || [ "$1" = toolchain/start.sh ] || return 0
  node "$TOOLCHAIN_DIR/arguments.mjs" "$@" || status=$?
  case $status in
    0) ;;
    100) exit 0 ;;
    *) exit "$status" ;;
  esac
}

# guarded ARGUMENT…: starts the script anew under guard.mjs, unless it is under it already.
guarded() { [ -n "${CASEFRAME_GUARD:-}" ] || exec node "$TOOLCHAIN_DIR/guard.mjs" bash "$TOOLCHAIN_DIR/$(basename "$0")" "$@"; }

# temp_in_memory: temp folders in memory from here on, where there is room for them and TMPDIR names no other place. Tests
# write databases, object stores and browsers' profiles by the hundred; on disk that took an eighth of their time.
temp_in_memory() {
  local free memory
  free=$(df --output=avail -B1M /dev/shm 2>/dev/null | tail -n 1)
  memory=$(awk '/MemAvailable/ { print int($2 / 1024) }' /proc/meminfo)
  if [ -z "${TMPDIR:-}" ] && [ -w /dev/shm ] && [ "${free:-0}" -ge 8192 ] && [ "$memory" -ge 12288 ]; then
    export TMPDIR=/dev/shm
  fi
}

# needs_node: dies, and says why, where the Node that scripts find is older than the middleware wants.
needs_node() {
  local minimum found why="run “npm ci”"
  found=$(node --version)
  minimum=v$(sed -nE 's/.*"node": ">=([0-9.]+)".*/\1/p' "$PROJECT_DIR/examples/middleware/package.json")
  [ "$(printf '%s\n' "$minimum" "$found" | sort -V | head -n 1)" != "$minimum" ] || return 0
  [ ! -d "$PROJECT_DIR/node_modules/node" ] ||
    why="let npm run the install script of the package “node”, which brings one: allow it (“npm config get ignore-scripts” and “npm config get allow-scripts” say what forbids it), then “npm rebuild node”"
  die "needs Node $minimum or later and found $found: put one on PATH, or $why"
}

# What was begun beside the script: process groups.
running=()

# step LABEL COMMAND…: quiet on success with the time it took; on failure the end of what the command printed.
step() {
  local label=$1 log started=$SECONDS line
  shift
  # Not a temp folder: it is to be there when the run has ended.
  mkdir -p "$PROJECT_DIR/build"
  log=$PROJECT_DIR/build/step.$$
  trap 'rm -f "$log"; exit 130' INT TERM HUP
  line="caseframe: $label … "
  # What prints beside it would come into the middle of a line that waits for its end.
  if [ ${#running[@]} -gt 0 ]; then printf '%s\n' "$line"; else printf '%s' "$line"; line=; fi >&2
  if "$@" >"$log" 2>&1; then
    printf '%sdone (%d s)\n' "$line" $((SECONDS - started)) >&2
    rm -f "$log"
  else
    printf '%sfailed\n' "$line" >&2
    tail -n 25 "$log" >&2
    die "“$label” failed; the whole output is in $log"
  fi
  trap - INT TERM HUP
}

# beside COMMAND…: begins it beside what follows; rejoin waits for all that were begun, and fails where one has. Of what they
# print a line is shown when it is whole. They end with the script.
beside() {
  trap 'for pid in "${running[@]}"; do kill -- "-$pid" 2>/dev/null || true; done' EXIT
  trap 'exit 130' INT TERM HUP
  setsid "$@" > >(exec sed -u '' >&2) 2>&1 &
  running+=($!)
}
rejoin() {
  local pid
  for pid in "${running[@]}"; do wait "$pid"; done
  running=()
}

# sweep: takes away what steps that failed, and builds that were killed, have left in build/ more than a day ago.
sweep() {
  [ ! -d "$PROJECT_DIR/build" ] ||
    find "$PROJECT_DIR/build" -maxdepth 1 \( -name 'step.*' -o -name 'js.new-*' \) -mmin +1440 -exec rm -rf {} +
}

# The mirror this machine already uses: the first package source of its own apt configuration.
debian_mirror() {
  apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' 2>/dev/null |
    awk '$2 !~ /-(security|updates|backports)/ { print $1; exit }'
}
