# SPDX-License-Identifier: BSD-3-Clause
# Functions that the recipes share. The scripts of this directory source this file.
# shellcheck shell=bash
# shellcheck source=launch/common.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../common.sh"

# begin NAME OPTION...: reads a recipe's options, goes to the root of the repository, and sets
#   $quick  whether this is a try of a few seconds
#   $data   the directory of the data sets
#   $runs   the directory of the runs
#   $ranks  how many ranks train
# The recipe defines usage().
begin() {
  local name=$1
  shift
  quick=no
  ranks=$(physical_cores)
  while [[ $# -gt 0 ]]; do
    case $1 in
      -h | --help) usage; exit 0 ;;
      --quick) quick=yes ;;
      -n) ranks=${2:-}; shift ;;
      *) usage >&2; exit 2 ;;
    esac
    shift
  done
  [[ $ranks =~ ^[1-9][0-9]{0,5}$ ]] || fail "-n $ranks: the number of ranks must be 1 or more" 2
  cd "$infomax_root" || exit 5
  runs=${INFOMAX_RUNS:-runs}/$name
  # shellcheck disable=SC2034  # for the recipe
  data=${INFOMAX_DATA:-datasets}
  if [[ $quick == yes ]]; then
    runs=$runs-quick
    data=$runs
  fi
  mkdir -p "$runs" "$data"
  declare -gA accuracies=() seconds_of=()
}

# Installs what is missing and builds the program, unless one is given.
prepare() {
  if [[ -n ${INFOMAX_PROGRAM:-} ]]; then
    return
  fi
  timed "install what is missing" launch/setup.sh --without-tests --recipes
  timed "build infomax" build_program
}

infomax() { launch/local.sh -n "$ranks" "$@"; }

# quickly VALUE QUICK: prints the value, or that of a quick try.
quickly() {
  if [[ $quick == yes ]]; then
    say "$2"
  else
    say "$1"
  fi
}

# fit RUN EPOCHS BATCH OPTION...: trains a run, in a quick try for three steps of 20 rows, and keeps its seconds
# in seconds_of[RUN].
fit() {
  local run=$1 length=(--epochs "$2" --batch "$3") start=$SECONDS
  shift 3
  if [[ $quick == yes ]]; then
    length=(--steps 3 --batch 20)
  fi
  infomax train --output "$runs/$run" --overwrite "${length[@]}" "$@"
  seconds_of[$run]=$((SECONDS - start))
}

# judge RUN TRAIN TEST OPTION...: predicts the labels of the test file by a logistic regression on what the
# run's encoder makes of the training file, writes the report, and keeps the accuracy in accuracies[RUN].
judge() {
  local run=$1 train=$2 test=$3
  shift 3
  infomax probe --model "$runs/$run" --train "$train" --test "$test" --json "$@" >"$runs/$run/probe.json"
  accuracies[$run]=$(jq .accuracy "$runs/$run/probe.json")
  infomax report "$runs/$run" --overwrite
}

# judge_raw NAME TRAIN TEST OPTION...: the same regression on the data as they are.
judge_raw() {
  local name=$1 train=$2 test=$3
  shift 3
  infomax probe --train "$train" --test "$test" --json "$@" >"$runs/$name.json"
  accuracies[$name]=$(jq .accuracy "$runs/$name.json")
}

# result RUN TEXT [BAR]: prints a line of the table of results; without a bar it is a baseline.
result() {
  local run=$1 text=$2 bar=${3:-} seconds=${seconds_of[$1]:-} verdict=''
  if [[ -n $bar ]]; then
    verdict=$(LC_ALL=C awk -v a="${accuracies[$run]}" -v bar="$bar" \
      'BEGIN { print (a >= bar ? "reached" : "below") }')
  fi
  LC_ALL=C printf '%-44s %8.4f  %8s  %-8s %8s\n' "$text" "${accuracies[$run]}" "${bar:-baseline}" "$verdict" \
    "${seconds:+$seconds s}"
}

result_header() {
  say
  [[ $quick == no ]] || say "a quick try: little data, little training; the accuracies mean nothing"
  printf '%-44s %8s  %8s  %-8s %8s\n' 'test accuracy of a linear probe on' '' 'bar' '' 'training'
}

# where RUN...: says where the runs and their reports are.
where() {
  local run
  say
  for run in "$@"; do
    say "run $runs/$run, report $runs/$run/report.html"
  done
  say "the whole recipe took $SECONDS s"
}
