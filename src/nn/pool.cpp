// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "infomax/nn/layer_table.hpp"
#include "nn/patches.hpp"

// B images of C channels.
namespace infomax::nn {
namespace {

constexpr std::size_t largest_window = 1024;

/// Calls each(x, y) with the rows of C channels of a place and of the position that covers it, by
/// their offsets in a batch.
template <class Each>
void for_each_pair(const Window& window, std::size_t images, const Each& each) {
  for_each_position(window, 0, images * window.positions(),
                    [&](std::size_t row, std::size_t image, std::size_t oy, std::size_t ox) {
                      const std::size_t before = image * window.places();
                      window.for_each_run(
                          oy, ox, [&](std::size_t place, std::size_t /*k*/, std::size_t length) {
                            for (std::size_t i = 0; i < length; ++i) {
                              each((before + place + i) * window.channels, row * window.channels);
                            }
                          });
                    });
}

/// y = the largest of the places that a window covers, by channel. The gradient goes to the first
/// place that has it.
template <class T>
class MaxPool final : public Layer<T> {
 public:
  explicit MaxPool(const Window& window) : window_(window) {}

  [[nodiscard]] BackwardNeeds backward_needs() const override {
    return {.input = true, .output = true};
  }
  [[nodiscard]] WorkspaceSize workspace(std::size_t /*rows*/) const override {
    return {.elements = window_.channels};
  }

  void forward(const Call<T>& call, MatrixView<T> y) const override {
    std::fill_n(y.data(), y.size(), -std::numeric_limits<T>::infinity());
    const T* const x = call.x[0].data();
    for_each_pair(window_, y.rows(), [&](std::size_t from, std::size_t to) {
      for (std::size_t c = 0; c < window_.channels; ++c) {
        // Written so that NaN comes through, whichever place has it.
        const T own = x[from + c];
        T& most = y.data()[to + c];
        most = own > most || std::isnan(own) ? own : most;
      }
    });
  }

  void backward(const Call<T>& call, MatrixView<const T> y, MatrixView<T> dy,
                std::span<const MatrixView<T>> dx, std::span<T> /*gradient*/) const override {
    std::fill_n(dx[0].data(), dx[0].size(), T{0});
    const T* const x = call.x[0].data();
    T* const into = dx[0].data();
    const auto open =
        call.workspace.elements.first(window_.channels);  // 1 until the place is found
    std::size_t position = dy.size();
    for_each_pair(window_, y.rows(), [&](std::size_t from, std::size_t to) {
      if (to != position) {
        std::ranges::fill(open, T{1});
        position = to;
      }
      for (std::size_t c = 0; c < window_.channels; ++c) {
        const T found = x[from + c] == y.data()[to + c] ? open[c] : T{0};
        into[from + c] += found * dy.data()[to + c];
        open[c] -= found;
      }
    });
  }

 private:
  Window window_;
};

/// y = the mean of the places that a window covers, by channel.
template <class T>
class AveragePool final : public Layer<T> {
 public:
  explicit AveragePool(const Window& window)
      : window_(window), share_(T{1} / static_cast<T>(window.covered())) {}

  [[nodiscard]] BackwardNeeds backward_needs() const override { return {}; }

  void forward(const Call<T>& call, MatrixView<T> y) const override {
    std::fill_n(y.data(), y.size(), T{0});
    const T* const x = call.x[0].data();
    for_each_pair(window_, y.rows(), [&](std::size_t from, std::size_t to) {
      for (std::size_t c = 0; c < window_.channels; ++c) {
        y.data()[to + c] += share_ * x[from + c];
      }
    });
  }

  void backward(const Call<T>& /*call*/, MatrixView<const T> /*y*/, MatrixView<T> dy,
                std::span<const MatrixView<T>> dx, std::span<T> /*gradient*/) const override {
    std::fill_n(dx[0].data(), dx[0].size(), T{0});
    T* const into = dx[0].data();
    for_each_pair(window_, dy.rows(), [&](std::size_t from, std::size_t to) {
      for (std::size_t c = 0; c < window_.channels; ++c) {
        into[from + c] += share_ * dy.data()[to + c];
      }
    });
  }

 private:
  Window window_;
  T share_;
};

std::size_t size_of(const ItemReader& item) {
  return item.whole_number(0, largest_window, "the width of the window",
                           fmt::format("{}:2", item.name()));
}

/// The second argument where it is given: K, as the windows then touch.
std::size_t stride_of(const ItemReader& item) {
  const auto numbers = std::ranges::count(item.item().arguments, "", &SpecArgument::key);
  return numbers < 2 ? size_of(item)
                     : item.whole_number(1, largest_window, "the stride",
                                         fmt::format("{}:3:2", item.name()));
}

void check_pool(const ItemReader& item) {
  (void)size_of(item);
  (void)stride_of(item);
  check_window(item);
  item.expect(2, {"pad"});
}

template <template <class> class Pool>
void build_pool(const ItemReader& item, GraphBuilder& graph) {
  graph.put_channels_last(item);
  const Shape input = graph.shape();
  const Window window = window_of(item, input, size_of(item), stride_of(item), 0);
  if (2 * window.x.pad > window.x.size) {
    item.refuse_place("has more padding than half its width, so that a window may cover nothing");
  }
  graph.append(
      item, {.output = shape_of_positions(window, input, window.channels), .channels_last = true},
      make_layers<Pool>(window));
}

/// One window covers all places.
void build_global_pool(const ItemReader& item, GraphBuilder& graph) {
  graph.put_channels_last(item);
  const auto& extents = graph.shape().extents();
  const auto whole = [](std::size_t extent) {
    return WindowAxis{.extent = extent, .size = extent, .stride = 1, .pad = 0, .count = 1};
  };
  const Window window{.y = whole(extents.size() == 3 ? extents[1] : 1),
                      .x = whole(extents.back()),
                      .channels = extents.front()};
  graph.append(item, {.output = window.channels}, make_layers<AveragePool>(window));
}

}  // namespace

extern const LayerType maxpool_type;
const LayerType maxpool_type{.name = "maxpool",
                             .usage = "maxpool:K[:S][:pad=P]",
                             .help = "the largest of K x K places, by channel; S: K",
                             .check = check_pool,
                             .build = build_pool<MaxPool>};

extern const LayerType avgpool_type;
const LayerType avgpool_type{.name = "avgpool",
                             .usage = "avgpool:K[:S][:pad=P]",
                             .help = "the mean of K x K places, by channel; padding counts as 0",
                             .check = check_pool,
                             .build = build_pool<AveragePool>};

extern const LayerType globalpool_type;
const LayerType globalpool_type{.name = "globalpool",
                                .usage = "globalpool",
                                .help = "the mean over all places, by channel",
                                .check = expect_nothing,
                                .build = build_global_pool};

}  // namespace infomax::nn
