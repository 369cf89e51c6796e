// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/data/row_set.hpp"

#include <bit>
#include <cassert>
#include <numeric>
#include <span>

namespace infomax::data {
namespace {

constexpr std::size_t word_bits = 64;

/// The bits [first, end) of a word.
constexpr std::uint64_t bits(std::size_t first, std::size_t end) {
  const std::uint64_t below_end =
      end == word_bits ? ~std::uint64_t{0} : (std::uint64_t{1} << end) - 1;
  return below_end & ~((std::uint64_t{1} << first) - 1);
}

/// Calls `use(word, mask)` for each word that rows of the stretch lie in.
template <class Use>
void for_words(const Stretch& stretch, const Use& use) {
  for (std::size_t row = stretch.first; row < stretch.end();) {
    const std::size_t word = row / word_bits;
    const std::size_t end = std::min(stretch.end() - word * word_bits, word_bits);
    use(word, bits(row % word_bits, end));
    row = word * word_bits + end;
  }
}

}  // namespace

RowSet::RowSet(std::size_t rows) : rows_(rows), words_((rows + word_bits - 1) / word_bits, 0) {}

void RowSet::add(const Stretch& stretch) {
  assert(stretch.end() <= rows_);
  for_words(stretch, [this](std::size_t word, std::uint64_t mask) { words_[word] |= mask; });
}

void RowSet::remove(const Stretch& stretch) {
  assert(stretch.end() <= rows_);
  for_words(stretch, [this](std::size_t word, std::uint64_t mask) { words_[word] &= ~mask; });
}

void RowSet::unite(const mpi::Communicator& communicator) {
  // Ranks have rows of their own, so a sum has each bit once; but what all have, it would carry.
  if (communicator.size() > 1) {
    communicator.sum(std::span<std::uint64_t>(words_));
  }
}

RowSet RowSet::others() const {
  RowSet others(rows_);
  others.add({0, rows_});
  for (std::size_t i = 0; i < words_.size(); ++i) {
    others.words_[i] &= ~words_[i];
  }
  return others;
}

std::size_t RowSet::count() const {
  return std::accumulate(words_.begin(), words_.end(), std::size_t{0},
                         [](std::size_t sum, std::uint64_t word) {
                           return sum + static_cast<std::size_t>(std::popcount(word));
                         });
}

bool RowSet::has(std::size_t row) const {
  return (words_[row / word_bits] >> (row % word_bits) & 1U) != 0;
}

std::vector<std::size_t> RowSet::numbers(std::size_t first, std::size_t count) const {
  std::vector<std::size_t> found;
  found.reserve(count);
  std::size_t before = 0;
  for (std::size_t i = 0; i < words_.size() && found.size() < count; ++i) {
    std::uint64_t word = words_[i];
    const auto here = static_cast<std::size_t>(std::popcount(word));
    if (before + here > first) {
      for (; word != 0 && found.size() < count; word &= word - 1) {
        if (before++ >= first) {
          found.push_back(i * word_bits + static_cast<std::size_t>(std::countr_zero(word)));
        }
      }
    } else {
      before += here;
    }
  }
  return found;
}

std::vector<Stretch> RowSet::stretches() const {
  std::vector<Stretch> found;
  for (std::size_t i = 0; i < words_.size(); ++i) {
    for (std::uint64_t word = words_[i]; word != 0;) {
      const auto first = static_cast<std::size_t>(std::countr_zero(word));
      const auto length = static_cast<std::size_t>(std::countr_one(word >> first));
      append(found, {i * word_bits + first, length});
      word &= ~bits(first, first + length);
    }
  }
  return found;
}

}  // namespace infomax::data
