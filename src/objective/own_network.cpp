// SPDX-License-Identifier: BSD-3-Clause
#include "objective/own_network.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "infomax/core/error.hpp"

namespace infomax::objective {
namespace {

constexpr std::size_t rows_at_a_time = 1024;

template <math::Real T>
nn::Network<T> network_of(std::string_view option, std::string_view spec, const nn::Shape& input) {
  try {
    const nn::Spec parsed = nn::parse_spec(spec);
    nn::Network<T> network(parsed, input);
    const auto is_random = [](const nn::SpecItem& item) { return item.name == "dropout"; };
    if (nn::is_linear_solution(parsed) || network.has_running_statistics() ||
        nn::any_item(parsed.items, is_random)) {
      throw UsageError("linear, batchnorm and dropout have no place here; layernorm has");
    }
    return network;
  } catch (const UsageError& error) {
    throw UsageError(fmt::format("the network {} of `{}`: {}", spec, option, error.what()));
  }
}

}  // namespace

template <math::Real T>
OwnNetwork<T>::OwnNetwork(std::string_view option, std::string_view spec, const nn::Shape& input)
    : network_(network_of<T>(option, spec, input)) {}

template <math::Real T>
nn::Room OwnNetwork<T>::room_for(std::size_t rows, bool by_ranges) {
  // Batches are not all of the same size on a rank.
  return {.batch_rows = std::max<std::size_t>(1, rows + rows / 16),
          .micro_rows = rows_at_a_time,
          .for_backward = true,
          .by_ranges = by_ranges,
          .input_gradient = true};
}

template <math::Real T>
void OwnNetwork<T>::make_room(std::size_t rows, bool by_ranges) {
  if (executor_ != nullptr && rows <= room_ && by_ranges == by_ranges_) {
    return;
  }
  const nn::Room room = room_for(rows, by_ranges);
  room_ = room.batch_rows;
  by_ranges_ = by_ranges;
  executor_ = std::make_unique<nn::Executor<T>>(
      network_, room, [this](std::size_t first, MatrixView<T> inputs) { fill_(first, inputs); });
}

template <math::Real T>
MatrixView<const T> OwnNetwork<T>::forward(std::span<const T> parameters, Fill fill,
                                           std::size_t rows, const stats::RowParts* parts) {
  make_room(rows, parts != nullptr);
  fill_ = std::move(fill);
  ranges_.clear();
  if (parts != nullptr && rows > 0) {
    stats::for_each_part(parts, rows, [&](std::size_t first, std::size_t count) {
      for (std::size_t i = 0; i < count; i += rows_at_a_time) {
        ranges_.push_back({first + i, std::min(rows_at_a_time, count - i)});
      }
    });
  }
  return executor_->forward(parameters, rows, {.training = true}, ranges_);
}

template <math::Real T>
void OwnNetwork<T>::backward(std::span<const T> parameters, MatrixView<T> doutputs,
                             const OwnGradient<T>& gradient, MatrixView<T> dinputs) {
  executor_->backward(
      parameters, doutputs, gradient.gradient, {},
      [&](std::size_t offset, std::size_t count) { gradient.end_part(offset, count); }, {},
      dinputs);
}

std::size_t own_parameter_count(std::string_view spec, const nn::Shape& input) {
  return nn::Graph(nn::parse_spec(spec), input).parameter_count();
}

template class OwnNetwork<float>;
template class OwnNetwork<double>;

}  // namespace infomax::objective
