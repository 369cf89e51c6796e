// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <cassert>
#include <functional>

#include <fmt/format.h>

#include "infomax/math/random_rows.hpp"
#include "infomax/nn/layer_table.hpp"
#include "nn/graph_builder.hpp"

namespace infomax::nn {
namespace {

/// What is dropped together: groups of a sample's numbers, which lie as [outer, inner].
struct DropGroups {
  enum class By : std::uint8_t { element, outer, inner, sample };
  By by = By::element;
  std::size_t outer = 0;
  std::size_t inner = 0;

  /// Random numbers that a sample needs.
  [[nodiscard]] std::size_t count() const {
    switch (by) {
      case By::element:
        return outer * inner;
      case By::outer:
        return outer;
      case By::inner:
        return inner;
      case By::sample:
        break;
    }
    return 1;
  }
};

/// y = x with each group 0 by `probability`, else x / (1 - probability) (Srivastava et al. 2014; so
/// scaled that evaluation, where y = x, needs no scale). Channels are dropped together as by
/// Tompson et al. 2015, samples as by Huang et al. 2016 (stochastic depth, where it is the last
/// item of a residual). What is dropped is a function of the pass's key, the sample and the group,
/// so backward makes it again and nothing is kept.
template <class T>
class Dropout final : public Layer<T> {
 public:
  /// `purpose` tells apart the dropouts of a network.
  Dropout(double probability, const DropGroups& groups, std::uint32_t purpose)
      : probability_(probability), groups_(groups), purpose_(purpose) {}

  [[nodiscard]] BackwardNeeds backward_needs() const override { return {}; }

  [[nodiscard]] WorkspaceSize workspace(std::size_t /*rows*/) const override {
    return {.elements = groups_.by == DropGroups::By::element ? 0 : groups_.count()};
  }

  void forward(const Call<T>& call, MatrixView<T> y) const override {
    copy_and_drop(call, call.x[0], y);
  }

  void backward(const Call<T>& call, MatrixView<const T> /*y*/, MatrixView<T> dy,
                std::span<const MatrixView<T>> dx, std::span<T> /*gradient*/) const override {
    copy_and_drop(call, dy, dx[0]);
  }

 private:
  void copy_and_drop(const Call<T>& call, MatrixView<const T> from, MatrixView<T> to) const {
    const Pass& pass = call.pass;
    assert(!pass.training || pass.samples.size() == from.rows());
    const T kept = static_cast<T>(1.0 / (1.0 - probability_));
    for (std::size_t i = 0; i < from.rows(); ++i) {
      std::ranges::copy(from.row(i), to.row(i).begin());
      if (!pass.training) {
        continue;
      }
      const math::RandomRow random{.key = pass.key, .index = pass.samples[i], .purpose = purpose_};
      if (groups_.by == DropGroups::By::element) {
        math::drop(random, probability_, kept, to.row(i));
      } else {
        const auto factors = call.workspace.elements.first(groups_.count());
        std::ranges::fill(factors, T{1});
        math::drop(random, probability_, kept, factors);
        multiply(factors, to.row(i));
      }
    }
  }

  void multiply(std::span<const T> factors, std::span<T> row) const {
    for (std::size_t o = 0; o < groups_.outer; ++o) {
      const auto part = row.subspan(o * groups_.inner, groups_.inner);
      if (groups_.by == DropGroups::By::inner) {
        std::ranges::transform(part, factors, part.begin(), std::multiplies<>());
      } else {
        const T factor = factors[groups_.by == DropGroups::By::outer ? o : 0];
        std::ranges::for_each(part, [&](T& value) { value *= factor; });
      }
    }
  }

  double probability_;
  DropGroups groups_;
  std::uint32_t purpose_;
};

double probability_of(const ItemReader& item) {
  return item.number(
      0, [](double p) { return p >= 0.0 && p < 1.0; },
      "a probability from 0 to below 1, as in dropout:0.2");
}

/// Of samples of the graph's present shape.
DropGroups groups_of(const ItemReader& item, const GraphBuilder& graph) {
  using By = DropGroups::By;
  const auto& extents = graph.shape().extents();
  const std::size_t size = graph.shape().size();
  const bool steps = graph.steps().has_value();
  const auto by = item.value_of("by").value_or("elements");
  if (by == "samples") {
    return {By::sample, 1, size};
  }
  if (by == "steps") {
    if (!steps) {
      item.refuse_place(
          "drops steps, and there are none yet; by=steps comes after what makes steps, such as "
          "`steps` of [T,F]");
    }
    return {By::outer, extents.front(), size / extents.front()};
  }
  if (by == "channels") {
    if (extents.size() < 2) {
      item.refuse_place(
          fmt::format("drops channels, and is given {} features; leave by=channels out", size));
    }
    // Of a sequence [T,F] the features are its channels, and lie last.
    if (steps || graph.channels_last()) {
      const std::size_t channels = steps ? extents.back() : extents.front();
      return {By::inner, size / channels, channels};
    }
    return {By::outer, extents.front(), size / extents.front()};
  }
  return {By::element, 1, size};
}

void check_dropout(const ItemReader& item) {
  (void)probability_of(item);
  item.expect(1, {"by"});
  const auto by = item.value_of("by");
  if (by && *by != "channels" && *by != "steps" && *by != "samples") {
    item.refuse("by=channels, by=steps or by=samples, as in dropout:0.2:by=channels");
  }
}

void build_dropout(const ItemReader& item, GraphBuilder& graph) {
  (void)graph.width(item);
  const DropGroups groups = groups_of(item, graph);
  graph.append(
      item,
      {.output = graph.shape(), .channels_last = graph.channels_last(), .steps = graph.steps()},
      make_layers<Dropout>(probability_of(item), groups, graph.next_purpose()));
}

}  // namespace

extern const LayerType dropout_type;
const LayerType dropout_type{.name = "dropout",
                             .usage = "dropout:P[:by=channels|steps|samples]",
                             .help =
                                 "in training, each element, channel of images, step of sequences "
                                 "or sample is 0 with probability P; residual(ITEMS,"
                                 "dropout:P:by=samples) is stochastic depth",
                             .check = check_dropout,
                             .build = build_dropout};

}  // namespace infomax::nn
