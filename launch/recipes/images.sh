#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Clothes in Fashion-MNIST by convolutional encoders: with labels by two convolutions and by a residual
# network, and without labels.
set -euo pipefail
# shellcheck source=launch/recipes/shared.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/shared.sh"

usage() {
  cat <<TEXT
usage: launch/recipes/images.sh [--quick] [-n RANKS]

Trains three encoders of Fashion-MNIST's 60,000 images and probes them on its 10,000 test images:
two convolutions and a residual network, whose outputs correlate with the labels, and a convolutional
network that has no labels but two random changes of every image. The last line of the table is a
logistic regression on the pixels. Builds the program first, unless INFOMAX_PROGRAM is set.

  --quick    a try of a few seconds, with little training
  -n RANKS   ranks (default: one for each core)

Package: dataset-fashion-mnist; or INFOMAX_FASHION_MNIST, the directory of its four .gz files.
TEXT
}

begin images "$@"
prepare
require_fashion_mnist
timed "import Fashion-MNIST" import_fashion_mnist "$data"
train=$data/fashion-mnist-train.h5
test=$data/fashion-mnist-test.h5
probed=$(quickly "$train" "$test")

convolutions=reshape:1:28:28,conv:32:3,batchnorm,relu,maxpool:2,conv:64:3,batchnorm,relu,maxpool:2
dense=dropout:0.3,dense:128,batchnorm,relu,dropout:0.3,dense:10
timed "two convolutions, with labels" fit convolutions 8 250 --data "$train" --pair target --objective dcca \
  --encoder "$convolutions,$dense" --learning-rate 0.003 --schedule cosine

# block CHANNELS: a residual block of two convolutions.
block() { say "residual(conv:$1:3,batchnorm,relu,conv:$1:3,batchnorm),relu"; }

residual=reshape:1:28:28,conv:32:3,batchnorm,relu,maxpool:2,$(block 64),maxpool:2,$(block 128)
timed "a residual network, with labels" fit residual 15 250 --data "$train" --pair target --objective dcca \
  --augment shift:1,flip --encoder "$residual,globalpool,dropout:0.2,dense:10" --optimizer adamw \
  --weight-decay 0.0001 --learning-rate 0.003 --warmup 60steps --schedule cosine

# A wide projection makes better features of Barlow Twins.
projection=dense:1024,batchnorm,relu,dense:1024
# norm_pool CHANNELS: a convolution and half its places.
norm_pool() { say "conv:$1:3,batchnorm,relu,maxpool:2"; }
timed "convolutions, without labels" fit unlabelled 10 500 --data "$train" --pair augment \
  --augment rotate:10,scale:0.1,shift:2,flip,noise:0.1 --objective barlow \
  --encoder "reshape:1:28:28,$(norm_pool 64),$(norm_pool 128),$(norm_pool 256)" --projector "$projection" \
  --learning-rate 0.002 --warmup 100steps --schedule cosine

timed "probe two convolutions" judge convolutions "$probed" "$test"
timed "probe the residual network" judge residual "$probed" "$test"
# Of so many features, the search for a penalty takes longer than the training.
timed "probe the network without labels" judge unlabelled "$probed" "$test" --l2 0.001 --tolerance 0.01
timed "probe the pixels" judge_raw pixels "$probed" "$test"

result_header
result convolutions "two convolutions, with labels" 0.916
result residual "residual network, with labels" 0.93
result unlabelled "convolutions, without labels" 0.90
result pixels "the pixels"
where convolutions residual unlabelled
