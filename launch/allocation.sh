#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Runs infomax on the nodes of this Slurm or PBS job, with binding and threads that suit them.
set -euo pipefail
# shellcheck source=launch/common.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

usage() {
  cat <<TEXT
usage: launch/allocation.sh [-n RANKS] [-t THREADS] COMMAND [OPTION...]

Runs "infomax COMMAND OPTION..." within a job's allocation; launch/slurm.sbatch and launch/pbs.sh do.
RANKS are by default the tasks that were asked for (--ntasks of Slurm, the lines of PBS's node file),
or one for each THREADS cores of every node. THREADS are by default --cpus-per-task of Slurm, the
OMP_NUM_THREADS that PBS sets, or 1. The exit code is infomax's. SIGTERM, SIGINT and SIGUSR1 reach the
ranks: train then writes a checkpoint and ends with exit code 75.

  salloc --nodes 2 --exclusive launch/allocation.sh doctor

Under Slurm by srun, where it speaks Open MPI's PMIx (srun --mpi=list), otherwise by mpirun.

Environment: INFOMAX_PROGRAM the program (default: this repository's build, else the installed one),
             SLURM_MPI_TYPE how srun starts MPI programs, if not by pmix,
             INFOMAX_MPIEXEC an mpirun to use, also where there is srun.
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
    -*) refuse "$1 is no option of this script; infomax's own come after its command" ;;
    *) break ;;
  esac
done
[[ $# -gt 0 ]] || refuse "which command of infomax?"

program=$(find_program)
allow_root
quiet_mpirun

# Cores of a node that the job may use: this one speaks for all.
node_cores() {
  local cores
  cores=$(physical_cores)
  if [[ -n ${SLURM_CPUS_ON_NODE:-} && $SLURM_CPUS_ON_NODE -lt $cores ]]; then
    cores=$SLURM_CPUS_ON_NODE
  fi
  say "$cores"
}

# srun is first choice: it signals ranks directly, at preemption too, where mpirun's daemons would be
# hit and take the ranks with them; it binds within the job's cgroup; and it ends with the exit code of
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
  # Of a core with several hyperthreads one is counted.
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
  fail "this is no job of Slurm or PBS (no SLURM_JOB_ID, no PBS_NODEFILE); launch/local.sh runs here" 2
fi
exit "$code"
