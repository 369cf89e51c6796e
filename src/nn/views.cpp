// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "infomax/nn/layer_table.hpp"
#include "nn/graph_builder.hpp"

// Networks side by side, each of columns of its own. D: columns of all, d: of one view.
namespace infomax::nn {
namespace {

/// y [B, d] = columns [first, first + d) of x [B, D].
template <class T>
class Slice final : public Layer<T> {
 public:
  explicit Slice(std::size_t first) : first_(first) {}

  [[nodiscard]] BackwardNeeds backward_needs() const override { return {}; }

  void forward(const Call<T>& call, MatrixView<T> y) const override {
    for (std::size_t i = 0; i < y.rows(); ++i) {
      const auto row = call.x[0].row(i).subspan(first_, y.columns());
      std::ranges::copy(row, y.row(i).begin());
    }
  }

  void backward(const Call<T>& /*call*/, MatrixView<const T> /*y*/, MatrixView<T> dy,
                std::span<const MatrixView<T>> dx, std::span<T> /*gradient*/) const override {
    std::fill_n(dx[0].data(), dx[0].size(), T{0});
    for (std::size_t i = 0; i < dx[0].rows(); ++i) {
      std::ranges::copy(dy.row(i), dx[0].row(i).subspan(first_).begin());
    }
  }

 private:
  std::size_t first_;
};

/// y = the inputs side by side, in their order.
template <class T>
class Join final : public Layer<T> {
 public:
  /// `widths` are the columns of each input.
  explicit Join(std::vector<std::size_t> widths) : widths_(std::move(widths)) {}

  [[nodiscard]] BackwardNeeds backward_needs() const override { return {}; }

  void forward(const Call<T>& call, MatrixView<T> y) const override {
    std::size_t first = 0;
    for (std::size_t m = 0; m < widths_.size(); ++m) {
      for (std::size_t i = 0; i < y.rows(); ++i) {
        std::ranges::copy(call.x[m].row(i), y.row(i).subspan(first).begin());
      }
      first += widths_[m];
    }
  }

  void backward(const Call<T>& /*call*/, MatrixView<const T> /*y*/, MatrixView<T> dy,
                std::span<const MatrixView<T>> dx, std::span<T> /*gradient*/) const override {
    std::size_t first = 0;
    for (std::size_t m = 0; m < widths_.size(); ++m) {
      for (std::size_t i = 0; i < dx[m].rows(); ++i) {
        std::ranges::copy(dy.row(i).subspan(first, widths_[m]), dx[m].row(i).begin());
      }
      first += widths_[m];
    }
  }

 private:
  std::vector<std::size_t> widths_;
};

constexpr const char* view_name = "view";

/// The shape that the columns of a view have: view:D features, view:C:H:W images.
Shape shape_of_view(const ItemReader& view) {
  constexpr std::size_t most = std::size_t{1} << 30U;
  std::vector<std::size_t> extents;
  std::size_t columns = 1;
  for (std::size_t k = 0; k < std::max<std::size_t>(1, view.item().arguments.size()); ++k) {
    extents.push_back(view.whole_number(k, most, "columns of the view", "view:100(dense:8)"));
    columns *= extents.back();
    if (columns > most) {
      view.refuse("a view of at most 1073741824 columns");
    }
  }
  return Shape(std::move(extents));
}

void check_view(const ItemReader& item) {
  (void)shape_of_view(item);
  item.expect(item.item().arguments.size(), {}, true);
}

void build_view(const ItemReader& item, GraphBuilder& /*graph*/) {
  item.refuse_place("stands in views(...) alone");
}

void check_views(const ItemReader& item) {
  item.expect(0, {}, true);
  for (const SpecItem& view : item.items()) {
    if (view.name != view_name) {
      ItemReader(item.spec(), view).refuse("view:D(ITEMS), one for each view");
    }
  }
}

/// All views' columns are cut out before anything is made of them, so that the parameters of each
/// view, and what follows the layer that has them, lie together.
void build_views(const ItemReader& item, GraphBuilder& graph) {
  if (graph.steps()) {
    item.refuse_place(fmt::format("is given a sequence {}, and cuts columns of features",
                                  to_string(graph.shape())));
  }
  graph.put_in_order();
  const std::size_t columns = graph.width(item);
  const std::size_t start = graph.branch();
  std::vector<std::size_t> slices;
  slices.reserve(item.items().size());
  std::size_t first = 0;
  for (const SpecItem& view : item.items()) {
    const ItemReader reader(item.spec(), view);
    const Shape shape = shape_of_view(reader);
    if (shape.size() > columns - first) {
      break;
    }
    graph.append(reader, {.output = shape, .inputs = {start}}, make_layers<Slice>(first));
    slices.push_back(graph.branch());
    first += shape.size();
  }
  if (slices.size() < item.items().size() || first != columns) {
    item.refuse_place(
        fmt::format("has views of other columns than the {} that it is given", columns));
  }
  std::vector<std::size_t> made;
  std::vector<std::size_t> widths;
  made.reserve(slices.size());
  widths.reserve(slices.size());
  for (std::size_t m = 0; m < slices.size(); ++m) {
    const SpecItem& view = item.items()[m];
    graph.go_back_to(slices[m]);
    graph.append_items(item.spec(), view.items);
    graph.put_in_order();
    const ItemReader reader(item.spec(), view);
    if (graph.steps()) {
      reader.refuse_place(fmt::format(
          "ends in a sequence {}; go on with last, mean or max over its steps, or with each",
          to_string(graph.shape())));
    }
    widths.push_back(graph.width(reader));
    made.push_back(graph.branch());
  }
  std::size_t outputs = 0;
  for (const std::size_t width : widths) {
    outputs += width;
  }
  graph.append(item, {.output = outputs, .inputs = made}, make_layers<Join>(widths));
}

}  // namespace

extern const LayerType views_type;
const LayerType views_type{
    .name = "views",
    .usage = "views(view:D(ITEMS),...)",
    .help = "a network for each of consecutive columns, side by side; `pair` multi makes it",
    .check = check_views,
    .build = build_views};

extern const LayerType view_type;
const LayerType view_type{.name = view_name,
                          .usage = "view:D(ITEMS)",
                          .help = "in views: the items for the next D columns",
                          .check = check_view,
                          .build = build_view};

}  // namespace infomax::nn
