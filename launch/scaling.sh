#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Runs infomax bench at several numbers of ranks, computes speed-up and efficiency, and draws them.
set -euo pipefail
# shellcheck source=launch/common.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

usage() {
  cat <<TEXT
usage: launch/scaling.sh [-o DIRECTORY] [-t THREADS] [RANKS...] [BENCH-OPTION...]

Runs "infomax bench BENCH-OPTION..." at each number of ranks (default: 1, 2, 4 ... up to one for each core).
Every rank has THREADS BLAS threads (default 1). Speed-up and efficiency compare samples per second with the
smallest number of ranks. If the options name no batch, the script measures strong scaling at 4096 global
rows and weak scaling at 2048 rows for each rank. It writes to DIRECTORY (default runs/scaling)

  scaling.jsonl  the output of bench, with "speedup" and "efficiency"
  scaling.tsv    the main columns as a table
  scaling.svg, scaling.png   speed-up, efficiency and where the time goes

  launch/scaling.sh 1 2 4 --lambda 0.1 --encoder dense:1024,tanh,dense:64 --batch 4096

launch/local.sh starts the ranks on this node; within a Slurm job (SLURM_JOB_ID), launch/allocation.sh
starts them on its nodes. Results with more threads than cores are drawn hatched or hollow: they are not
timings.

Environment: as for local.sh and allocation.sh
TEXT
}

refuse() {
  printf 'scaling.sh: %s\n' "$1" >&2
  usage >&2
  exit 2
}

output=runs/scaling
threads=1
counts=()
while [[ $# -gt 0 ]]; do
  case $1 in
    -o | -t)
      [[ $# -ge 2 ]] || refuse "$1 needs a value"
      if [[ $1 == -o ]]; then output=$2; else threads=$2; fi
      shift 2
      ;;
    -h | --help) usage; exit 0 ;;
    [0-9]*) counts+=("$1"); shift ;;
    *) break ;;
  esac
done
[[ $threads =~ ^[1-9][0-9]{0,3}$ ]] || refuse "-t $threads: the number of threads must be 1 or more"
for tool in jq gnuplot; do
  command -v "$tool" >/dev/null || fail "$tool was not found; launch/setup.sh installs it" 5
done

in_slurm() { [[ -n ${SLURM_JOB_ID:-} ]]; }

# Prints the number of cores of the job or of this node; nothing if Slurm does not report it.
job_cores() {
  if in_slurm; then
    [[ -z ${SLURM_NTASKS:-} ]] || say $((SLURM_NTASKS * ${SLURM_CPUS_PER_TASK:-1}))
  else
    physical_cores
  fi
}
cores=$(job_cores)
if [[ ${#counts[@]} -eq 0 ]]; then
  for ((ranks = 1; ranks * threads <= ${cores:-1}; ranks *= 2)); do
    counts+=("$ranks")
  done
  [[ ${#counts[@]} -gt 0 ]] || refuse "$threads threads exceed the $cores cores; give RANKS"
fi
for ranks in "${counts[@]}"; do
  [[ $ranks =~ ^[1-9][0-9]{0,5}$ ]] || refuse "$ranks: the number of ranks must be 1 or more"
done

bench=(bench --threads "$threads" "$@")
case " $* " in
  *" --batch"*) ;;
  *) bench+=(--batch 4096 --batch-per-rank 2048) ;;
esac

# launch RANKS COMMAND...: runs infomax COMMAND... on RANKS ranks.
launch() {
  local ranks=$1
  shift
  if in_slurm; then
    "$infomax_root/launch/allocation.sh" -n "$ranks" -t "$threads" "$@"
  else
    "$infomax_root/launch/local.sh" -n "$ranks" "$@"
  fi
}

measure() {
  local ranks=$1 lines=$scratch/$1.jsonl started
  if [[ -n $cores && $((ranks * threads)) -gt $cores ]]; then
    printf 'warning: %s ranks x %s threads share %s cores: not a timing\n' \
      "$ranks" "$threads" "$cores" >&2
  fi
  launch "$ranks" "${bench[@]}" >"$lines"
  started=$(jq -rs 'map(.ranks) | unique | map(tostring) | join(", ")' "$lines")
  [[ $started == "$ranks" ]] ||
    fail "infomax ran on ${started:-no} ranks instead of $ranks; the launcher does not fit its MPI (under Slurm, try SLURM_MPI_TYPE=pmix; srun --mpi=list lists the choices)" 5
}

# A case is a network with a batch. Its line at the smallest number of ranks is the reference of the others.
relate() {
  jq -cs '
    def rows: if .scaling == "strong" then .batch else .batch_per_rank end;
    def shape: .encoder | [scan("dense:([0-9]+)")[0]] | join("-");
    (map(.encoder) | unique | length > 1) as $several
    | [.[] | . + {case: ((if $several then shape + ", " else "" end) + .scaling + ", \(rows) rows"
                         + (if .scaling == "weak" then " a rank" else "" end))}]
    | (reduce .[].case as $case ([]; if index([$case]) then . else . + [$case] end)) as $order
    | [$order[] as $case | map(select(.case == $case)) | sort_by(.ranks) | .[0] as $base
       | .[] | . + {
           case_number: ($order | index($case)),
           base_ranks: $base.ranks,
           speedup: (.samples_per_s / $base.samples_per_s),
           speedup_least: (.samples_per_s_least / $base.samples_per_s),
           speedup_most: (.samples_per_s_most / $base.samples_per_s)}
       | . + {
           efficiency: (.speedup * .base_ranks / .ranks),
           efficiency_least: (.speedup_least * .base_ranks / .ranks),
           efficiency_most: (.speedup_most * .base_ranks / .ranks)}]
    | .[]' "$@"
}

columns='["case", "case_number", "ranks", "oversubscribed", "samples_per_s", "samples_per_s_least",
  "samples_per_s_most", "speedup", "speedup_least", "speedup_most", "efficiency",
  "efficiency_least", "efficiency_most", "gemm_share", "input_share", "compute_share",
  "reduce_share", "wait_share", "bytes_per_step", "peak_memory_bytes"]'

tabulate() {
  jq -rs "$columns as \$columns | (\$columns | @tsv), (.[] | [.[\$columns[]]] | @tsv)" "$1" |
    sed 's/\ttrue\t/\t1\t/; s/\tfalse\t/\t0\t/'
}

table() {
  LC_ALL=C awk -F'\t' '
    NR == 1 { printf "\n%-28s %5s %12s %8s %10s %8s %7s %8s %7s %7s\n", "case", "ranks", "samples/s",
              "speed-up", "efficiency", "of sgemm", "input", "compute", "reduce", "wait" }
    NR > 1 { printf "%-28s %5d %12.0f %8.2f %9.1f%% %7.1f%% %6.1f%% %7.1f%% %6.1f%% %6.1f%%%s\n",
             $1, $3, $5, $8, 100 * $11, 100 * $14, 100 * $15, 100 * $16, 100 * $17, 100 * $18,
             $4 ? "  oversubscribed: not a timing" : "" }' "$1"
}

mapfile -t counts < <(printf '%s\n' "${counts[@]}" | sort -nu)
mkdir -p "$output"
scratch=$(mktemp -d)
trap 'rm -rf -- "$scratch"' EXIT
for ranks in "${counts[@]}"; do
  timed "bench on $ranks ranks x $threads threads" measure "$ranks"
done
files=()
for ranks in "${counts[@]}"; do files+=("$scratch/$ranks.jsonl"); done
relate "${files[@]}" >"$output/scaling.jsonl"
tabulate "$output/scaling.jsonl" >"$output/scaling.tsv"
table "$output/scaling.tsv"
"$infomax_root/launch/scaling_plot.sh" "$output"
say
say "figures   $output/scaling.jsonl, $output/scaling.tsv"
say "pictures  $output/scaling.svg, $output/scaling.png"
