// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>
#include <type_traits>

#include "infomax/core/random.hpp"
#include "nn/layer.hpp"
#include "nn/packed_steps.hpp"
#include "nn/recurrent_cells.hpp"

// B sequences of F features and at most T steps; H units; K blocks of H columns in the weights; N
// rows of packed steps.
namespace infomax::nn {

/// How a recurrent layer runs through sequences.
struct RecurrentShape {
  Steps steps;
  std::size_t inputs = 0;    // F
  std::size_t units = 0;     // H
  bool backwards = false;    // from the last step to the first
  std::size_t truncate = 0;  // derivatives go back over no multiple of so many steps; 0: over all
  std::size_t memory = 0;    // steps after which the slowest units forget at first; 0: not said
};

/// h_t = cell(x_t W + b + h_{t-1} U + c), and y_t = h_t. Parameters: W [F, K H], U [H, K H], b and
/// c [K H]. All inputs are multiplied at once, and then the hidden states step by step, for all
/// sequences that have the step.
template <class T, template <class> class CellOf>
class Recurrent final : public Layer<T> {
  using Cell = CellOf<T>;

 public:
  explicit Recurrent(const RecurrentShape& shape) : shape_(shape) {}

  [[nodiscard]] BackwardNeeds backward_needs() const override { return {.input = true}; }

  [[nodiscard]] std::size_t saved_columns() const override {
    return shape_.steps.most() * (Cell::kept + 1 + (Cell::cells ? 2 : 0)) * units();
  }

  [[nodiscard]] WorkspaceSize workspace(std::size_t rows) const override {
    const std::size_t packed = shape_.inputs + (Cell::kept + 2) * units();
    const std::size_t by_row = std::max(width(), units());
    return {.elements = rows * (shape_.steps.most() * packed + by_row) + 4 * units()};
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
    if constexpr (std::is_same_v<Cell, LstmCell<T>>) {
      // A cell that remembers at first learns long sequences (Gers et al. 2000).
      std::ranges::fill(biases.subspan(units(), units()), T{1});
    }
    if (shape_.memory > 0) {
      set_memory(random, weights.size(), biases);
    }
  }

  void forward(const Call<T>& call, MatrixView<T> y) const override {
    const PackedSteps& steps = packing(call, y.rows());
    const Saved saved = divide(call, y.rows());
    const MatrixView<T> x = packed_inputs(call, steps);
    math::gemm(Transpose::no, Transpose::no, T{1}, MatrixView<const T>(x), input_weight(call), T{0},
               left_columns(saved.sums.row_range(0, steps.total()), width()));
    T* const sum_of_biases = x.data() + x.size();
    std::ranges::transform(input_bias(call), hidden_bias(call), sum_of_biases, std::plus<>());
    const CellBiases<T> biases{
        .input = input_bias(call), .hidden = hidden_bias(call), .both = {sum_of_biases, width()}};
    T* const hidden_sums = sum_of_biases + width();
    for (std::size_t t = 0; t < steps.steps(); ++t) {
      const CellStep<T> step = saved.step(steps, t);
      const MatrixView<T> to =
          Cell::separate ? MatrixView<T>(hidden_sums, t == 0 ? 0 : step.hidden.rows(), width())
                         : step.sums;
      if (t > 0) {
        math::gemm(Transpose::no, Transpose::no, T{1}, step.hidden_before, hidden_weight(call),
                   Cell::separate ? T{0} : T{1}, to);
      }
      Cell::forward(biases, to, step);
    }
    steps.scatter(MatrixView<const T>(saved.hidden.row_range(0, steps.total())), y);
  }

  void backward(const Call<T>& call, MatrixView<const T> /*y*/, MatrixView<T> dy,
                std::span<const MatrixView<T>> dx, std::span<T> gradient) const override {
    const PackedSteps& steps = packing(call, dy.rows());
    const Saved saved = divide(call, dy.rows());
    const MatrixView<T> x = packed_inputs(call, steps);
    const Scratch scratch = scratch_of(x, dy.rows());
    steps.gather(MatrixView<const T>(dy), scratch.dh);
    run_back(call, steps, saved, scratch);
    add_bias_gradients(scratch.bias_sums, gradient);
    add_weight_gradients(steps, x, saved, scratch, gradient);
    if (!dx[0].empty()) {
      // The packed inputs are no longer needed.
      math::gemm(Transpose::no, Transpose::yes, T{1}, by_input(scratch.dsums), input_weight(call),
                 T{0}, x);
      steps.scatter(MatrixView<const T>(x), dx[0]);
    }
  }

 private:
  using Transpose = math::Transpose;

  /// A unit that keeps the share 1 - 1/tau of its state a step forgets after tau steps. With gates'
  /// biases of ln(tau - 1), tau uniform from 2 to `memory`, there are units of all such times
  /// (Tallec and Ollivier 2018). `first` is the index of the first random number.
  void set_memory(const CounterRandom& random, std::size_t first, std::span<T> biases) const {
    for (std::size_t k = 0; k < units(); ++k) {
      const double longest = static_cast<double>(shape_.memory) - 2.0;
      const double bias = std::log(1.0 + longest * random.uniform(first + k));
      biases[units() + k] = static_cast<T>(bias);  // of the forget gate, or the update gate
      if constexpr (std::is_same_v<Cell, LstmCell<T>>) {
        biases[k] = static_cast<T>(-bias);  // what is kept leaves no room for what comes
      }
    }
  }

  /// What forward leaves for backward, by packed steps.
  struct Saved {
    MatrixView<T> sums;      // [N, kept H], what becomes of the sums
    MatrixView<T> hidden;    // [N, H]
    MatrixView<T> cells;     // [N, H] of lstm
    MatrixView<T> squashed;  // [N, H] of lstm

    [[nodiscard]] CellStep<T> step(const PackedSteps& steps, std::size_t t) const {
      const auto now = [&](MatrixView<T> all) {
        return all.row_range(steps.first(t), all.rows() == 0 ? 0 : steps.count(t));
      };
      const auto before = [&](MatrixView<T> all) {
        return t == 0 || all.rows() == 0
                   ? MatrixView<const T>()
                   : MatrixView<const T>(all.row_range(steps.first(t - 1), steps.count(t)));
      };
      return {.sums = now(sums),
              .hidden = now(hidden),
              .cells = now(cells),
              .squashed = now(squashed),
              .hidden_before = before(hidden),
              .cells_before = before(cells)};
    }
  };

  /// The workspace of backward behind the packed inputs.
  struct Scratch {
    MatrixView<T> dsums;     // [N, kept H]; of a plain cell the same memory as dh
    MatrixView<T> dh;        // [N, H]
    MatrixView<T> before;    // [N, H], the state before each step but the first
    MatrixView<T> dc;        // [B, H]
    std::span<T> bias_sums;  // of the columns of dsums
  };

  [[nodiscard]] std::size_t units() const { return shape_.units; }
  [[nodiscard]] std::size_t width() const { return Cell::blocks * units(); }

  /// Of the thread, so that no call allocates once it has been as large.
  [[nodiscard]] const PackedSteps& packing(const Call<T>& call, std::size_t rows) const {
    static thread_local PackedSteps steps;
    steps.pack(shape_.steps, call.pass, rows, shape_.backwards);
    return steps;
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
    const MatrixView<T> hidden(call.saved.data(), n, units());
    T* const rest = hidden.data() + hidden.size();
    Saved saved{.sums = Cell::kept == 0 ? hidden : MatrixView<T>(rest, n, Cell::kept * units()),
                .hidden = hidden,
                .cells = {},
                .squashed = {}};
    if constexpr (Cell::cells) {
      saved.cells = {rest + saved.sums.size(), n, units()};
      saved.squashed = {saved.cells.data() + saved.cells.size(), n, units()};
    }
    return saved;
  }

  [[nodiscard]] MatrixView<T> packed_inputs(const Call<T>& call, const PackedSteps& steps) const {
    const MatrixView<T> x(call.workspace.elements.data(), steps.total(), shape_.inputs);
    steps.gather(call.x[0], x);
    return x;
  }

  [[nodiscard]] Scratch scratch_of(MatrixView<T> x, std::size_t rows) const {
    const std::size_t n = x.rows();
    const MatrixView<T> dh(x.data() + x.size(), n, units());
    const MatrixView<T> before(dh.data() + dh.size(), n, units());
    const MatrixView<T> dc(before.data() + before.size(), rows, units());
    const std::size_t columns = std::max<std::size_t>(Cell::kept, 1) * units();
    T* const sums = dc.data() + dc.size();
    return {.dsums = Cell::kept == 0 ? dh : MatrixView<T>(sums + columns, n, columns),
            .dh = dh,
            .before = before,
            .dc = dc,
            .bias_sums = {sums, columns}};
  }

  void run_back(const Call<T>& call, const PackedSteps& steps, const Saved& saved,
                const Scratch& scratch) const {
    std::ranges::fill(scratch.bias_sums, T{0});
    std::size_t carried = 0;  // rows of dc that the step after has left
    for (std::size_t t = steps.steps(); t-- > 0;) {
      const std::size_t count = steps.count(t);
      const auto dh = scratch.dh.row_range(steps.first(t), count);
      const auto dc = scratch.dc.row_range(0, count);
      const auto dsums = scratch.dsums.row_range(steps.first(t), count);
      std::fill_n(dc.data() + carried * units(), (count - carried) * units(), T{0});
      Cell::backward(saved.step(steps, t), dh, dc, dsums);
      math::multiply_by_derivative(math::Activation::identity, MatrixView<const T>(dsums), dsums,
                                   scratch.bias_sums);
      const bool goes_on = t > 0 && (shape_.truncate == 0 || t % shape_.truncate != 0);
      carried = goes_on ? count : 0;
      if (goes_on) {
        propagate(call, dh, dsums, scratch.dh.row_range(steps.first(t - 1), count));
      }
    }
  }

  /// Adds what a step says of the states before it.
  void propagate(const Call<T>& call, MatrixView<T> dh, MatrixView<const T> dsums,
                 MatrixView<T> dh_before) const {
    const auto weight = hidden_weight(call);
    if constexpr (Cell::separate) {
      math::axpy(T{1}, std::span<const T>(dh.data(), dh.size()),
                 std::span<T>(dh_before.data(), dh_before.size()));
      math::gemm(Transpose::no, Transpose::yes, T{1}, left_columns(dsums, 2 * units()),
                 left_columns(weight, 2 * units()), T{1}, dh_before);
      math::gemm(Transpose::no, Transpose::yes, T{1}, right_columns(dsums, units()),
                 right_columns(weight, units()), T{1}, dh_before);
    } else {
      math::gemm(Transpose::no, Transpose::yes, T{1}, dsums, weight, T{1}, dh_before);
    }
  }

  void add_bias_gradients(std::span<const T> sums, std::span<T> gradient) const {
    const auto by_input = gradient.subspan(first_bias(), width());
    const auto by_hidden = gradient.subspan(first_bias() + width(), width());
    math::axpy(T{1}, sums.first(width()), by_input);
    if constexpr (Cell::separate) {
      math::axpy(T{1}, sums.first(2 * units()), by_hidden.first(2 * units()));
      math::axpy(T{1}, sums.last(units()), by_hidden.last(units()));
    } else {
      math::axpy(T{1}, sums, by_hidden);
    }
  }

  void add_weight_gradients(const PackedSteps& steps, MatrixView<T> x, const Saved& saved,
                            const Scratch& scratch, std::span<T> gradient) const {
    const MatrixView<T> by_inputs(gradient.data(), shape_.inputs, width());
    math::gemm(Transpose::yes, Transpose::no, T{1}, MatrixView<const T>(x), by_input(scratch.dsums),
               T{1}, by_inputs);
    if (steps.steps() < 2) {
      return;
    }
    const std::size_t skipped = steps.count(0);
    const MatrixView<const T> before = states_before(steps, saved, scratch);
    const MatrixView<const T> dsums = scratch.dsums.row_range(skipped, before.rows());
    const MatrixView<T> by_hidden(gradient.data() + shape_.inputs * width(), units(), width());
    if constexpr (Cell::separate) {
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

  RecurrentShape shape_;
};

}  // namespace infomax::nn
