# SPDX-License-Identifier: BSD-3-Clause
# Functions that the scripts of this directory share; sourced, never run.
# shellcheck shell=bash

# Where the repository is, wherever a script is called from.
infomax_root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '%s\n' "$*"; }

# fail TEXT [EXIT_CODE]
fail() {
  printf '%s: %s\n' "$(basename -- "$0")" "$1" >&2
  exit "${2:-1}"
}

# timed TEXT COMMAND...: says what it does, does it, says how long that took.
timed() {
  local what=$1 start=$SECONDS
  shift
  say "== $what"
  "$@"
  say "-- done in $((SECONDS - start)) s"
}

# Open MPI refuses root unless told twice; nobody else's environment is touched.
allow_root() {
  if [[ $(id -u) -eq 0 ]]; then
    export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
  fi
}

# Cores a control group's quota leaves to this process, rounded up; nothing where there is no quota.
quota_cores() {
  local quota period
  if [[ -r /sys/fs/cgroup/cpu.max ]]; then
    read -r quota period </sys/fs/cgroup/cpu.max
    if [[ $quota != max && $quota -gt 0 ]]; then
      say $(((quota + period - 1) / period))
    fi
  fi
}

# Physical cores this process may use: its affinity, hyperthreads counted once, and its quota.
physical_cores() {
  local cores='' quota allowed
  allowed=$(sed -n 's/^Cpus_allowed_list:[[:space:]]*//p' /proc/self/status 2>/dev/null || true)
  if [[ -n $allowed ]] && command -v lscpu >/dev/null; then
    cores=$(lscpu --parse=CPU,CORE,SOCKET | awk -F, -v allowed="$allowed" '
      BEGIN {
        parts = split(allowed, part, ",")
        for (i = 1; i <= parts; ++i) {
          ends = split(part[i], end, "-")
          for (cpu = end[1]; cpu <= end[ends]; ++cpu) may[cpu + 0] = 1
        }
      }
      !/^#/ && ($1 + 0) in may { seen[$2 "," $3] = 1 }
      END { n = 0; for (core in seen) ++n; print n }')
  fi
  if [[ ! $cores =~ ^[1-9][0-9]*$ ]]; then
    cores=$(nproc 2>/dev/null || getconf _NPROCESSORS_ONLN)
  fi
  quota=$(quota_cores)
  if [[ -n $quota && $quota -lt $cores ]]; then
    cores=$quota
  fi
  say "$cores"
}

# The program: $INFOMAX_PROGRAM, or this repository's build, the fast one first, or the installed one.
find_program() {
  local preset program
  if [[ -n ${INFOMAX_PROGRAM:-} ]]; then
    [[ -x $INFOMAX_PROGRAM ]] || fail "INFOMAX_PROGRAM=$INFOMAX_PROGRAM is not a program" 2
    say "$INFOMAX_PROGRAM"
    return
  fi
  for preset in release debug asan; do
    program=$infomax_root/build/$preset/infomax
    if [[ -x $program ]]; then
      say "$program"
      return
    fi
  done
  command -v infomax ||
    fail "infomax is not built; build it: cmake --preset release && cmake --build --preset release" 2
}

# The launcher: $INFOMAX_MPIEXEC, mpirun or mpiexec.
find_launcher() {
  if [[ -n ${INFOMAX_MPIEXEC:-} ]]; then
    say "$INFOMAX_MPIEXEC"
    return
  fi
  command -v mpirun || command -v mpiexec || fail "there is no mpirun; launch/setup.sh installs one" 5
}

# infomax says itself, in one line, what failed; Open MPI's banners would bury it.
quiet_mpirun() {
  export OMPI_MCA_orte_execute_quiet=1 PRTE_MCA_prte_execute_quiet=1
}

# await PROCESS: waits for a child, also where signals with a trap come in between, and leaves its
# exit code in $code. Traps must set interrupted=true.
await() {
  interrupted=true
  while [[ $interrupted == true ]]; do
    interrupted=false
    code=0
    # shellcheck disable=SC2034  # for whoever called
    wait "$1" 2>/dev/null || code=$?
  done
}

# run_stoppable COMMAND...: runs it, passes SIGTERM, SIGINT and SIGUSR1 on to it as SIGUSR1, and leaves
# its exit code in $code and the names of the signals in $signals. mpirun and srun answer SIGTERM and
# SIGINT by killing ranks within a second, but pass SIGUSR1 on to them: they then finish their step and
# write a checkpoint. A second signal ends them at once. In a process group of its own the command
# hears nothing of a terminal's Ctrl-C but through here. Where ranks_are_children=true, a launcher that
# outlives its ranks is ended too.
run_stoppable() {
  signals=''
  child=''
  trap 'stop_child TERM' TERM
  trap 'stop_child INT' INT
  trap 'stop_child USR1' USR1
  set -m
  "$@" </dev/null &
  child=$!
  set +m
  [[ -z $signals ]] || kill -USR1 "$child" 2>/dev/null || true
  if [[ ${ranks_are_children:-} == true ]]; then
    end_stuck_launcher "$child" &
    local guard=$!
    await "$child"
    kill "$guard" 2>/dev/null || true
  else
    await "$child"
  fi
}

# end_stuck_launcher PROCESS: ends a launcher that has had ranks on this node and none for ten seconds.
# Open MPI 4.1's mpirun now and then waits for ever, for a lock of libpmix in PMIx_server_finalize, after
# one of its ranks was killed.
end_stuck_launcher() {
  local had=false alone=0
  while sleep 1 >/dev/null 2>&1 && kill -0 "$1" 2>/dev/null; do
    if has_running_child "$1"; then
      had=true
      alone=0
    elif [[ $had == true ]] && ((++alone == 10)); then
      printf '%s: the launcher did not end, ten seconds after its last rank; killed it\n' \
        "$(basename -- "$0")" >&2
      kill -KILL "$1" 2>/dev/null || true
    fi
  done
}

# has_running_child PROCESS: also where that cannot be told.
has_running_child() {
  local children child state
  children=$(cat /proc/"$1"/task/*/children 2>/dev/null) || return 0
  for child in $children; do
    state=$(sed 's/.*) \(.\).*/\1/' "/proc/$child/stat" 2>/dev/null || true)
    [[ ${state:-Z} == Z ]] || return 0
  done
  return 1
}

stop_child() {
  interrupted=true
  signals+=" $1"
  [[ -z $child ]] || kill -USR1 "$child" 2>/dev/null || true
}

# output_of OPTION...: the run directory that train's options name.
output_of() {
  while [[ $# -gt 0 ]]; do
    case $1 in
      --output) say "${2:-}"; return ;;
      --output=*) say "${1#--output=}"; return ;;
    esac
    shift
  done
}

# newest_checkpoint RUN
newest_checkpoint() {
  { find "$1/checkpoints" -name 'step-*.h5' 2>/dev/null || true; } | sort | tail -n 1
}

# train_on OPTION...: a supervised training in this allocation of a scheduler. Returns where another
# allocation is to go on with it, and otherwise ends this script with train's exit code.
train_on() {
  local run before
  run=$(output_of "$@")
  before=$(newest_checkpoint "$run")
  export INFOMAX_LAUNCH=$infomax_root/launch/allocation.sh
  run_stoppable "$infomax_root/launch/supervise.sh" "$@"
  case $code in
    75) ;;
    0 | 2 | 3 | 4) exit "$code" ;;
    *) [[ $signals == *USR1* ]] || exit "$code" ;; # the warning came between two tries
  esac
  if [[ $signals == *USR1* && $(newest_checkpoint "$run") == "$before" ]]; then
    fail "no step was made before the time limit, nor would be the next time; ask for more time" "$code"
  fi
}
