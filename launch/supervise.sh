#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Keeps a training run going: restarts it from its last checkpoint after failures.
set -euo pipefail
# shellcheck source=launch/common.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

usage() {
  cat <<TEXT
usage: launch/supervise.sh [--restarts N] [--delay SECONDS] [--after-stop] [-n RANKS] train OPTION...

Runs "launch/local.sh train OPTION... --resume" and restarts it after a failure, from the last checkpoint.
It ends after exit codes 2, 3 and 4 (command line, data, numbers), because a restart would fail likewise,
and after 75 (stopped on request) unless --after-stop is given. The exit code is that of the last run.

  --restarts N      end after N restarts in a row that brought no newer checkpoint (default 5)
  --delay SECONDS   pause before the first restart; it doubles each time, up to 10 minutes (default 5)
  --after-stop      restart after exit code 75, too, for a --time-limit in an allocation that is renewed

  launch/supervise.sh -n 4 train --data mine.h5 --encoder dense:16 --epochs 500 --output runs/mine

Environment: INFOMAX_LAUNCH  what to run instead of launch/local.sh: a program, or a command such as
                             "launch/hosts.sh hosts.txt"
TEXT
}

refuse() {
  printf 'supervise.sh: %s\n' "$1" >&2
  usage >&2
  exit 2
}

restarts=5
delay=5
after_stop=false
ranks=()
while [[ $# -gt 0 ]]; do
  case $1 in
    --restarts | --delay)
      [[ ${2:-} =~ ^[0-9]{1,6}$ ]] || refuse "$1 needs a whole number"
      if [[ $1 == --restarts ]]; then restarts=$2; else delay=$2; fi
      shift 2
      ;;
    --after-stop) after_stop=true; shift ;;
    -n | -np)
      [[ $# -ge 2 ]] || refuse "$1 needs the number of ranks"
      ranks=(-n "$2")
      shift 2
      ;;
    -h | --help) usage; exit 0 ;;
    *) break ;;
  esac
done
[[ ${1:-} == train ]] || refuse "only train can be supervised"

if [[ " $* " == *" --overwrite "* ]]; then
  refuse "--overwrite would discard the run at each restart; remove the run yourself instead"
fi
run=$(output_of "$@")
[[ -n $run ]] || refuse "the run is missing; give --output RUN"
resume=(--resume)
if [[ " $* " == *" --resume "* ]]; then
  resume=()
fi

if [[ -f ${INFOMAX_LAUNCH:-} && -x $INFOMAX_LAUNCH ]]; then
  launch=("$INFOMAX_LAUNCH")
elif [[ -n ${INFOMAX_LAUNCH:-} ]]; then
  read -r -a launch <<<"$INFOMAX_LAUNCH"
else
  launch=("$infomax_root/launch/local.sh" "${ranks[@]}")
fi

# A signal to this script stops the run, which then writes a checkpoint.
child=''
stopped=false
pass_on() {
  stopped=true
  interrupted=true
  [[ -z $child ]] || kill "-$1" "$child" 2>/dev/null || true
}
trap 'pass_on TERM' TERM
trap 'pass_on INT' INT
trap 'pass_on USR1' USR1
trap 'pass_on INT' USR2

failures=0
while true; do
  before=$(newest_checkpoint "$run")
  # In its own process group, so that it gets Ctrl-C once, and does not ignore it.
  set -m
  "${launch[@]}" "$@" "${resume[@]}" </dev/null &
  child=$!
  set +m
  await "$child"
  child=''
  case $code in
    0 | 2 | 3 | 4) exit "$code" ;;
    75) [[ $after_stop == true && $stopped == false ]] || exit 75; failures=0; continue ;;
  esac
  [[ $stopped == false ]] || exit "$code"
  if [[ $(newest_checkpoint "$run") != "$before" ]]; then
    failures=0
  fi
  failures=$((failures + 1))
  if [[ $failures -gt $restarts ]]; then
    fail "exit code $code; ends after $failures failures in a row without a newer checkpoint" "$code"
  fi
  pause=$((delay * (1 << (failures < 10 ? failures - 1 : 9))))
  pause=$((pause > 600 ? 600 : pause))
  say "supervise.sh: exit code $code; restart $failures of $restarts in $pause s" >&2
  sleep "$pause" & wait $! || true
  [[ $stopped == false ]] || exit "$code"
done
