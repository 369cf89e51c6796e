// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "infomax/core/field_text.hpp"
#include "infomax/core/random.hpp"
#include "infomax/math/elementwise.hpp"
#include "infomax/math/gates.hpp"
#include "infomax/nn/layer_table.hpp"
#include "nn/graph_builder.hpp"
#include "nn/packed_steps.hpp"

// B sequences of F features and at most T steps; H units; K blocks of H columns in the weights; N
// rows of packed steps.
namespace infomax::nn {
namespace {

using math::Transpose;

/// What the kinds of cells differ in: the columns of their sums, and their elementwise part. `sums`
/// and its derivative hold `kept` blocks of H columns, of which the first K come from the input.
struct PlainCell {
  static constexpr std::size_t blocks = 1;
  static constexpr std::size_t kept = 1;
  static constexpr std::size_t cell_blocks = 0;
  static constexpr bool separate_hidden_sums = false;
};

struct LstmCell {
  static constexpr std::size_t blocks = 4;
  static constexpr std::size_t kept = 4;
  static constexpr std::size_t cell_blocks = 2;  // c and tanh(c)
  static constexpr bool separate_hidden_sums = false;
};

struct GruCell {
  static constexpr std::size_t blocks = 3;
  static constexpr std::size_t kept = 4;  // the hidden state's part of the new gate is kept, too
  static constexpr std::size_t cell_blocks = 0;
  static constexpr bool separate_hidden_sums = true;
};

/// How a recurrent layer runs through sequences.
struct RecurrentShape {
  Steps steps;
  std::size_t inputs = 0;    // F
  std::size_t units = 0;     // H
  bool backwards = false;    // from the last step to the first
  std::size_t truncate = 0;  // derivatives go back over no multiple of so many steps; 0: over all
};

/// h_t = cell(x_t W + b + h_{t-1} U + c), and y_t = h_t. Parameters: W [F, K H], U [H, K H], b and
/// c [K H]. All inputs are multiplied at once, and then the hidden states step by step, for all
/// sequences that have the step.
template <class T, class Cell>
class Recurrent final : public Layer<T> {
 public:
  explicit Recurrent(const RecurrentShape& shape) : shape_(shape) {}

  [[nodiscard]] BackwardNeeds backward_needs() const override { return {.input = true}; }

  [[nodiscard]] std::size_t saved_columns() const override {
    return shape_.steps.most() * (Cell::kept + 1 + Cell::cell_blocks) * units();
  }

  [[nodiscard]] WorkspaceSize workspace(std::size_t rows) const override {
    const std::size_t packed = shape_.inputs + (Cell::kept + 2) * units();
    return {.elements = rows * (shape_.steps.most() * packed + (Cell::blocks + 2) * units())};
  }

  void initialize(std::uint64_t seed, std::uint64_t network, std::uint64_t layer,
                  std::span<T> parameters) const override {
    const CounterRandom random(seed, RandomStream::initialization, network, layer);
    const double limit = 1.0 / std::sqrt(static_cast<double>(units()));
    const auto weights = parameters.first(parameters.size() - 2 * width());
    for (std::size_t i = 0; i < weights.size(); ++i) {
      weights[i] = static_cast<T>(limit * (2.0 * random.uniform(i) - 1.0));
    }
    const auto biases = parameters.subspan(weights.size());
    std::ranges::fill(biases, T{0});
    if constexpr (std::is_same_v<Cell, LstmCell>) {
      // A cell that remembers at first learns long sequences (Gers et al. 2000).
      std::ranges::fill(biases.subspan(units(), units()), T{1});
    }
  }

  void forward(const Call<T>& call, MatrixView<T> y) const override {
    PackedSteps& steps = packing(call, y.rows());
    const Saved saved = divide(call, y.rows());
    const MatrixView<T> x = packed_inputs(call, steps);
    const auto sums = rows_of(saved.sums, steps.total());
    math::gemm(Transpose::no, Transpose::no, T{1}, MatrixView<const T>(x), input_weight(call), T{0},
               left_columns(sums, width()));
    math::add_bias_and_activate(math::Activation::identity, input_bias(call),
                                left_columns(sums, width()));
    for (std::size_t t = 0; t < steps.steps(); ++t) {
      run_step(call, steps, t, saved);
    }
    steps.scatter(MatrixView<const T>(rows_of(saved.hidden, steps.total())), y);
  }

  void backward(const Call<T>& call, MatrixView<const T> /*y*/, MatrixView<T> dy,
                std::span<const MatrixView<T>> dx, std::span<T> gradient) const override {
    PackedSteps& steps = packing(call, dy.rows());
    const Saved saved = divide(call, dy.rows());
    const MatrixView<T> x = packed_inputs(call, steps);
    const Scratch scratch = scratch_of(call, dy.rows(), steps);
    steps.gather(MatrixView<const T>(dy), scratch.dh);
    run_back(call, steps, saved, scratch);
    add_weight_gradients(steps, x, saved, scratch, gradient);
    if (!dx[0].empty()) {
      // The packed inputs are no longer needed.
      math::gemm(Transpose::no, Transpose::yes, T{1}, by_input(scratch.dsums), input_weight(call),
                 T{0}, x);
      steps.scatter(MatrixView<const T>(x), dx[0]);
    }
  }

 private:
  /// What forward leaves for backward, by packed steps.
  struct Saved {
    MatrixView<T> sums;    // [N, kept H], what becomes of the sums
    MatrixView<T> hidden;  // [N, H]
    MatrixView<T> cells;   // [N, 2 H] of lstm
  };

  /// The workspace of backward behind the packed inputs.
  struct Scratch {
    MatrixView<T> dsums;    // [N, kept H]
    MatrixView<T> dh;       // [N, H]
    MatrixView<T> before;   // [N, H], the state before each step but the first
    MatrixView<T> carried;  // [B, H], what a step says of the state before it
    MatrixView<T> dc;       // [B, H]
  };

  [[nodiscard]] std::size_t units() const { return shape_.units; }
  [[nodiscard]] std::size_t width() const { return Cell::blocks * units(); }

  /// Of the thread, so that no call allocates once it has been as large.
  [[nodiscard]] PackedSteps& packing(const Call<T>& call, std::size_t rows) const {
    static thread_local PackedSteps steps;
    steps.pack(shape_.steps, call.pass, rows, shape_.backwards);
    return steps;
  }

  [[nodiscard]] static MatrixView<T> rows_of(MatrixView<T> all, std::size_t count) {
    return all.row_range(0, count);
  }
  template <class U>
  [[nodiscard]] static MatrixView<U> left_columns(MatrixView<U> all, std::size_t count) {
    return {all.data(), all.rows(), count, all.stride()};
  }
  template <class U>
  [[nodiscard]] static MatrixView<U> right_columns(MatrixView<U> all, std::size_t count) {
    return {all.data() + all.columns() - count, all.rows(), count, all.stride()};
  }
  /// The derivatives of the sums, as far as they are those of the input's part.
  [[nodiscard]] MatrixView<const T> by_input(MatrixView<T> dsums) const {
    return left_columns(MatrixView<const T>(dsums), width());
  }

  [[nodiscard]] MatrixView<const T> input_weight(const Call<T>& call) const {
    return {call.parameters.data(), shape_.inputs, width()};
  }
  [[nodiscard]] MatrixView<const T> hidden_weight(const Call<T>& call) const {
    return {call.parameters.data() + shape_.inputs * width(), units(), width()};
  }
  [[nodiscard]] std::size_t first_bias() const { return (shape_.inputs + units()) * width(); }
  [[nodiscard]] std::span<const T> input_bias(const Call<T>& call) const {
    return call.parameters.subspan(first_bias(), width());
  }
  [[nodiscard]] std::span<const T> hidden_bias(const Call<T>& call) const {
    return call.parameters.subspan(first_bias() + width(), width());
  }

  [[nodiscard]] Saved divide(const Call<T>& call, std::size_t rows) const {
    const std::size_t n = rows * shape_.steps.most();
    T* const sums = call.saved.data();
    T* const hidden = sums + n * Cell::kept * units();
    T* const cells = hidden + n * units();
    return {.sums = {sums, n, Cell::kept * units()},
            .hidden = {hidden, n, units()},
            .cells = {cells, n, Cell::cell_blocks * units()}};
  }

  [[nodiscard]] MatrixView<T> packed_inputs(const Call<T>& call, const PackedSteps& steps) const {
    const MatrixView<T> x(call.workspace.elements.data(), steps.total(), shape_.inputs);
    steps.gather(call.x[0], x);
    return x;
  }

  [[nodiscard]] Scratch scratch_of(const Call<T>& call, std::size_t rows,
                                   const PackedSteps& steps) const {
    const std::size_t n = rows * shape_.steps.most();
    T* const dsums = call.workspace.elements.data() + n * shape_.inputs;
    T* const dh = dsums + n * Cell::kept * units();
    T* const before = dh + n * units();
    T* const carried = before + n * units();
    return {.dsums = {dsums, steps.total(), Cell::kept * units()},
            .dh = {dh, steps.total(), units()},
            .before = {before, steps.total(), units()},
            .carried = {carried, rows, units()},
            .dc = {carried + rows * units(), rows, units()}};
  }

  /// Row k of a step's predecessor, which the same sequence has; nothing at the first step.
  [[nodiscard]] static std::span<const T> previous(const PackedSteps& steps, std::size_t t,
                                                   std::size_t k, MatrixView<T> states,
                                                   std::size_t columns) {
    return t == 0 ? std::span<const T>()
                  : std::span<const T>(states.row(steps.first(t - 1) + k).first(columns));
  }

  void run_step(const Call<T>& call, const PackedSteps& steps, std::size_t t,
                const Saved& saved) const {
    const std::size_t count = steps.count(t);
    const auto sums = saved.sums.row_range(steps.first(t), count);
    const MatrixView<T> hidden_sums =
        Cell::separate_hidden_sums
            ? MatrixView<T>(call.workspace.elements.data() + steps.total() * shape_.inputs, count,
                            width())
            : left_columns(sums, width());
    if (Cell::separate_hidden_sums && t == 0) {
      std::fill_n(hidden_sums.data(), hidden_sums.size(), T{0});
    }
    if (t > 0) {
      math::gemm(Transpose::no, Transpose::no, T{1},
                 MatrixView<const T>(saved.hidden.row_range(steps.first(t - 1), count)),
                 hidden_weight(call), Cell::separate_hidden_sums ? T{0} : T{1}, hidden_sums);
    }
    math::add_bias_and_activate(math::Activation::identity, hidden_bias(call), hidden_sums);
    for (std::size_t k = 0; k < count; ++k) {
      const std::size_t row = steps.first(t) + k;
      const auto h = saved.hidden.row(row);
      if constexpr (std::is_same_v<Cell, LstmCell>) {
        const auto cell = saved.cells.row(row);
        math::lstm_step<T>(sums.row(k), previous(steps, t, k, saved.cells, units()),
                           cell.first(units()), cell.subspan(units()), h);
      } else if constexpr (std::is_same_v<Cell, GruCell>) {
        math::gru_step<T>(sums.row(k), hidden_sums.row(k),
                          previous(steps, t, k, saved.hidden, units()), h);
      } else {
        std::ranges::copy(sums.row(k), h.begin());
      }
    }
    if constexpr (std::is_same_v<Cell, PlainCell>) {
      math::add_bias_and_activate(math::Activation::tanh, std::span<const T>{},
                                  saved.hidden.row_range(steps.first(t), count));
    }
  }

  void run_back(const Call<T>& call, const PackedSteps& steps, const Saved& saved,
                const Scratch& scratch) const {
    std::size_t carried = 0;  // rows of what the step after says
    for (std::size_t t = steps.steps(); t-- > 0;) {
      const std::size_t count = steps.count(t);
      const std::size_t first = steps.first(t);
      std::fill_n(scratch.dc.row_range(carried, count - carried).data(),
                  (count - carried) * units(), T{0});
      for (std::size_t k = 0; k < carried; ++k) {
        math::axpy(T{1}, std::span<const T>(scratch.carried.row(k)), scratch.dh.row(first + k));
      }
      differentiate_step(steps, t, saved, scratch);
      carried = t > 0 && (shape_.truncate == 0 || t % shape_.truncate != 0) ? count : 0;
      if (carried > 0) {
        propagate(call, scratch, first, count);
      }
    }
  }

  void differentiate_step(const PackedSteps& steps, std::size_t t, const Saved& saved,
                          const Scratch& scratch) const {
    const std::size_t first = steps.first(t);
    for (std::size_t k = 0; k < steps.count(t); ++k) {
      const auto dh = scratch.dh.row(first + k);
      const auto dsums = scratch.dsums.row(first + k);
      const std::span<const T> sums = saved.sums.row(first + k);
      if constexpr (std::is_same_v<Cell, LstmCell>) {
        math::lstm_step_gradient<T>(sums, previous(steps, t, k, saved.cells, units()),
                                    saved.cells.row(first + k).subspan(units()), dh,
                                    scratch.dc.row(k), dsums);
      } else if constexpr (std::is_same_v<Cell, GruCell>) {
        math::gru_step_gradient<T>(sums, previous(steps, t, k, saved.hidden, units()), dh, dsums);
      } else {
        std::ranges::copy(dh, dsums.begin());
      }
    }
    if constexpr (std::is_same_v<Cell, PlainCell>) {
      const std::size_t count = steps.count(t);
      math::multiply_by_derivative(math::Activation::tanh,
                                   MatrixView<const T>(saved.hidden.row_range(first, count)),
                                   scratch.dsums.row_range(first, count));
    }
  }

  /// What a step says of the states before it.
  void propagate(const Call<T>& call, const Scratch& scratch, std::size_t first,
                 std::size_t count) const {
    const MatrixView<const T> dsums = scratch.dsums.row_range(first, count);
    const auto carried = scratch.carried.row_range(0, count);
    const auto weight = hidden_weight(call);
    if constexpr (std::is_same_v<Cell, GruCell>) {
      std::copy_n(scratch.dh.row(first).data(), carried.size(), carried.data());
      math::gemm(Transpose::no, Transpose::yes, T{1}, left_columns(dsums, 2 * units()),
                 left_columns(weight, 2 * units()), T{1}, carried);
      math::gemm(Transpose::no, Transpose::yes, T{1}, right_columns(dsums, units()),
                 right_columns(weight, units()), T{1}, carried);
    } else {
      math::gemm(Transpose::no, Transpose::yes, T{1}, dsums, weight, T{0}, carried);
    }
  }

  void add_weight_gradients(const PackedSteps& steps, MatrixView<T> x, const Saved& saved,
                            const Scratch& scratch, std::span<T> gradient) const {
    const MatrixView<T> by_inputs(gradient.data(), shape_.inputs, width());
    math::gemm(Transpose::yes, Transpose::no, T{1}, MatrixView<const T>(x), by_input(scratch.dsums),
               T{1}, by_inputs);
    const auto input_biases = gradient.subspan(first_bias(), width());
    const auto hidden_biases = gradient.subspan(first_bias() + width(), width());
    add_columns(by_input(scratch.dsums), input_biases);
    if constexpr (std::is_same_v<Cell, GruCell>) {
      add_columns(left_columns(MatrixView<const T>(scratch.dsums), 2 * units()),
                  hidden_biases.first(2 * units()));
      add_columns(right_columns(MatrixView<const T>(scratch.dsums), units()),
                  hidden_biases.subspan(2 * units()));
    } else {
      add_columns(by_input(scratch.dsums), hidden_biases);
    }
    if (steps.steps() < 2) {
      return;
    }
    const std::size_t skipped = steps.count(0);
    const std::size_t count = steps.total() - skipped;
    const MatrixView<const T> before = states_before(steps, saved, scratch);
    const MatrixView<const T> dsums = scratch.dsums.row_range(skipped, count);
    const MatrixView<T> by_hidden(gradient.data() + shape_.inputs * width(), units(), width());
    if constexpr (std::is_same_v<Cell, GruCell>) {
      math::gemm(Transpose::yes, Transpose::no, T{1}, before, left_columns(dsums, 2 * units()),
                 T{1}, left_columns(by_hidden, 2 * units()));
      math::gemm(Transpose::yes, Transpose::no, T{1}, before, right_columns(dsums, units()), T{1},
                 right_columns(by_hidden, units()));
    } else {
      math::gemm(Transpose::yes, Transpose::no, T{1}, before, dsums, T{1}, by_hidden);
    }
  }

  /// The states before all steps but the first, row by row with these.
  [[nodiscard]] MatrixView<const T> states_before(const PackedSteps& steps, const Saved& saved,
                                                  const Scratch& scratch) const {
    const std::size_t skipped = steps.count(0);
    const std::size_t count = steps.total() - skipped;
    if (steps.even()) {
      return saved.hidden.row_range(0, count);
    }
    for (std::size_t t = 1; t < steps.steps(); ++t) {
      std::copy_n(saved.hidden.row(steps.first(t - 1)).data(), steps.count(t) * units(),
                  scratch.before.row(steps.first(t) - skipped).data());
    }
    return scratch.before.row_range(0, count);
  }

  static void add_columns(MatrixView<const T> rows, std::span<T> sums) {
    for (std::size_t i = 0; i < rows.rows(); ++i) {
      math::axpy(T{1}, rows.row(i), sums);
    }
  }

  RecurrentShape shape_;
};

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

/// 0 where derivatives go back over all steps.
std::size_t truncation_of(const ItemReader& item) {
  const auto text = item.value_of("truncate");
  if (!text) {
    return 0;
  }
  const auto steps = FieldText<std::size_t>::parse(*text);
  if (!steps || *steps == 0) {
    item.refuse(fmt::format("truncate=K with K from 1, as in {}:64:truncate=20", item.name()));
  }
  return *steps;
}

void check_recurrent(const ItemReader& item) {
  (void)state_of(item);
  (void)truncation_of(item);
  item.expect(1, {"truncate"});
}

void append_recurrent(const ItemReader& item, GraphBuilder& graph, bool backwards) {
  RecurrentShape shape{.steps = graph.take_steps(item).with_reversed(0),
                       .inputs = graph.shape().extents().back(),
                       .units = state_of(item),
                       .backwards = backwards,
                       .truncate = truncation_of(item)};
  const std::size_t blocks = item.name() == "lstm" ? 4 : item.name() == "gru" ? 3 : 1;
  const std::size_t width = blocks * shape.units;
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
               blocks == 4   ? make_layers<Lstm>(shape)
               : blocks == 3 ? make_layers<Gru>(shape)
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
                         .check = check_recurrent,
                         .build = build_recurrent};

extern const LayerType gru_type;
const LayerType gru_type{.name = "gru",
                         .usage = "gru:H[:truncate=K]",
                         .help = "of sequences [T,F], H gated recurrent units",
                         .check = check_recurrent,
                         .build = build_recurrent};

extern const LayerType lstm_type;
const LayerType lstm_type{
    .name = "lstm",
    .usage = "lstm:H[:truncate=K]",
    .help =
        "of sequences [T,F], H units of long short-term memory; derivatives go back over no "
        "multiple of K steps, or over all",
    .check = check_recurrent,
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
