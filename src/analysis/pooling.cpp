// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/analysis/pooling.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "infomax/core/error.hpp"

namespace infomax::analysis {
namespace {

/// How the numbers of a sample lie: `places` of `channels` each, one place after the other or one
/// channel after the other.
struct PlacesOfSample {
  std::size_t places = 0;
  std::size_t channels = 0;
  bool channels_last = false;
};

std::optional<PlacesOfSample> places_of(const nn::Node& node) {
  const auto& extents = node.output.extents();
  if (extents.size() < 2) {
    return std::nullopt;
  }
  const std::size_t channels = node.steps ? extents.back() : extents.front();
  return PlacesOfSample{.places = node.output.size() / channels,
                        .channels = channels,
                        .channels_last = node.steps.has_value() || node.channels_last};
}

}  // namespace

std::size_t pooled_columns(const nn::Node& node) {
  const auto places = places_of(node);
  if (!places) {
    throw UsageError(
        fmt::format("`pool` is for feature maps [C,H,W] and sequences [T,F], and {} gives {}; name "
                    "another `layer`, or leave `pool` out",
                    node.item.empty() ? "the input" : node.item, nn::to_string(node.output)));
  }
  return places->channels;
}

template <math::Real T>
void pool(Pool pool, const nn::Node& node, const nn::Pass& pass, MatrixView<const T> values,
          MatrixView<T> out) {
  const PlacesOfSample sample = places_of(node).value();
  const std::size_t between_channels = sample.channels_last ? 1 : sample.places;
  const std::size_t between_places = sample.channels_last ? sample.channels : 1;
  for (std::size_t i = 0; i < values.rows(); ++i) {
    const std::size_t places = node.steps ? node.steps->of(pass, i) : sample.places;
    for (std::size_t c = 0; c < sample.channels; ++c) {
      const T* const first = values.row(i).data() + c * between_channels;
      double sum = 0.0;
      T largest = -std::numeric_limits<T>::infinity();
      for (std::size_t place = 0; place < places; ++place) {
        const T value = first[place * between_places];
        sum += static_cast<double>(value);
        largest = std::max(largest, value);
      }
      const double mean = sum / static_cast<double>(std::max<std::size_t>(1, places));
      out(i, c) = places == 0 ? T{0} : pool == Pool::max ? largest : static_cast<T>(mean);
    }
  }
}

template void pool<float>(Pool, const nn::Node&, const nn::Pass&, MatrixView<const float>,
                          MatrixView<float>);
template void pool<double>(Pool, const nn::Node&, const nn::Pass&, MatrixView<const double>,
                           MatrixView<double>);

}  // namespace infomax::analysis
