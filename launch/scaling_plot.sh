#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Draws the results of launch/scaling.sh: speed-up, efficiency and shares of time.
# shellcheck disable=SC2016  # the dollars are gnuplot's
set -euo pipefail
# shellcheck source=launch/common.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

if [[ ${1:-} == -h || ${1:-} == --help ]]; then
  say "usage: launch/scaling_plot.sh DIRECTORY     DIRECTORY/scaling.tsv -> scaling.svg, scaling.png"
  exit
fi
[[ $# -eq 1 && -r $1/scaling.tsv && -r $1/scaling.jsonl ]] ||
  fail "usage: launch/scaling_plot.sh DIRECTORY, which holds scaling.tsv and scaling.jsonl" 2
directory=$1
scratch=$(mktemp -d)
trap 'rm -rf -- "$scratch"' EXIT

# Okabe and Ito's colours, which colour-blind readers can distinguish.
colours=('#0072B2' '#D55E00' '#009E73' '#CC79A7' '#E69F00' '#56B4E9' '#000000')
points=(7 5 9 13 11 15 3)          # filled ...
hollow_points=(6 4 8 12 10 14 3)   # ... and their outlines

tail -n +2 "$directory/scaling.tsv" >"$scratch/all.tsv"
cases=$(cut -f2 "$scratch/all.tsv" | sort -nu | wc -l)
oversubscribed=$(awk -F'\t' '$4 == 1' "$scratch/all.tsv" | wc -l)
first_ranks=$(cut -f3 "$scratch/all.tsv" | sort -n | head -1)
last_ranks=$(cut -f3 "$scratch/all.tsv" | sort -n | tail -1)
ticks=$(cut -f3 "$scratch/all.tsv" | sort -nu | paste -sd,)
title=$(jq -rs '.[0] | (if .threads > 1 then "\(.threads) threads" else "1 thread" end) as $threads
  | "objective \(.objective), pair \(.pair), \(.optimizer), \(.precision); ranks of \($threads), on \(.nodes) node"
    + (if .nodes > 1 then "s" else "" end) + "; " + .blas_kernel' "$directory/scaling.jsonl")
encoders=$(jq -rs 'map(.encoder) | unique | if length > 3 then "\(length) networks" else join("; ") end' \
  "$directory/scaling.jsonl")

# The bars, with gaps between cases: x, ranks, shares, share of sgemm, oversubscribed.
LC_ALL=C awk -F'\t' -v OFS='\t' '
  NR > 1 && $2 != last { x += 0.8 }
  { ++x; last = $2; print x, $3, $15, $16, $17, $18, $14, $4 }' "$scratch/all.tsv" >"$scratch/bars.tsv"
labels=$(LC_ALL=C awk -F'\t' '
  NR > 1 && $2 != last { x += 0.8 }
  { ++x; if (!($2 in name)) { first[$2] = x; name[$2] = $1 } end[$2] = x; last = $2 }
  END { for (k in name) {
          text = name[k]; gsub(/, /, "\\n", text)
          printf "set label %d \"%s\" at first %g, graph 0 center offset 0, -2.3 font \",12\"\n", k + 1, text,
                 (first[k] + end[k]) / 2 } }' "$scratch/all.tsv")
bars=$(tail -1 "$scratch/bars.tsv" | cut -f1)

# curves COLUMN FACTOR: plots every case, with error bars, and with hollow points if oversubscribed.
curves() {
  local k colour name y="($2 * \$$1)" low="($2 * \$$(($1 + 1)))" high="($2 * \$$(($1 + 2)))"
  for ((k = 0; k < cases; ++k)); do
    colour=${colours[k % ${#colours[@]}]}
    name=$(awk -F'\t' -v k="$k" '$2 == k { print $1; exit }' "$scratch/all.tsv")
    printf ', "%s/all.tsv" using ($2 == %d ? $3 : 1/0):%s with lines lw 2 lc rgb "%s" notitle' \
      "$scratch" "$k" "$y" "$colour"
    printf ', "" using ($2 == %d ? $3 : 1/0):%s:%s:%s with yerrorbars pt 0 lw 1.5 lc rgb "%s" notitle' \
      "$k" "$y" "$low" "$high" "$colour"
    printf ', "" using ($2 == %d && $4 == 0 ? $3 : 1/0):%s with points pt %d ps size lc rgb "%s" title "%s"' \
      "$k" "$y" "${points[k % ${#points[@]}]}" "$colour" "$name"
    printf ', "" using ($2 == %d && $4 == 1 ? $3 : 1/0):%s with points pt %d ps size lw 2 lc rgb "%s" notitle' \
      "$k" "$y" "${hollow_points[k % ${#hollow_points[@]}]}" "$colour"
  done
}

hollow_note='' hatched=''
if [[ $oversubscribed -gt 0 ]]; then
  hollow_note=', 1/0 with points pt 6 ps size lw 2 lc rgb "#555555" title "hollow: oversubscribed, no timing"'
  hatched=', "'$scratch'/bars.tsv" using 1:($8 == 1 ? 0.5 : 1/0):($1 - 0.4):($1 + 0.4):(0):(1) with boxxyerror fillstyle transparent pattern 4 lc rgb "white" notitle, 1/0 with boxes fillstyle pattern 4 border lc rgb "#555555" title "hatched: oversubscribed, no timing"'
fi

# stack FROM_COLUMNS TO_COLUMNS COLOUR NAME: plots one part of every bar.
stack() {
  printf '"%s/bars.tsv" using 1:(0.5):($1 - 0.4):($1 + 0.4):(%s):(%s) with boxxyerror fillstyle solid 1.0 noborder lc rgb "%s" title "%s"' \
    "$scratch" "$1" "$2" "$3" "$4"
}

# draw TERMINAL FONT_SIZE POINT_SIZE: draws a picture. The sizes have another meaning in each terminal.
draw() {
  gnuplot <<TEXT
set terminal $1 size 1180,980 font "DejaVu Sans,$2" background rgb "white"
size = $3
set output "$directory/scaling.${1%cairo}"
set datafile separator "\t"
set encoding utf8
set multiplot title "$encoders\n$title" noenhanced font ",14"
set border 3 linecolor rgb "#444444"
set tics nomirror
set grid xtics ytics linetype 1 linewidth 1 linecolor rgb "#dddddd"

set origin 0, 0.46
set size 0.5, 0.47
set logscale x 2
set xrange [$first_ranks / 1.15 : $last_ranks * 1.15]
set xtics ($ticks)
set xlabel "ranks"
set title "Speed-up over $first_ranks rank$([[ $first_ranks -eq 1 ]] || printf s) (bars: least to most of repeats)" font ",13"
set ylabel "speed-up, times"
set logscale y 2
set yrange [*:$last_ranks / $first_ranks * 1.3]
set key at screen 0.70, 0.40 left top vertical maxrows 20 reverse Left samplen 2 font ",12"
plot x / $first_ranks with lines dashtype 2 lw 2 lc rgb "#777777" title "ideal"$(curves 8 1)$hollow_note

set origin 0.5, 0.46
set title "Efficiency: samples a second a rank, against $first_ranks rank$([[ $first_ranks -eq 1 ]] || printf s)" font ",13"
set ylabel "efficiency"
unset logscale y
set yrange [0:120<*]
set format y "%.0f%%"
unset key
plot 100 with lines dashtype 2 lw 2 lc rgb "#777777" title "ideal"$(curves 11 100)$hollow_note

set origin 0, 0
set size 1, 0.46
unset logscale x
set bmargin 6
set lmargin at screen 0.085
set rmargin at screen 0.685
set xrange [0.2 : ($bars > 5 ? $bars : 5) + 0.8]
unset xtics
set xtics scale 0
set xlabel ""
set title "Where the time of all ranks goes; above the bars, the share of the sgemm rate" font ",13"
set ylabel "share of time"
set yrange [0:1.12]
set ytics ("0%%" 0, "20%%" 0.2, "40%%" 0.4, "60%%" 0.6, "80%%" 0.8, "100%%" 1)
set key at screen 0.70, 0.17 left top vertical maxrows 5 reverse Left samplen 2 font ",12"
set grid noxtics
set label 99 "ranks" at graph 0, graph 0 right offset -1, -1.1
$labels
plot $(stack 0 '$3' '#E69F00' input), $(stack '$3' '$3+$4' '#0072B2' compute), \
     $(stack '$3+$4' '$3+$4+$5' '#D55E00' reduce), $(stack '$3+$4+$5' '1' '#BBBBBB' wait)$hatched, \
     "$scratch/bars.tsv" using 1:(1.05):(sprintf("%.0f%%", 100 * \$7)) with labels font ",12" notitle, \
     "$scratch/bars.tsv" using 1:(0):xtic(2) with points pt 0 lc rgb "white" notitle
unset multiplot
TEXT
}

draw svg 15 0.8
draw pngcairo 14 1.4
