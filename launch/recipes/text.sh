#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The language of a sentence, by a recurrent encoder of its characters.
set -euo pipefail
# shellcheck source=launch/recipes/shared.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/shared.sh"

languages=(cs da de es fr it nl pl pt-br sv)
packages=("${languages[@]/#/manpages-}")

usage() {
  cat <<TEXT
usage: launch/recipes/text.sh [--quick] [-n RANKS]

Takes sentences of ten languages (${languages[*]}) from Debian's translated manual pages, as
rows of characters, and trains a recurrent encoder whose outputs correlate with the language. No page
has sentences both for training and for the test, whatever its language. The baseline is linear: the
mean of an embedding of the characters, which is a linear map of how often each occurs. Builds the
program first, unless INFOMAX_PROGRAM is set.

  --quick    a try of a few seconds, with little data and training
  -n RANKS   ranks (default: one for each core)

Packages, downloaded and unpacked, but not installed: ${packages[*]};
or INFOMAX_MANPAGES, a directory with pages in LANGUAGE/man*/NAME.SECTION.gz.
TEXT
}

# Downloads the pages and sets $pages to the directory that has one for each language.
fetch_pages() {
  pages=${INFOMAX_MANPAGES:-}
  [[ -z $pages ]] || return 0
  local target=$runs/pages package
  pages=$target/usr/share/man
  [[ ! -d $pages ]] || return 0
  [[ -n $(command -v apt-get) && -n $(command -v dpkg-deb) ]] ||
    fail "this is not Debian; set INFOMAX_MANPAGES to a directory with LANGUAGE/man*/NAME.SECTION.gz" 3
  rm -rf "$target" "$target.part"
  mkdir -p "$target.part/packages"
  (cd "$target.part/packages" && apt-get download -qq "${packages[@]}" 2>/dev/null) ||
    fail "apt-get could not download ${packages[*]}; does \"apt-get update\" help?" 5
  for package in "$target.part/packages"/*.deb; do
    dpkg-deb -x "$package" "$target.part"
  done
  mv "$target.part" "$target"
}

# Writes LANGUAGE, a tab, PAGE, a tab, SENTENCE of all pages to sentences.tsv.
all_sentences() {
  local directory language plain=$runs/plain
  rm -rf "$plain"
  for directory in "$pages"/*/; do
    language=$(basename -- "$directory")
    mkdir -p "$plain/$language"
    find "$directory" -type f -name '*.gz' -exec cp -t "$plain/$language" -- {} +
    gzip -drq "$plain/$language"
    find "$plain/$language" -type f -print0 | LC_ALL=C sort -z |
      LC_ALL=C xargs -0 -r awk -f launch/recipes/sentences.awk | iconv -c -f UTF-8 -t UTF-8 |
      awk -v language="$language" '{ print language "\t" $0 }'
  done >"$runs/sentences.tsv"
  rm -rf "$plain"
}

# choose TRAIN TEST: writes so many sentences of each language to train.txt and test.txt, evenly from all of
# its pages, and their languages to train.csv and test.csv. Every sixth page by name is for the test. A
# sentence that occurs again is taken once, and one that two languages have is left out.
choose() {
  LC_ALL=C sort -s -t "$(printf '\t')" -k 2,2 -k 1,1 "$runs/sentences.tsv" |
    LC_ALL=C awk -F '\t' -v train="$1" -v test="$2" -v output="$runs" '
      $2 != page { page = $2; ++pages }
      $3 in language { if (language[$3] != $1) language[$3] = ""; next }
      {
        language[$3] = $1
        where[++all] = (pages % 6 == 0 ? "test" : "train") "\t" $1
        text[all] = $3
      }
      END {
        for (i = 1; i <= all; ++i) found[where[i]] += language[text[i]] != ""
        for (i = 1; i <= all; ++i) {
          if (language[text[i]] == "") continue
          split(where[i], at, "\t")
          n = found[where[i]]
          wanted = at[1] == "test" ? test : train
          if (wanted > n) wanted = n
          k = seen[where[i]]++
          if (int((k + 1) * wanted / n) > int(k * wanted / n)) {
            print text[i] >(output "/" at[1] ".txt")
            print at[2] >(output "/" at[1] ".csv")
          }
        }
      }'
}

# Rows of 100 characters, of which the 250 most frequent of the training data have numbers of their own.
make_data() {
  local part like=()
  all_sentences
  choose "$(quickly 2000 20)" "$(quickly 300 10)"
  for part in train test; do
    launch/local.sh -n 1 import --x "$runs/$part.txt" --tokens chars:250 --length 100 \
      --y "$runs/$part.csv" --header no --output "$data/languages-$part.h5" --overwrite "${like[@]}"
    like=(--like "$data/languages-train.h5")
  done
}

begin text "$@"
prepare
timed "fetch the pages" fetch_pages
timed "make rows of sentences" make_data
train=$data/languages-train.h5
test=$data/languages-test.h5

with_labels=(--data "$train" --pair target --objective dcca --learning-rate 0.003 --schedule cosine)
timed "a recurrent encoder" fit recurrent 12 250 "${with_labels[@]}" \
  --encoder "embedding:252:32,bidirectional(gru:64),max,dropout:0.2,dense:10"
timed "a linear encoder" fit linear 8 250 "${with_labels[@]}" --encoder embedding:252:32,mean,dense:10
timed "probe the recurrent encoder" judge recurrent "$train" "$test"
timed "probe the linear encoder" judge linear "$train" "$test"

result_header
result recurrent "recurrent encoder" 0.98
result linear "how often each character occurs"
where recurrent linear
