#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Spoken digits of voices that were not heard in training: with labels, and without.
set -euo pipefail
# shellcheck source=launch/recipes/shared.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/shared.sh"

usage() {
  cat <<TEXT
usage: launch/recipes/speech.sh [--quick] [-n RANKS]

Lets espeak-ng speak the ten digits with English accents and voices, at varied rates and pitches and after
silences of varied length, makes sequences of log-mel frames of them, and trains two encoders: a recurrent
one whose outputs correlate with the digit, and a convolutional one that has no labels but two random
changes of every sound. Both are probed on voices that training has not heard. The baseline is a linear
map of the mean frame, trained with labels. Builds the program first, unless INFOMAX_PROGRAM is set.

  --quick    a try of a few seconds, with little data and training
  -n RANKS   ranks (default: one for each core)

Package: espeak-ng.
TEXT
}

accents=(en-gb en-us en-gb-scotland en-gb-x-gbclan en-gb-x-rp en-gb-x-gbcwmd en-029)
train_voices=(m1 m2 m3 m4 m5 f1 f2 f3 whisper klatt2)
test_voices=(m6 m7 m8 f4 f5 klatt4)
digits=(zero one two three four five six seven eight nine)
times=4 # that each voice with each accent says each digit

# Sets $rate, $pitch and $silence, the phonemes of a pause before the digit (0 to 0.5 s), for the next sound. They
# go through their ranges in steps that do not divide these, so that no two sounds are alike.
vary() {
  ((++said))
  rate=$((130 + said * 37 % 131))
  pitch=$((20 + said * 23 % 61))
  silence=''
  for ((pause = said * 7 % 10; pause > 0; --pause)); do
    silence+=_:
  done
}

# speak PART VOICE...: writes the digits of these voices as PART/DIGIT/ACCENT-VOICE-K.wav.
speak() {
  local part=$1 voice accent digit k said=0 rate pitch silence pause
  shift
  for digit in "${digits[@]}"; do
    mkdir -p "$sounds.part/$part/$digit"
  done
  for voice in "$@"; do
    for accent in "${accents[@]}"; do
      for digit in "${digits[@]}"; do
        for ((k = 1; k <= times; ++k)); do
          vary
          printf '%s\0' -v "$accent+$voice" -s "$rate" -p "$pitch" \
            -w "$sounds.part/$part/$digit/$accent-$voice-$k.wav" "[[$silence]] $digit"
        done
      done
    done
  done | xargs -0 -n 9 -P "$(physical_cores)" espeak-ng
}

make_sounds() {
  if [[ -d $sounds ]]; then
    say "$sounds exists"
    return
  fi
  rm -rf "$sounds.part"
  speak train "${train_voices[@]}"
  speak test "${test_voices[@]}"
  mv "$sounds.part" "$sounds"
}

make_data() {
  local part like=()
  for part in train test; do
    launch/local.sh -n 1 import --x "$sounds/$part" --frames mel:40 --output "$data/digits-$part.h5" \
      --overwrite "${like[@]}"
    like=(--like "$data/digits-train.h5")
  done
}

begin speech "$@"
prepare
command -v espeak-ng >/dev/null || fail "espeak-ng is missing; launch/setup.sh --recipes installs it" 5
sounds=$runs/sounds
if [[ $quick == yes ]]; then
  accents=(en-gb)
  train_voices=(m1 f1)
  test_voices=(m3)
  times=2
fi
timed "let espeak-ng speak" make_sounds
timed "make sequences of frames" make_data
train=$data/digits-train.h5
test=$data/digits-test.h5

with_labels=(--data "$train" --pair target --objective dcca --learning-rate 0.003 --schedule cosine)
timed "a recurrent encoder, with labels" fit recurrent 20 100 "${with_labels[@]}" \
  --encoder "bidirectional(gru:64),max,dense:10"
timed "convolutions over time, without labels" fit unlabelled 40 200 --data "$train" --pair augment \
  --augment timeshift:20,timemask:10,featuremask:8,noise:0.3 --objective barlow --learning-rate 0.003 \
  --warmup 50steps --schedule cosine \
  --encoder conv1d:128:5,batchnorm,relu,conv1d:128:5,batchnorm,relu,conv1d:128:5,batchnorm,relu,max,dense:128
timed "a linear encoder, with labels" fit linear 20 100 "${with_labels[@]}" --encoder mean,dense:10
timed "probe the recurrent encoder" judge recurrent "$train" "$test"
timed "probe the convolutions" judge unlabelled "$train" "$test" --layer 5
timed "probe the linear encoder" judge linear "$train" "$test"

result_header
result recurrent "recurrent encoder, with labels" 0.95
result unlabelled "convolutions over time, without labels" 0.85
result linear "the mean spectrum"
where recurrent unlabelled linear
