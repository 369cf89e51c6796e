#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Runs infomax under MPI on this node, with binding and threads that suit it.
set -euo pipefail
# shellcheck source=launch/common.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

usage() {
  cat <<TEXT
usage: launch/local.sh [-n RANKS] COMMAND [OPTION...]

Runs "infomax COMMAND OPTION..." on RANKS ranks of this node (default: one for each physical core that it
may use). With as many ranks as cores, each rank has one core and one thread. With fewer, each rank has an
equal share of the cores. With more, ranks share the cores, unbound. The exit code is that of infomax. The
script passes Ctrl-C, SIGTERM and SIGUSR1 to the ranks: train then writes a checkpoint and ends with exit
code 75. A second Ctrl-C ends the ranks at once, and the script with exit code 130.

  launch/local.sh -n 2 train --data datasets/fashion-mnist-train.h5 --output runs/first

Environment: INFOMAX_PROGRAM  the program (default: this repository's build, else the installed one)
             INFOMAX_MPIEXEC  the launcher (default: mpirun, else mpiexec)
TEXT
}

refuse() {
  printf 'local.sh: %s\n' "$1" >&2
  usage >&2
  exit 2
}

cores=$(physical_cores)
ranks=$cores
while [[ $# -gt 0 ]]; do
  case $1 in
    -n | -np)
      [[ $# -ge 2 ]] || refuse "$1 needs the number of ranks"
      ranks=$2
      shift 2
      ;;
    -h | --help) usage; exit 0 ;;
    -*) refuse "$1 is not an option of this script; options of infomax follow its command" ;;
    *) break ;;
  esac
done
[[ $ranks =~ ^[1-9][0-9]{0,5}$ ]] || refuse "-n $ranks: the number of ranks must be 1 or more"
[[ $# -gt 0 ]] || refuse "the command of infomax is missing"

program=$(find_program)
launcher=$(find_launcher)
allow_root

options=(-n "$ranks")
case $("$launcher" --version 2>&1 || true) in
  *"Open MPI"* | *OpenRTE* | *PRRTE* | *prte*)
    quiet_mpirun
    if [[ $ranks -eq $cores ]]; then
      options+=(--bind-to core:if-supported)
    elif [[ $ranks -lt $cores ]]; then
      options+=(--map-by "slot:PE=$((cores / ranks))" --bind-to core:if-supported)
    else
      options+=(--oversubscribe --bind-to none)
    fi
    ;;
  *HYDRA* | *Hydra* | *Intel*)
    if [[ $ranks -le $cores ]]; then
      options+=(-bind-to "core:$((cores / ranks))")
    fi
    ;;
esac

# shellcheck disable=SC2034  # for run_stoppable
ranks_are_children=true
run_stoppable "$launcher" "${options[@]}" "$program" "$@"
# A killed launcher is a failure of MPI.
[[ $code -ne 137 ]] || code=5
exit "$code"
