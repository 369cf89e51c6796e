// SPDX-License-Identifier: BSD-3-Clause
#include "data/sequence_steps.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

#include "infomax/core/error.hpp"

namespace infomax::data {
namespace {

constexpr auto no_place = std::numeric_limits<std::uint64_t>::max();

/// What is wrong with the number at a place of the data set.
struct Flaw {
  std::uint64_t place = no_place;
  std::string text;
};

/// Collective. Throws the flaw at the first place, the same on every rank.
void throw_first(const mpi::Communicator& communicator, const Flaw& flaw) {
  const std::uint64_t first = communicator.min(flaw.place);
  if (first == no_place) {
    return;
  }
  const bool mine = flaw.place == first;
  const auto owner = static_cast<int>(
      communicator.min(std::int64_t{mine ? communicator.rank() : communicator.size()}));
  throw DataError(communicator.broadcast(flaw.text, owner));
}

/// Whether a number is one of 0, ..., most.
template <class T>
bool is_within(T number, std::size_t most) {
  if constexpr (std::is_signed_v<T>) {
    if (number < 0) {
      return false;
    }
  }
  return static_cast<std::uint64_t>(number) <= most;
}

/// Calls use(numbers) with integers of the type that they have.
template <class Use>
void with_integers(const Rows& numbers, const Use& use) {
  numbers.with_elements([&]<class T>(std::span<const T> elements) {
    if constexpr (std::is_integral_v<T>) {
      use(elements);
    }
  });
}

}  // namespace

void require_step_numbers(const DatasetShape& shape) {
  if (shape.features != 1 || !hdf5::is_integer(shape.type)) {
    throw DataError(
        fmt::format("{} has {} {} a row; the lengths or offsets of sequences are one integer a row",
                    shape.where, shape.features, hdf5::name(shape.type)));
  }
}

StepCounts count_steps(const mpi::Communicator& communicator, const Rows& numbers,
                       std::size_t steps, const DatasetShape& sequences) {
  std::uint64_t total = 0;
  std::uint64_t longest = 0;
  Flaw flaw;
  with_integers(numbers, [&](auto lengths) {
    for (std::size_t i = 0; i < lengths.size() && flaw.place == no_place; ++i) {
      if (!is_within(lengths[i], steps)) {
        flaw.place = numbers.first_row() + i;
        flaw.text = fmt::format(
            "{} has the length {} at row {}; the sequences of {} have 0 to {} "
            "steps",
            numbers.where(), lengths[i], flaw.place, sequences.where, steps);
      } else {
        total += static_cast<std::uint64_t>(lengths[i]);
        longest = std::max(longest, static_cast<std::uint64_t>(lengths[i]));
      }
    }
  });
  throw_first(communicator, flaw);
  return {communicator.max(longest), communicator.sum(total)};
}

StepCounts count_offsets(const mpi::Communicator& communicator, const Rows& numbers,
                         std::size_t count, const DatasetShape& sequences) {
  const std::size_t steps = sequences.rows;
  std::uint64_t longest = 0;
  Flaw flaw;
  with_integers(numbers, [&](auto offsets) {
    for (std::size_t i = 0; i < offsets.size() && flaw.place == no_place; ++i) {
      const std::size_t place = numbers.first_row() + i;
      const auto offset = offsets[i];
      const auto say = [&](const std::string& text) {
        flaw = {place, fmt::format("{} has the offset {} at row {}{}", numbers.where(), offset,
                                   place, text)};
      };
      if (!is_within(offset, steps)) {
        say(fmt::format("; the offsets of {} are 0 to {}, the number of its steps", sequences.where,
                        steps));
      } else if (i > 0 && offset < offsets[i - 1]) {
        say(fmt::format(", below {} before it; a sequence cannot end before it begins",
                        offsets[i - 1]));
      } else if (place == 0 && offset != 0) {
        say("; the first sequence begins at step 0");
      } else if (place + 1 == count && static_cast<std::uint64_t>(offset) != steps) {
        say(fmt::format(", the last; {} has {} steps, and the last sequence ends with them",
                        sequences.where, steps));
      } else if (i > 0) {
        longest = std::max(longest, static_cast<std::uint64_t>(offset - offsets[i - 1]));
      }
    }
  });
  throw_first(communicator, flaw);
  return {communicator.max(longest), steps};
}

std::vector<std::size_t> step_numbers(const Rows& numbers) {
  std::vector<std::size_t> all;
  all.reserve(numbers.count());
  with_integers(numbers, [&](auto elements) {
    for (const auto number : elements) {
      all.push_back(static_cast<std::size_t>(number));
    }
  });
  return all;
}

std::vector<std::uint32_t> unpadded_lengths(const Rows& padded, double padding) {
  const std::size_t width = padded.features() / padded.steps();
  std::vector<std::uint32_t> lengths;
  lengths.reserve(padded.count());
  padded.with_elements([&](auto elements) {
    const auto is_padding = [&](auto element) {
      const auto number = static_cast<double>(element);
      return number == padding || (std::isnan(padding) && std::isnan(number));
    };
    for (std::size_t i = 0; i < padded.count(); ++i) {
      const auto row = elements.subspan(i * padded.features(), padded.features());
      const auto last = std::find_if_not(row.rbegin(), row.rend(), is_padding);
      const auto filled = static_cast<std::size_t>(row.rend() - last);
      lengths.push_back(static_cast<std::uint32_t>((filled + width - 1) / width));
    }
  });
  return lengths;
}

}  // namespace infomax::data
