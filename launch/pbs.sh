#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Trains under PBS (Pro, OpenPBS, Torque) until the training is done, in as many jobs as it needs.
set -euo pipefail
# shellcheck source=launch/common.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

usage() {
  cat <<TEXT
usage: launch/pbs.sh [QSUB-OPTION...] train OPTION...

Submits a job that runs "infomax train OPTION..." with --resume on its nodes, with one rank for each line
of PBS's node file. The job restarts train after a failure, as launch/supervise.sh does. Five minutes before
the walltime ends (\$INFOMAX_STOP_BEFORE seconds; a quarter of a short walltime) train writes a checkpoint and
ends with exit code 75; the job then submits itself again, and the next job continues. Exit codes 2, 3 and 4
(command line, data, numbers) end the job, and so does qdel. The job has -r y, so that PBS reruns it after
the failure of a node.

  launch/pbs.sh -l select=2:ncpus=16:mpiprocs=16 -l walltime=12:00:00 \\
    train --data mine.h5 --encoder dense:512,relu,dense:16 --epochs 500 --output runs/mine

The job's script is written beside the run, as runs/mine.pbs. qsub with the same options submits it, too.

Environment at the time of submission: INFOMAX_PROGRAM, INFOMAX_MPIEXEC as for local.sh
TEXT
}

refuse() {
  printf 'pbs.sh: %s\n' "$1" >&2
  usage >&2
  exit 2
}

# --job FILE: this is the job whose script is FILE.
file=''
if [[ ${1:-} == --job ]]; then
  file=$2
  shift 2
fi
options=()
while [[ $# -gt 0 && $1 != train ]]; do
  case $1 in
    -h | --help) usage; exit 0 ;;
  esac
  options+=("$1")
  shift
done
[[ ${1:-} == train ]] || refuse "only train can be submitted; other commands run in a job by launch/allocation.sh"
run=$(output_of "$@")
[[ -n $run ]] || refuse "the run is missing; give --output RUN"

# write_job OPTION...: writes the script of the job, which calls this script with the same command line.
write_job() {
  local name
  mkdir -p -- "$(dirname -- "$run")"
  {
    printf '#!/usr/bin/env bash\n#PBS -N infomax\n#PBS -j oe\n#PBS -r y\n'
    printf 'cd -- %q || exit 5\n' "$PWD"
    for name in INFOMAX_PROGRAM INFOMAX_MPIEXEC INFOMAX_STOP_BEFORE; do
      [[ -z ${!name:-} ]] || printf 'export %s=%q\n' "$name" "${!name}"
    done
    printf 'exec %q --job' "$infomax_root/launch/pbs.sh"
    printf ' %q' "$file" "${options[@]}" "$@"
    printf '\n'
  } >"$file"
}

submit() {
  qsub "${options[@]}" "$file" || fail "qsub failed; submit the job yourself: qsub ${options[*]} $file" 5
}

# Prints the seconds of the job's walltime; nothing if it is unlimited.
walltime_s() {
  qstat -f "$PBS_JOBID" 2>/dev/null |
    sed -n 's/^ *Resource_List\.walltime = *//p' |
    awk -F: '{ s = 0; for (i = 1; i <= NF; ++i) s = 60 * s + $i; print s; exit }'
}

if [[ -z $file ]]; then
  command -v qsub >/dev/null || fail "qsub was not found; run this script on a login node of a PBS cluster" 5
  file=$run.pbs
  [[ $file == /* ]] || file=$PWD/$file
  write_job "$@"
  submit
  exit
fi

limit=$(walltime_s || true)
if [[ -n $limit ]]; then
  lead=${INFOMAX_STOP_BEFORE:-300}
  lead=$((limit < 4 * lead ? limit / 4 : lead))
  (
    sleep $((limit - lead)) &
    trap 'kill "$!"; exit' TERM
    wait "$!"
    kill -USR1 $$
  ) >/dev/null 2>&1 &
  timer=$!
  trap 'kill "$timer" 2>/dev/null || true' EXIT
fi
train_on "$@"
case $signals in
  *TERM* | *INT*)
    say "pbs.sh: stopped on request; to continue: qsub ${options[*]} $file"
    exit "$code"
    ;;
esac
say "pbs.sh: submits a job that continues from the last checkpoint"
submit
