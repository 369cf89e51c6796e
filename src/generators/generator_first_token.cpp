// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "generators/generator_support.hpp"
#include "infomax/core/pending_file.hpp"
#include "infomax/data/datasets.hpp"
#include "infomax/generators/generator.hpp"

namespace infomax::generators {
namespace {

/// The random numbers of a row: its steps take the indices from 0 on, its length the last one.
constexpr std::uint64_t length_number = std::uint64_t{1} << 40U;

void check_first_token(const FirstToken& wanted) {
  require(wanted.rows > 0 && wanted.steps > 0, "sequences need at least one row and one step");
  require(wanted.tokens >= 3 && wanted.tokens <= 65536, "`tokens` must be 3 to 65536");
  require(wanted.classes >= 2 && wanted.classes < wanted.tokens,
          "`classes` must be 2 or more, and fewer than `tokens`, of which 0 is padding");
  require(wanted.shortest <= wanted.steps, "`shortest` must be at most `steps`");
}

/// Writes /x and /y, and returns the lengths of the sequences.
std::vector<std::uint32_t> write_tokens(hdf5::File& file, const FirstToken& wanted) {
  const std::size_t shortest = wanted.shortest == 0 ? wanted.steps : wanted.shortest;
  auto x = file.create_dataset("/x", hdf5::ElementType::u16, {wanted.rows, wanted.steps});
  auto y = file.create_dataset("/y", hdf5::ElementType::i32, {wanted.rows});
  std::vector<std::uint32_t> lengths(wanted.rows);
  std::vector<std::uint16_t> tokens;
  std::vector<std::int32_t> classes;
  for (std::size_t first = 0; first < wanted.rows; first += slab_rows) {
    const std::size_t count = std::min(slab_rows, wanted.rows - first);
    tokens.assign(count * wanted.steps, 0);
    classes.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
      const CounterRandom random = row_numbers(wanted.seed, Purpose::x, first + i);
      const auto row = std::span(tokens).subspan(i * wanted.steps, wanted.steps);
      const std::size_t length =
          shortest + random.below(wanted.steps - shortest + 1, length_number);
      for (std::size_t t = 0; t < length; ++t) {
        row[t] = static_cast<std::uint16_t>(1 + random.below(wanted.tokens - 1, t));
      }
      classes[i] = static_cast<std::int32_t>((row[0] - 1U) % wanted.classes);
      lengths[first + i] = static_cast<std::uint32_t>(length);
    }
    x.write<std::uint16_t>(first, count, tokens);
    y.write<std::int32_t>(first, count, classes);
  }
  return lengths;
}

}  // namespace

void generate_first_token(const FirstToken& wanted, const std::filesystem::path& output) {
  check_first_token(wanted);
  PendingFile pending(output);
  hdf5::File file = hdf5::File::create(pending.path());
  const auto lengths = write_tokens(file, wanted);
  if (wanted.shortest != 0 && wanted.shortest < wanted.steps) {
    file.create_dataset(data::lengths_of("/x"), hdf5::element_type_of<std::uint32_t>(),
                        {wanted.rows})
        .write<std::uint32_t>(0, wanted.rows, lengths);
  }
  file.close();
  pending.commit();
}

}  // namespace infomax::generators
