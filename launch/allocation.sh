#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Runs infomax on the nodes of this Slurm or PBS job, with binding and threads that suit them.
set -euo pipefail
# shellcheck source=launch/common.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

usage() {
  cat <<TEXT
usage: launch/allocation.sh [-n RANKS] [-t THREADS] COMMAND [OPTION...]

Runs "infomax COMMAND OPTION..." within a job's allocation. launch/slurm.sbatch and launch/pbs.sh call it.
RANKS defaults to the requested tasks (Slurm's --ntasks, the lines of PBS's node file), or to one rank
for each THREADS cores of every node. THREADS defaults to Slurm's --cpus-per-task, to the
OMP_NUM_THREADS that PBS sets, or to 1. The exit code is that of infomax. The script passes Ctrl-C,
SIGTERM and SIGUSR1 to the ranks: train then writes a checkpoint and ends with exit code 75.

  salloc --nodes 2 --exclusive launch/allocation.sh doctor

Under Slurm, srun starts the ranks if it supports Open MPI's PMIx (srun --mpi=list). Otherwise mpirun
starts them.

Environment: INFOMAX_PROGRAM  the program (default: this repository's build, else the installed one)
             SLURM_MPI_TYPE   how srun starts MPI programs (default: pmix)
             INFOMAX_MPIEXEC  an mpirun to use even if srun is available
TEXT
}

refuse() {
  printf 'allocation.sh: %s\n' "$1" >&2
  usage >&2
  exit 2
}

ranks='' threads=''
while [[ $# -gt 0 ]]; do
  case $1 in
    -n | -t)
      [[ ${2:-} =~ ^[1-9][0-9]{0,5}$ ]] || refuse "$1 needs a number, 1 or more"
      if [[ $1 == -n ]]; then ranks=$2; else threads=$2; fi
      shift 2
      ;;
    -h | --help) usage; exit 0 ;;
    -*) refuse "$1 is not an option of this script; options of infomax follow its command" ;;
    *) break ;;
  esac
done
[[ $# -gt 0 ]] || refuse "the command of infomax is missing"

program=$(find_program)
allow_root
quiet_mpirun

# Prints how many cores of a node the job may use. All nodes are assumed to be like this one.
node_cores() {
  local cores
  cores=$(physical_cores)
  if [[ -n ${SLURM_CPUS_ON_NODE:-} && $SLURM_CPUS_ON_NODE -lt $cores ]]; then
    cores=$SLURM_CPUS_ON_NODE
  fi
  say "$cores"
}

# srun is preferred, for three reasons. It signals ranks directly, whereas a preemption kills mpirun's
# daemons and with them the ranks. It binds ranks within the job's cgroup. It returns the exit code of
# the ranks. Debian's Open MPI (4.1.4) is built for PMIx and not for Slurm's PMI-2.
srun_type() {
  if [[ -n ${INFOMAX_MPIEXEC:-} ]] || ! command -v srun >/dev/null; then
    return
  fi
  if [[ -n ${SLURM_MPI_TYPE:-} ]]; then
    say "$SLURM_MPI_TYPE"
  elif srun --mpi=list 2>&1 | grep -qw pmix; then
    say pmix
  fi
}

by_srun() {
  local more=()
  [[ $((ranks * threads)) -le $((nodes * cores)) ]] || more+=(--overcommit)
  # Hyperthreads of one core count once.
  run_stoppable srun -n "$ranks" "--mpi=$1" "--cpus-per-task=$threads" --threads-per-core=1 \
    --cpu-bind=cores "${more[@]}" "$program" "${command[@]}"
}

# by_mpirun OPTION...
by_mpirun() {
  local launcher per_node=$(((ranks + nodes - 1) / nodes))
  launcher=$(find_launcher)
  if [[ $((per_node * threads)) -le $cores ]]; then
    set -- "$@" --map-by "ppr:$per_node:node:PE=$threads" --bind-to core:if-supported
  else
    set -- "$@" --oversubscribe --bind-to none
  fi
  run_stoppable "$launcher" -n "$ranks" "$@" "$program" "${command[@]}"
}

command=("$@")
cores=$(node_cores)
if [[ -n ${SLURM_JOB_ID:-} ]]; then
  threads=${threads:-${SLURM_CPUS_PER_TASK:-1}}
  nodes=${SLURM_JOB_NUM_NODES:-1}
  if [[ -z $ranks && -n ${SLURM_NTASKS:-} ]]; then
    ranks=$SLURM_NTASKS
  elif [[ -z $ranks ]]; then
    ranks=$((nodes * (cores > threads ? cores / threads : 1)))
  fi
  type=$(srun_type)
  if [[ -n $type ]]; then by_srun "$type"; else by_mpirun; fi
elif [[ -r ${PBS_NODEFILE:-} ]]; then
  threads=${threads:-${OMP_NUM_THREADS:-1}}
  nodes=$(sort -u "$PBS_NODEFILE" | wc -l)
  ranks=${ranks:-$(wc -l <"$PBS_NODEFILE")}
  by_mpirun --hostfile "$PBS_NODEFILE"
else
  fail "this is not a job of Slurm or PBS (SLURM_JOB_ID and PBS_NODEFILE are unset); use launch/local.sh here" 2
fi
exit "$code"
