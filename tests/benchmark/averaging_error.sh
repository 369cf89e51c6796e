#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Measures and draws .github/averaging-error.svg: the relative error of the gradient against the number
# of ranks, where per-rank gradients are averaged and where Infomax computes it.
#   tests/benchmark/averaging_error.sh [TRAIN.h5]
set -euo pipefail
# shellcheck source=launch/common.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../../launch/common.sh"
cd "$infomax_root"
data=${1:-datasets/fashion-mnist-train.h5}
program=build/release/tests/infomax_averaging_error
table=build/averaging-error
allow_root
export OMPI_MCA_mpi_yield_when_idle=1

"$program" "$data" >"$table-averaged.tsv"
: >"$table-infomax.tsv"
for ranks in 2 3 4 8; do
  mpirun --oversubscribe --bind-to none -n "$ranks" "$program" "$data" >>"$table-infomax.tsv"
done

# curve FILE NAME: the points of one objective, above 1 rank.
curve() { awk -F'\t' -v name="$2" '$1 == name && $2 > 1 { print $2 "\t" $3 }' "$table-$1.tsv" >"$table-$1-$3.tsv"; }
for source in averaged infomax; do
  curve "$source" rv rv
  curve "$source" "rv, lambda 0.1" lambda
  curve "$source" cca cca
done
gnuplot <<TEXT
set terminal svg size 720,420 font "sans,13" background rgb "white"
set output ".github/averaging-error.svg"
set datafile separator "\t"
set logscale x 2
set logscale y 10
set format y "10^{%T}"
set xrange [1.7:76]
set yrange [1e-17:1e2]
set grid linecolor rgb "#dddddd"
set xlabel "ranks"
set ylabel "relative error of the gradient"
set title "Fashion-MNIST, global batch of 4,000 rows, in double precision"
set key outside right center spacing 1.4
plot "$table-averaged-cca.tsv" with linespoints pt 7 lw 2 lc rgb "#d1495b" title "averaged: cca", \
     "$table-averaged-rv.tsv" with linespoints pt 7 lw 2 lc rgb "#edae49" title "averaged: rv", \
     "$table-averaged-lambda.tsv" with linespoints pt 6 lw 2 lc rgb "#8f6a12" title "averaged: rv, lambda 0.1", \
     "$table-infomax-cca.tsv" with linespoints pt 5 lw 2 lc rgb "#1b6ca8" title "Infomax: cca", \
     "$table-infomax-rv.tsv" with linespoints pt 5 lw 2 lc rgb "#66a182" title "Infomax: rv", \
     "$table-infomax-lambda.tsv" with linespoints pt 4 lw 2 lc rgb "#2f5d46" title "Infomax: rv, lambda 0.1"
TEXT
cat "$table-averaged.tsv" "$table-infomax.tsv"
