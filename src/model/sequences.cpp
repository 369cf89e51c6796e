// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/model/sequences.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <numeric>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "infomax/core/error.hpp"
#include "infomax/data/loader.hpp"
#include "infomax/data/tokens.hpp"
#include "infomax/nn/graph.hpp"

namespace infomax::model {
namespace {

constexpr std::string_view embedding_name = "embedding";

/// The items that take the first axis of their input for steps.
constexpr std::array<std::string_view, 11> items_over_steps{
    embedding_name, "rnn",  "gru",  "lstm", "bidirectional", "conv1d",
    "steps",        "last", "mean", "max",  "each"};

/// The columns of a step, F.
std::size_t step_columns(const std::vector<std::size_t>& shape) {
  return shape.empty()
             ? 1
             : std::accumulate(shape.begin() + 1, shape.end(), std::size_t{1}, std::multiplies<>());
}

std::size_t columns_in(const std::vector<std::size_t>& shape) {
  return std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>());
}

/// Whether the preprocessing of a network is that of a step.
bool is_by_step(const StoredNetwork& network) {
  const std::size_t columns = step_columns(network.input.extents());
  return network.normalization.columns() == columns &&
         (columns < network.input.size() || reads_steps(nn::parse_spec(network.spec)));
}

bool have_equal_blocks(const nn::Graph& one, const nn::Graph& other) {
  return std::ranges::equal(one.blocks(), other.blocks(),
                            [](const auto& a, const auto& b) { return a.shape == b.shape; });
}

}  // namespace

bool reads_steps(const nn::Spec& encoder) {
  return nn::any_item(encoder.items, [](const nn::SpecItem& item) {
    return std::ranges::find(items_over_steps, item.name) != items_over_steps.end();
  });
}

std::optional<std::size_t> vocabulary_of(const nn::Spec& encoder) {
  const auto* items = &encoder.items;
  while (!items->empty() && items->front().nests) {
    items = &items->front().items;
  }
  if (items->empty() || items->front().name != embedding_name || items->front().arguments.empty()) {
    return std::nullopt;
  }
  const std::string& digits = items->front().arguments.front().value;
  std::size_t tokens = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), tokens);
  return tokens;
}

void require_tokens(const mpi::Communicator& communicator, const nn::Spec& encoder,
                    const data::RowStore& rows) {
  if (const auto tokens = vocabulary_of(encoder)) {
    data::require_tokens_below(communicator, rows, *tokens);
  }
}

Steps longest(const Steps& one, const Steps& other) {
  return {std::max(one.x, other.x), std::max(one.y, other.y)};
}

Steps steps_of(const StoredModel& stored) {
  const auto of = [](const StoredNetwork& network) {
    return is_by_step(network) ? network.input.extents().front() : 0;
  };
  return {of(stored.networks.front()), of(stored.networks.back())};
}

void expect_sequences(data::Datasets& source, const PairSettings& settings, const Steps& least) {
  source.expect_sequences(settings.x_path, {settings.padding_value, least.x});
  if (settings.meaning().has_two_views() && settings.reads_second_data_set()) {
    source.expect_sequences(settings.y_path, {settings.padding_value, least.y});
  }
}

Steps steps_of(data::Datasets& source, const PairSettings& settings) {
  const auto of = [&](const std::string& path) {
    const auto shape = source.shape(path);
    return shape.has_lengths ? shape.trailing.front() : 0;
  };
  const bool two = settings.meaning().has_two_views() && settings.reads_second_data_set();
  return {of(settings.x_path), two ? of(settings.y_path) : 0};
}

Steps steps_of(const mpi::Communicator& communicator, const std::string& file,
               const PairSettings& settings) {
  data::DatasetFile opened(communicator, file);
  expect_sequences(opened, settings, {});
  const Steps steps = steps_of(opened, settings);
  opened.close();
  return steps;
}

void fit_to_rows(StoredNetwork& network, const std::vector<std::size_t>& trailing,
                 const std::string& where) {
  const auto& trained = network.input.extents();
  const std::size_t columns = columns_in(trailing);
  const bool by_step = is_by_step(network);
  if (by_step ? trailing == trained : columns == network.input.size()) {
    return;
  }
  if (!by_step || trailing.size() != trained.size() ||
      step_columns(trailing) != step_columns(trained)) {
    throw DataError(
        fmt::format("{} has rows of {} features, but the model was trained on {}; give "
                    "data of the same kind, or another `x` or `y`",
                    where, columns, network.input.size()));
  }
  const nn::Spec spec = nn::parse_spec(network.spec);
  try {
    const nn::Graph fitted(spec, nn::Shape(trailing));
    if (have_equal_blocks(fitted, nn::Graph(spec, network.input))) {
      network.input = nn::Shape(trailing);
      return;
    }
  } catch (const UsageError&) {
    // Said below.
  }
  throw DataError(
      fmt::format("{} has sequences of {} steps, and the encoder {} depends on their number, which "
                  "was {} in training; give sequences of as many, or train an encoder that sums up "
                  "over steps",
                  where, trailing.front(), network.spec, trained.front()));
}

StoredModel fitted_to(StoredModel stored, const PairSettings& settings, const data::RowStore& x,
                      const data::RowStore* y) {
  fit_to_rows(stored.networks.front(), x.trailing_shape(), x.where());
  if (settings.meaning().has_two_views() && y != nullptr) {
    fit_to_rows(stored.networks.back(), y->trailing_shape(), y->where());
  }
  return stored;
}

std::span<const std::uint32_t> RowLengths::of(const data::RowStore& rows,
                                              std::span<const std::size_t> local_rows) {
  lengths_.clear();
  if (rows.has_lengths()) {
    for (const std::size_t row : local_rows) {
      lengths_.push_back(rows.length(row));
    }
  }
  return lengths_;
}

std::span<const std::uint32_t> RowLengths::of(const data::RowStore& rows, std::size_t first,
                                              std::size_t count) {
  lengths_.clear();
  if (rows.has_lengths()) {
    for (std::size_t row = first; row < first + count; ++row) {
      lengths_.push_back(rows.length(row));
    }
  }
  return lengths_;
}

}  // namespace infomax::model
