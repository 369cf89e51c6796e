#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# From a fresh clone to a trained encoder: builds, imports Fashion-MNIST, trains on all cores of this
# node with the exact global objective, evaluates on the test set, draws the training and writes a report.
set -euo pipefail
# shellcheck source=launch/common.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

usage() {
  cat <<TEXT
usage: launch/demo.sh [TRAIN-OPTION...]

Options are passed to "infomax train" and override the demo's own, such as --epochs 2. An existing build
and existing imported data sets are used again. The run in runs/demo is replaced.

Environment: INFOMAX_FASHION_MNIST  the directory of the four .gz files
                                    (default: /usr/share/datasets/fashion-mnist, where Debian's
                                    dataset-fashion-mnist installs them)
             INFOMAX_PROGRAM        a program to use instead of a new build
TEXT
}

case ${1:-} in
  -h | --help) usage; exit 0 ;;
esac

run=runs/demo
cores=$(physical_cores)
cd "$infomax_root"

# Writes the recipe as a configuration file. Options on the command line override it.
write_recipe() {
  cat >"$run/recipe.ini" <<TEXT
data = datasets/fashion-mnist-train.h5
pair = input
encoder = dense:1024,tanh,dense:64
objective = infomax
rho = rv
lambda = 0.1
optimizer = adam
learning-rate = 0.001
warmup = 15steps
schedule = cosine
batch = 4096
epochs = 20
TEXT
}

# fit DIRECTORY [OPTION...]: trains one run. --steps 0 writes the untrained model for comparison.
fit() {
  launch/local.sh train --config "$run/recipe.ini" --output "$1" --overwrite "${@:2}"
}

# evaluate MODEL PART: evaluates the objective over a whole data set as one global batch.
evaluate() {
  launch/local.sh evaluate --model "$run/$1/model.h5" --data "datasets/fashion-mnist-$2.h5" --json \
    >"$run/evaluate-$1-$2.json"
}

evaluate_all() {
  fit "$run/untrained" --steps 0 --progress none 2>"$run/untrained.log"
  local model
  for model in untrained trained; do
    evaluate "$model" train
    evaluate "$model" test
  done
}

table() {
  printf '\n%-10s %-6s %8s %11s %11s %10s %10s\n' \
    encoder data samples objective 'dependence' 'H(a) nats' 'H(b) nats'
  local model part
  for model in untrained trained; do
    for part in train test; do
      jq -r --arg model "$model" --arg part "$part" \
        '[$model, $part, .samples, .objective, .dependence, .entropy_a, .entropy_b] | @tsv' \
        "$run/evaluate-$model-$part.json"
    done
  done | LC_ALL=C awk -F'\t' \
    '{ printf "%-10s %-6s %8d %11.5f %11.5f %10.4f %10.4f\n", $1, $2, $3, $4, $5, $6, $7 }'
  jq -rs 'map(select(.kind == "step")) | (map(.seconds) | add) as $s | (map(.samples) | add) as $n
    | "\ntrained on \($n) samples in \($s * 10 | round / 10) s: \($n / $s | round) samples/s"' \
    "$run/trained/metrics.jsonl"
}

# Draws the objective and its parts over the steps, in one panel each, because their scales differ.
draw() {
  jq -r 'select(.kind == "step") | [.step, .objective, .dependence, .entropy_a, .entropy_b] | @tsv' \
    "$run/trained/metrics.jsonl" >"$run/training.tsv"
  local terminal
  for terminal in svg pngcairo; do
    gnuplot <<TEXT
set terminal $terminal size 960,860 font "sans,13"
set output "$run/training.${terminal%cairo}"
set datafile separator "\t"
set key above right
set grid linecolor rgb "#dddddd"
set lmargin 12
set offsets 0, 0, graph 0.08, graph 0.08
set ytics autofreq nomirror
set multiplot layout 3,1 title "Fashion-MNIST, dense:1024,tanh,dense:64: J = rv - 0.1 (H(a) + H(b))"
set ylabel "objective J"
plot "$run/training.tsv" using 1:2 with lines linewidth 2 linecolor rgb "#1b6ca8" notitle
set ylabel "dependence rv"
plot "$run/training.tsv" using 1:3 with lines linewidth 2 linecolor rgb "#d1495b" notitle
set ylabel "entropy, nats"
set xlabel "step"
plot "$run/training.tsv" using 1:4 with lines linewidth 2 linecolor rgb "#66a182" title "H(a), input", \
     "$run/training.tsv" using 1:5 with lines linewidth 2 linecolor rgb "#edae49" title "H(b), output"
unset multiplot
TEXT
  done
}

timed "install what is missing" launch/setup.sh --without-tests
require_fashion_mnist
[[ -n ${INFOMAX_PROGRAM:-} ]] || timed "build infomax on $cores cores" build_program
timed "import Fashion-MNIST: 60,000 images for training, 10,000 for the test" import_fashion_mnist datasets
mkdir -p "$run"
write_recipe
timed "train on $cores ranks" fit "$run/trained" "$@"
timed "evaluate, untrained and trained, on all training and all test images" evaluate_all
table
timed "draw" draw
timed "report" launch/local.sh report "$run/trained" --overwrite
say
say "model     $run/trained/model.h5"
say "settings  $run/trained/config.ini"
say "metrics   $run/trained/metrics.jsonl"
say "pictures  $run/training.svg, $run/training.png"
say "report    $run/trained/report.html, a page to open in a browser"
say "program   $(find_program); for this shell: export PATH=\"$(dirname -- "$(find_program)"):\$PATH\""
say "the whole demo took $SECONDS s"
