# SPDX-License-Identifier: BSD-3-Clause
# Prints the sentences of manual pages, one a line, as PAGE, a tab, SENTENCE, PAGE being the name of the file
# without its directory: the prose, without requests and escapes of roff and without examples. A sentence has at
# least 20 bytes and six words of letters, of which the first alone may be a capital. One with a word that is
# English and of none of the recipe's languages was not translated, and is left out.
# usage: LC_ALL=C awk -f sentences.awk FILE...

BEGIN { english = " (the|this|that|with|which|from|are|you|its|will|only|when|if|have|used|be|and|than|into|not) " }

function print_sentence(sentence,    word, words, i, n) {
  sub(/^ +/, "", sentence)
  if (length(sentence) < 20 || (" " tolower(sentence) " ") ~ english) {
    return
  }
  n = split(sentence, word, " ")
  words = 0
  for (i = 1; i <= n; ++i) {
    words += word[i] ~ /^[A-Za-z\200-\377][a-z\200-\377]*[,.]?$/
  }
  if (words >= 6) {
    print page "\t" sentence
  }
}

function end_paragraph() {
  gsub(/[ \t]+/, " ", text)
  while (match(text, /[.!?:;] +/)) {
    print_sentence(substr(text, 1, RSTART))
    text = substr(text, RSTART + RLENGTH)
  }
  print_sentence(text)
  text = ""
}

FNR == 1 {
  end_paragraph()
  page = FILENAME
  sub(/.*\//, "", page)
  is_example = 0
}
/^\.(nf|EX)/ { end_paragraph(); is_example = 1 }
/^\.(fi|EE)/ { is_example = 0 }
# Requests that set a word in another face go on with the sentence; their words are names, which no language has.
/^[.\047]/ {
  if ($0 !~ /^[.\047](B|I|BR|BI|IR|IB|RB|RI|\\")/) {
    end_paragraph()
  }
  next
}
/^ *$/ { end_paragraph(); next }
is_example { next }
{
  gsub(/\\f(\[[^\]]*\]|\(..|.)/, "")
  gsub(/\\-/, "-")
  gsub(/\\(\(aq|\[aq\])/, "\047")
  gsub(/\\(\[[^\]]*\]|\(..|.)/, "")
  text = text " " $0
}
END { end_paragraph() }
