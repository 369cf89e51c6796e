// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "infomax/core/field_text.hpp"
#include "infomax/nn/layer_table.hpp"
#include "nn/graph_builder.hpp"
#include "nn/recurrent_layer.hpp"

// B sequences of F features and at most T steps; H units.
namespace infomax::nn {
namespace {

template <class T>
using PlainRecurrent = Recurrent<T, PlainCell>;
template <class T>
using Lstm = Recurrent<T, LstmCell>;
template <class T>
using Gru = Recurrent<T, GruCell>;

constexpr std::size_t largest_state = std::size_t{1} << 16U;

std::size_t state_of(const ItemReader& item) {
  return item.whole_number(0, largest_state, "the number of units",
                           fmt::format("{}:64", item.name()));
}

/// A number of steps, `least` or more, that the item gives by a key; 0 where it does not.
std::size_t steps_of(const ItemReader& item, std::string_view key, std::size_t least) {
  const auto text = item.value_of(key);
  if (!text) {
    return 0;
  }
  const auto steps = FieldText<std::size_t>::parse(*text);
  if (!steps || *steps < least) {
    item.refuse(fmt::format("{0}=K with K from {1}, as in {2}:64:{0}=20", key, least, item.name()));
  }
  return *steps;
}

/// 0 where derivatives go back over all steps.
std::size_t truncation_of(const ItemReader& item) { return steps_of(item, "truncate", 1); }

/// 0 where gates start as they do without it.
std::size_t memory_of(const ItemReader& item) { return steps_of(item, "memory", 3); }

void check_plain(const ItemReader& item) {
  (void)state_of(item);
  (void)truncation_of(item);
  item.expect(1, {"truncate"});
}

void check_gated(const ItemReader& item) {
  (void)state_of(item);
  (void)truncation_of(item);
  (void)memory_of(item);
  item.expect(1, {"truncate", "memory"});
}

void append_recurrent(const ItemReader& item, GraphBuilder& graph, bool backwards) {
  RecurrentShape shape{.steps = graph.take_steps(item).with_reversed(0),
                       .inputs = graph.shape().extents().back(),
                       .units = state_of(item),
                       .backwards = backwards,
                       .truncate = truncation_of(item),
                       .memory = memory_of(item)};
  const std::size_t width = shape.units * (item.name() == "lstm"  ? LstmCell<float>::blocks
                                           : item.name() == "gru" ? GruCell<float>::blocks
                                                                  : PlainCell<float>::blocks);
  const std::size_t steps = shape.steps.most();
  NodeDescription description{
      .output = Shape({steps, shape.units}),
      .steps = backwards ? shape.steps.with_reversed(shape.units) : shape.steps,
      .blocks = {{"weight_input", Role::weight, {shape.inputs, width}},
                 {"weight_hidden", Role::weight, {shape.units, width}},
                 {"bias_input", Role::bias, {width}},
                 {"bias_hidden", Role::bias, {width}}},
      .product = {.rows = steps, .inputs = shape.inputs + shape.units, .outputs = width}};
  graph.append(item, std::move(description),
               item.name() == "lstm"  ? make_layers<Lstm>(shape)
               : item.name() == "gru" ? make_layers<Gru>(shape)
                                      : make_layers<PlainRecurrent>(shape));
}

void build_recurrent(const ItemReader& item, GraphBuilder& graph) {
  append_recurrent(item, graph, false);
}

/// y = the features of both inputs, step by step.
template <class T>
class JoinFeatures final : public Layer<T> {
 public:
  JoinFeatures(std::size_t steps, std::size_t left, std::size_t right)
      : steps_(steps), left_(left), right_(right) {}

  [[nodiscard]] BackwardNeeds backward_needs() const override { return {}; }

  void forward(const Call<T>& call, MatrixView<T> y) const override {
    for_each_step(y.rows(), [&](std::size_t from_left, std::size_t from_right, std::size_t to) {
      std::copy_n(call.x[0].data() + from_left, left_, y.data() + to);
      std::copy_n(call.x[1].data() + from_right, right_, y.data() + to + left_);
    });
  }

  void backward(const Call<T>& /*call*/, MatrixView<const T> /*y*/, MatrixView<T> dy,
                std::span<const MatrixView<T>> dx, std::span<T> /*gradient*/) const override {
    for_each_step(dy.rows(), [&](std::size_t to_left, std::size_t to_right, std::size_t from) {
      std::copy_n(dy.data() + from, left_, dx[0].data() + to_left);
      std::copy_n(dy.data() + from + left_, right_, dx[1].data() + to_right);
    });
  }

 private:
  template <class Each>
  void for_each_step(std::size_t rows, const Each& each) const {
    for (std::size_t step = 0; step < rows * steps_; ++step) {
      each(step * left_, step * right_, step * (left_ + right_));
    }
  }

  std::size_t steps_;
  std::size_t left_;
  std::size_t right_;
};

bool is_recurrent(std::string_view name) {
  return name == "rnn" || name == "gru" || name == "lstm";
}

void check_bidirectional(const ItemReader& item) {
  item.expect(0, {}, true);
  if (item.items().size() != 1 || !is_recurrent(item.items().front().name)) {
    item.refuse("one of rnn:H, gru:H and lstm:H in parentheses, as in bidirectional(gru:64)");
  }
}

void build_bidirectional(const ItemReader& item, GraphBuilder& graph) {
  const ItemReader inner(item.spec(), item.items().front());
  const std::size_t start = graph.branch();
  append_recurrent(inner, graph, false);
  const std::size_t forwards = graph.branch();
  graph.go_back_to(start);
  append_recurrent(inner, graph, true);
  const std::size_t backwards = graph.branch();
  const std::size_t units = state_of(inner);
  const Steps steps = *graph.steps();
  graph.append(item,
               {.output = Shape({steps.most(), 2 * units}),
                .steps = steps.with_reversed(units),
                .inputs = {forwards, backwards}},
               make_layers<JoinFeatures>(steps.most(), units, units));
}

}  // namespace

extern const LayerType rnn_type;
const LayerType rnn_type{.name = "rnn",
                         .usage = "rnn:H[:truncate=K]",
                         .help = "of sequences [T,F], H units h_t = tanh(x_t W + h_{t-1} U + b)",
                         .check = check_plain,
                         .build = build_recurrent};

extern const LayerType gru_type;
const LayerType gru_type{.name = "gru",
                         .usage = "gru:H[:truncate=K][:memory=T]",
                         .help = "of sequences [T,F], H gated recurrent units",
                         .check = check_gated,
                         .build = build_recurrent};

extern const LayerType lstm_type;
const LayerType lstm_type{
    .name = "lstm",
    .usage = "lstm:H[:truncate=K][:memory=T]",
    .help =
        "of sequences [T,F], H units of long short-term memory; derivatives go back over no "
        "multiple of K steps, or over all; gates of a gru or lstm start so that units forget after "
        "2 to T steps, for what must be remembered so long",
    .check = check_gated,
    .build = build_recurrent};

extern const LayerType bidirectional_type;
const LayerType bidirectional_type{
    .name = "bidirectional",
    .usage = "bidirectional(ITEM)",
    .help =
        "an rnn, gru or lstm and another that runs from the last step to the first, side by side",
    .check = check_bidirectional,
    .build = build_bidirectional};

}  // namespace infomax::nn
