# SPDX-License-Identifier: BSD-3-Clause
# Functions that the scripts of this directory share. The scripts source this file.
# shellcheck shell=bash

# The directory of the repository, whatever the working directory is.
infomax_root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '%s\n' "$*"; }

# fail TEXT [EXIT_CODE]: prints an error in one line and exits.
fail() {
  printf '%s: %s\n' "$(basename -- "$0")" "$1" >&2
  exit "${2:-1}"
}

# timed TEXT COMMAND...: prints what the command does, runs it, and prints how long it took.
timed() {
  local what=$1 start=$SECONDS
  shift
  say "== $what"
  "$@"
  say "-- done in $((SECONDS - start)) s"
}

# Open MPI refuses to run as root unless both variables are set. Other users' environments stay as they
# are.
allow_root() {
  if [[ $(id -u) -eq 0 ]]; then
    export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
  fi
}

# Prints how many cores a control group's quota allows this process, rounded up; nothing without a quota.
quota_cores() {
  local quota period
  if [[ -r /sys/fs/cgroup/cpu.max ]]; then
    read -r quota period </sys/fs/cgroup/cpu.max
    if [[ $quota != max && $quota -gt 0 ]]; then
      say $(((quota + period - 1) / period))
    fi
  fi
}

# Prints how many physical cores this process may use, by its affinity and its quota. Hyperthreads of one
# core count once.
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

# Prints the path of the program: $INFOMAX_PROGRAM, else this repository's fastest build, else the
# installed program.
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

# Builds the program, from the root of the repository, and makes it the one that scripts use. An existing
# configuration is kept. A new one leaves the tests out.
build_program() {
  local without=()
  [[ -e build/release/CMakeCache.txt ]] || without=(-DINFOMAX_TESTS=OFF)
  cmake --preset release --log-level=WARNING "${without[@]}" >/dev/null
  cmake --build --preset release --parallel "$(physical_cores)" --target infomax_program
  export INFOMAX_PROGRAM=$infomax_root/build/release/infomax
}

fashion_mnist=${INFOMAX_FASHION_MNIST:-/usr/share/datasets/fashion-mnist}

require_fashion_mnist() {
  [[ -r $fashion_mnist/train-images-idx3-ubyte.gz ]] ||
    fail "Fashion-MNIST was not found in $fashion_mnist; set INFOMAX_FASHION_MNIST to the directory of its .gz files" 3
}

# import_fashion_mnist DIRECTORY: imports the two parts of Fashion-MNIST as fashion-mnist-train.h5 and
# fashion-mnist-test.h5, unless newer ones exist.
import_fashion_mnist() {
  local part prefix output images
  for part in train test; do
    prefix=${part/test/t10k}
    output=$1/fashion-mnist-$part.h5
    images=$fashion_mnist/$prefix-images-idx3-ubyte.gz
    if [[ -f $output && $output -nt $images ]]; then
      say "$output exists"
      continue
    fi
    "$infomax_root/launch/local.sh" -n 1 import --x "$images" \
      --y "$fashion_mnist/$prefix-labels-idx1-ubyte.gz" --output "$output" --overwrite
  done
}

# Prints the launcher: $INFOMAX_MPIEXEC, else mpirun, else mpiexec.
find_launcher() {
  if [[ -n ${INFOMAX_MPIEXEC:-} ]]; then
    say "$INFOMAX_MPIEXEC"
    return
  fi
  command -v mpirun || command -v mpiexec || fail "mpirun was not found; launch/setup.sh installs it" 5
}

# infomax reports a failure in one line. Open MPI's banners would hide that line.
quiet_mpirun() {
  export OMPI_MCA_orte_execute_quiet=1 PRTE_MCA_prte_execute_quiet=1
}

# await PROCESS: waits until a child ends, even if trapped signals interrupt the wait, and sets $code to
# its exit code. Traps must set interrupted=true.
await() {
  interrupted=true
  while [[ $interrupted == true ]]; do
    interrupted=false
    code=0
    # shellcheck disable=SC2034  # used by the caller
    wait "$1" 2>/dev/null || code=$?
  done
}

# run_stoppable COMMAND...: runs a command and passes SIGTERM and SIGUSR1 to it as SIGUSR1, and SIGINT, a
# terminal's Ctrl-C, as SIGUSR2. It sets $code to the exit code and $signals to the names of the signals.
# mpirun and srun kill ranks within seconds of SIGTERM or SIGINT, but pass SIGUSR1 and SIGUSR2 to them: ranks
# then finish their step and write a checkpoint. A second Ctrl-C ends them at once, by SIGTERM to the
# command, or by another SIGUSR2 if runs_script=true says that the command is one of these scripts. The
# command runs in its own process group, so that a terminal's Ctrl-C reaches it only through this function.
# If ranks_are_children=true, the function also kills a launcher that outlives its ranks.
run_stoppable() {
  signals=''
  child=''
  trap 'stop_child TERM' TERM
  trap 'stop_child INT' INT
  trap 'stop_child USR1' USR1
  trap 'stop_child INT' USR2
  set -m
  "$@" </dev/null &
  child=$!
  set +m
  [[ -z $signals ]] || kill "-$(passed_as "${signals##* }")" "$child" 2>/dev/null || true
  if [[ ${ranks_are_children:-} == true ]]; then
    end_stuck_launcher "$child" &
    local guard=$!
    await "$child"
    kill "$guard" 2>/dev/null || true
  else
    await "$child"
  fi
  # What Ctrl-C ends otherwise than in order has the code of any program that it ends.
  case $signals,$code in
    *INT*,0 | *INT*,[2-5] | *INT*,75) ;;
    *INT*) code=130 ;;
  esac
}

# end_stuck_launcher PROCESS: kills a launcher that had ranks on this node and has had none for ten seconds.
# Open MPI 4.1's mpirun sometimes waits forever for a lock of libpmix in PMIx_server_finalize after one of
# its ranks was killed.
end_stuck_launcher() {
  local had=false alone=0
  while sleep 1 >/dev/null 2>&1 && kill -0 "$1" 2>/dev/null; do
    if has_running_child "$1"; then
      had=true
      alone=0
    elif [[ $had == true ]] && ((++alone == 10)); then
      printf '%s: the launcher did not end within ten seconds of its last rank; killed it\n' \
        "$(basename -- "$0")" >&2
      kill -KILL "$1" 2>/dev/null || true
    fi
  done
}

# has_running_child PROCESS: succeeds if the process has a running child, or if that is unknown.
has_running_child() {
  local children child state
  children=$(cat /proc/"$1"/task/*/children 2>/dev/null) || return 0
  for child in $children; do
    state=$(sed 's/.*) \(.\).*/\1/' "/proc/$child/stat" 2>/dev/null || true)
    [[ ${state:-Z} == Z ]] || return 0
  done
  return 1
}

# passed_as SIGNAL: prints the signal that run_stoppable's command gets for the last one in $signals.
passed_as() {
  if [[ $1 != INT ]]; then
    say USR1
  elif [[ $signals == *INT*INT && ${runs_script:-} != true ]]; then
    say TERM
  else
    say USR2
  fi
}

# stop_child SIGNAL: the trap of run_stoppable.
stop_child() {
  interrupted=true
  signals+=" $1"
  [[ -z $child ]] || kill "-$(passed_as "$1")" "$child" 2>/dev/null || true
}

# output_of OPTION...: prints the run directory that train's options name.
output_of() {
  while [[ $# -gt 0 ]]; do
    case $1 in
      --output) say "${2:-}"; return ;;
      --output=*) say "${1#--output=}"; return ;;
    esac
    shift
  done
}

# newest_checkpoint RUN: prints the path of a run's newest checkpoint, or nothing.
newest_checkpoint() {
  { find "$1/checkpoints" -name 'step-*.h5' 2>/dev/null || true; } | sort | tail -n 1
}

# train_on OPTION...: runs a supervised training in this allocation of a scheduler. It returns if another
# allocation must continue the training. Otherwise it ends this script with train's exit code.
train_on() {
  local run before
  run=$(output_of "$@")
  before=$(newest_checkpoint "$run")
  export INFOMAX_LAUNCH=$infomax_root/launch/allocation.sh
  local runs_script=true
  run_stoppable "$infomax_root/launch/supervise.sh" "$@"
  case $code in
    75) ;;
    0 | 2 | 3 | 4) exit "$code" ;;
    *) [[ $signals == *USR1* ]] || exit "$code" ;; # the warning came between two attempts
  esac
  if [[ $signals == *USR1* && $(newest_checkpoint "$run") == "$before" ]]; then
    fail "no step was made before the time limit, and the next job would make none either; request more time" "$code"
  fi
}
