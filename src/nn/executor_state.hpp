// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include "infomax/core/matrix.hpp"
#include "infomax/nn/executor.hpp"
#include "nn/layer.hpp"
#include "nn/plan.hpp"

// D input features, q outputs, B local rows of a batch, M rows at a time.
namespace infomax::nn {

/// The memory of an executor and what its passes share.
template <math::Real T>
struct Executor<T>::State {
  State(const Network<T>& given, const Room& room, Fill filler, Reduction* reducer);

  [[nodiscard]] const std::vector<Node>& nodes() const { return network->graph().nodes(); }
  [[nodiscard]] std::size_t output() const { return network->graph().output(); }
  [[nodiscard]] bool several() const { return ranges.size() > 1; }
  [[nodiscard]] bool is_result(std::size_t node) const;

  // Views of what belongs to a node, for a range of `count` rows ...
  [[nodiscard]] MatrixView<T> value(std::size_t node, std::size_t count);
  [[nodiscard]] MatrixView<T> gradient_of(std::size_t node, std::size_t count);
  // ... and for a range of the batch where that is kept.
  [[nodiscard]] MatrixView<T> kept_value(std::size_t node, const RowRange& range);
  [[nodiscard]] MatrixView<T> kept_gradient(std::size_t node, const RowRange& range);

  /// What a node's layer is given. `reads_input` says whether it reads the values of its inputs.
  [[nodiscard]] Call<T> call(std::size_t node, const Pass& of_range, std::size_t count,
                             bool reads_input);

  void fill_inputs(const RowRange& range);
  void run_nodes(std::size_t begin, std::size_t end, const RowRange& range);
  void load_values(const Segment& segment, const RowRange& range);
  void set_ranges(std::size_t batch, std::span<const RowRange> given);

  /// The sums of the layer of a node, all zero.
  std::span<double> begin_sums(std::size_t node);

  const Network<T>* network;
  Plan plan;
  std::size_t batch_rows;  // B at most
  std::size_t micro_rows;  // M at most
  bool by_ranges;
  bool for_backward;
  bool whole;                        // one range has room for any batch
  std::vector<std::size_t> results;  // the output and the taps
  Fill fill;
  LocalReduction local;
  Reduction* reduction;

  Matrix<T> inputs;                   // [M, D]
  std::vector<Buffer<T>> values;      // [M, columns], of plan.values
  std::vector<Buffer<T>> gradients;   // [M, columns], of plan.gradients
  std::vector<Buffer<T>> saved;       // [M, saved columns], of each node; shared without backward
  std::vector<Buffer<T>> kept;        // [B, columns], of plan.kept; none where whole
  Matrix<T> doutputs_copy;            // [M, q], where by ranges
  Buffer<T> added;                    // [M, plan.added_columns]
  std::vector<Buffer<double>> state;  // of each node, empty without global sums
  Buffer<double> sums;
  Buffer<T> workspace;
  Buffer<double> workspace_doubles;

  // Of the pass at hand.
  std::span<const T> parameters;
  MatrixView<T> doutputs;     // [B, q]
  MatrixView<T> dy;           // the range's part of it
  bool wants_inputs = false;  // whether backward() gives the derivative by the input
  Pass pass;
  std::size_t rows = 0;  // B
  std::vector<RowRange> ranges;
  std::vector<MatrixView<const T>> x;  // of the call at hand
  std::vector<MatrixView<T>> dx;
  std::uint64_t forwarded = 0;  // rows, each counted once a node
};

/// Copies rows that lie next to each other in both.
template <class T>
void copy_rows(MatrixView<const T> from, MatrixView<T> to) {
  for (std::size_t i = 0; i < from.rows(); ++i) {
    std::copy_n(from.row(i).data(), from.columns(), to.row(i).data());
  }
}

}  // namespace infomax::nn
