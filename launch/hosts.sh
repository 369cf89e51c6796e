#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Runs infomax on the hosts of a host file, over ssh, after it has checked each of them.
set -euo pipefail
# shellcheck source=launch/common.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

usage() {
  cat <<TEXT
usage: launch/hosts.sh [-n RANKS] [-t THREADS] [--wait SECONDS] HOSTFILE COMMAND [OPTION...]

Runs "infomax COMMAND OPTION..." by Open MPI on the hosts of HOSTFILE. A line of HOSTFILE is "node1" or
"node1 slots=16"; the file may also have a line for each rank. The script first checks all hosts at once:
ssh needs no password, the program runs and has the same version as here, the files among the options
exist with the same size, and a file written to --output's directory is visible. It reports each problem
of a host in one line and then ends with exit code 5.

  -n RANKS        ranks on all hosts together (default: all slots; a host without slots= has one for
                  each core)
  -t THREADS      threads of each rank (default: a host's cores divided by its ranks)
  --wait SECONDS  how long to wait for hosts that cannot be reached yet (default 0)

  launch/hosts.sh hosts.txt train --data /shared/mine.h5 --encoder dense:16 --output /shared/runs/mine

The exit code is that of infomax. The script passes Ctrl-C, SIGTERM and SIGUSR1 to the ranks: train then
writes a checkpoint and ends with exit code 75. A second Ctrl-C ends the ranks at once. To restart a failed run:
INFOMAX_LAUNCH="launch/hosts.sh hosts.txt" launch/supervise.sh train ...

Environment: INFOMAX_PROGRAM, INFOMAX_MPIEXEC  as for local.sh
             INFOMAX_SSH                       the ssh command and its options (default: ssh)
             OMPI_MCA_btl_tcp_if_include=eth1  selects the network that MPI uses
TEXT
}

refuse() {
  printf 'hosts.sh: %s\n' "$1" >&2
  usage >&2
  exit 2
}

ranks='' threads='' patience=0
while [[ $# -gt 0 ]]; do
  case $1 in
    -n | -t)
      [[ ${2:-} =~ ^[1-9][0-9]{0,5}$ ]] || refuse "$1 needs a number, 1 or more"
      if [[ $1 == -n ]]; then ranks=$2; else threads=$2; fi
      shift 2
      ;;
    --wait)
      [[ ${2:-} =~ ^[0-9]{1,6}$ ]] || refuse "--wait needs a whole number of seconds"
      patience=$2
      shift 2
      ;;
    -h | --help) usage; exit 0 ;;
    -*) refuse "$1 is not an option of this script; options of infomax follow its command" ;;
    *) break ;;
  esac
done
[[ $# -gt 0 ]] || refuse "the host file is missing"
[[ -r $1 && ! -d $1 ]] || refuse "cannot read the host file $1"
host_file=$1
shift
[[ $# -gt 0 ]] || refuse "the command of infomax is missing"

hosts=() repeated=false
declare -A slots=()
while read -r host rest; do
  [[ -n $host && $host != \#* ]] || continue
  if [[ $rest =~ (^|[[:space:]])slots=([1-9][0-9]*) ]]; then
    slots[$host]=$((${slots[$host]:-0} + BASH_REMATCH[2]))
  elif [[ -v slots[$host] ]]; then
    slots[$host]=$((${slots[$host]:-1} + 1))
    repeated=true
  else
    slots[$host]=''
  fi
  [[ " ${hosts[*]} " == *" $host "* ]] || hosts+=("$host")
done <"$host_file"
[[ ${#hosts[@]} -gt 0 ]] || fail "$host_file names no host" 2
if [[ $repeated == true ]]; then # one line for each rank, as batch systems write it
  for host in "${hosts[@]}"; do slots[$host]=${slots[$host]:-1}; done
fi

program=$(realpath -- "$(find_program)")
launcher=$(find_launcher)
# Open MPI's daemon, which mpirun starts on the other hosts: the one beside mpirun, else the one in PATH.
prefix=$(dirname -- "$(dirname -- "$(command -v "$launcher")")")
daemon=$prefix/bin/orted
[[ -x $daemon ]] || daemon=orted prefix=''
read -r -a ssh <<<"${INFOMAX_SSH:-ssh}"
ssh+=(-o BatchMode=yes -o ConnectTimeout=10)
allow_root
quiet_mpirun
scratch=$(mktemp -d)
token=''
trap 'rm -rf -- "$scratch" ${token:+"$token"}' EXIT

# A file in the directory that the run will write to. Every host must see it.
output=$(output_of "$@")
if [[ -n $output ]]; then
  output=$(realpath -m -- "$output")
  while [[ ! -d $output ]]; do output=$(dirname -- "$output"); done
  token=$(mktemp "$output/.infomax-hosts-XXXXXX") || fail "cannot write to $output" 5
fi

# Prints the script that checks a host. The last line of its output is the host's cores or its problem.
look() {
  declare -f say quota_cores physical_cores
  printf 'directory=%q program=%q version=%q orted=%q token=%q output=%q files=(' "$PWD" "$program" \
    "$("$program" --version)" "$daemon" "$token" "$output"
  local word
  for word in "$@"; do
    word=${word#--*=}
    [[ ! -f $word ]] || printf '%q %s ' "$(realpath -- "$word")" "$(stat -L -c %s -- "$word")"
  done
  cat <<'TEXT'
)
trouble() { say "trouble $*"; exit 0; }
cd -- "$directory" 2>/dev/null || trouble "has no directory $directory, from which this script was started"
[[ -x $program ]] || trouble "has no program $program"
said=$("$program" --version 2>&1 </dev/null) || trouble "cannot run $program: ${said##*$'\n'}"
[[ $said == "$version" ]] || trouble "has another version of $program: $said; this host has $version"
command -v "$orted" >/dev/null || trouble "has no $orted; install the same Open MPI as on this host"
for ((i = 0; i < ${#files[@]}; i += 2)); do
  [[ -r ${files[i]} ]] || trouble "cannot read ${files[i]}"
  size=$(stat -L -c %s -- "${files[i]}")
  [[ $size == "${files[i + 1]}" ]] || trouble "has a different ${files[i]}, of $size bytes"
done
[[ -z $token || -e $token ]] || trouble "does not see what is written to $output on this host; --output must be on a file system that all hosts share"
say "cores $(physical_cores)"
TEXT
}

is_here() {
  [[ $1 == localhost || $1 == "$(hostname)" || $1 == "$(hostname -s)" ||
    " $(hostname -I 2>/dev/null) " == *" $1 "* ]]
}

# visit HOST NUMBER: checks one host; repeats the attempt to reach it until the time of --wait is over.
visit() {
  local at=("${ssh[@]}" "$1" bash -s) result=0
  if is_here "$1"; then at=(bash -s); fi
  while true; do
    "${at[@]}" <"$scratch/look" >"$scratch/$2.out" 2>"$scratch/$2.err" || result=$?
    [[ $result -eq 255 && $SECONDS -lt $patience ]] || break
    result=0
    sleep 1
  done
  printf '%s' "$result" >"$scratch/$2.code"
}

look "$@" >"$scratch/look"
for i in "${!hosts[@]}"; do visit "${hosts[i]}" "$i" & done
wait

declare -A cores=()
troubles=0
for i in "${!hosts[@]}"; do
  host=${hosts[i]}
  answer=$(tail -n 1 "$scratch/$i.out")
  case $(<"$scratch/$i.code"),$answer in
    0,"cores "*) cores[$host]=${answer#cores }; continue ;;
    0,"trouble "*) text="$host ${answer#trouble }" ;;
    255,*) text="$host cannot be reached by ssh without a password: $(tail -n 1 "$scratch/$i.err" | tr -d '\r'); try: ${ssh[*]} $host true" ;;
    *) text="$host gave an unexpected answer: $(cat "$scratch/$i.err" "$scratch/$i.out" | tail -n 1)" ;;
  esac
  printf 'hosts.sh: %s\n' "$text" >&2
  troubles=$((troubles + 1))
done
[[ $troubles -eq 0 ]] || exit 5

# Ranks and threads: as many ranks as slots; else RANKS divided evenly among hosts; else one for each core.
total=0 shared=false equal=true most=''
for host in "${hosts[@]}"; do
  if [[ -z ${slots[$host]} && -n $ranks ]]; then
    slots[$host]=$(((ranks + ${#hosts[@]} - 1) / ${#hosts[@]}))
  elif [[ -z ${slots[$host]} ]]; then
    slots[$host]=$((${cores[$host]} > ${threads:-1} ? ${cores[$host]} / ${threads:-1} : 1))
  fi
  total=$((total + ${slots[$host]}))
  [[ ${slots[$host]} -eq ${slots[${hosts[0]}]} ]] || equal=false
  part=$((${slots[$host]} > 0 ? ${cores[$host]} / ${slots[$host]} : 1))
  if [[ -z $most || $part -lt $most ]]; then most=$part; fi
  printf '%s slots=%s\n' "$host" "${slots[$host]}" >>"$scratch/hosts"
done
ranks=${ranks:-$total}
threads=${threads:-$((most > 1 ? most : 1))}
if [[ $threads -gt $most || $ranks -gt $total ]]; then
  shared=true
fi

options=(--hostfile "$scratch/hosts" -n "$ranks" --mca plm_rsh_agent "${ssh[*]}")
if [[ $shared == true ]]; then
  options+=(--oversubscribe --bind-to none)
elif [[ $equal == true ]]; then
  options+=(--map-by "ppr:${slots[${hosts[0]}]}:node:PE=$threads" --bind-to core:if-supported)
else
  options+=(--map-by "slot:PE=$threads" --bind-to core:if-supported)
fi
if [[ -n $prefix && $prefix != /usr ]]; then
  options+=(--prefix "$prefix")
fi
while read -r name; do
  options+=(-x "$name")
done < <(compgen -e | grep -E '^(ASAN|GOTO|INFOMAX|OMP|OPENBLAS)_|^LD_LIBRARY_PATH$' || true)

run_stoppable "$launcher" "${options[@]}" "$program" "$@"
exit "$code"
