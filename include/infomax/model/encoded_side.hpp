// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "infomax/core/matrix.hpp"
#include "infomax/data/augmentation.hpp"
#include "infomax/data/row_store.hpp"
#include "infomax/model/model.hpp"
#include "infomax/model/sequences.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/nn/executor.hpp"
#include "infomax/nn/network.hpp"
#include "infomax/nn/pass.hpp"
#include "infomax/stats/row_source.hpp"
#include "infomax/stats/summation.hpp"

/// @file
/// B local rows of a batch, M rows of a micro-batch, D input features, q outputs.

namespace infomax::model {

/// A random change of the preprocessed rows of a side.
struct RowChange {
  const data::Augmentation* augmentation = nullptr;  ///< null: rows stay as they are
  bool in_evaluation = false;                        ///< whether not only in training
};

/// Sums over the rows of all ranks for the layers of a network: by MPI_SUM, or part by part and
/// exactly if the rows have parts.
class BatchReduction final : public nn::Reduction {
 public:
  /// `parts` may be null, and otherwise must outlive this.
  BatchReduction(const mpi::Communicator& communicator, const stats::RowParts* parts)
      : communicator_(communicator), parts_(parts) {}

  void begin(std::span<double> sums) override { summation_.begin(parts_, sums); }
  void end_part(std::span<double> sums) override { summation_.end_part(parts_, sums); }
  /// Collective.
  void finish(std::span<double> sums) override { summation_.finish(communicator_, parts_, sums); }

 private:
  mpi::Communicator communicator_;
  const stats::RowParts* parts_;
  stats::Summation summation_;
};

/// A side of the objective that a network makes: rows of a data set are preprocessed and encoded,
/// and the gradient of the outputs becomes that of the parameters. If M covers the batch, inputs
/// and activations are kept from forward() to backward(). Otherwise backward() computes them again,
/// M rows at a time. The result is the same (see nn::Executor).
///
/// If rows have parts, which are the same at any number of ranks, these parts replace the
/// micro-batches.
template <math::Real T>
class EncodedSide {
 public:
  using PartReady = typename nn::Executor<T>::PartReady;    ///< see nn::Executor
  using RangeAdded = typename nn::Executor<T>::RangeAdded;  ///< see nn::Executor

  /// Room for `batch_rows` local rows (B at most), `micro_batch` (M; 0 = all) at a time. `member`,
  /// `rows`, what `change` points to, and `parts`, which may be null, must outlive this. `parts`
  /// are those of each batch when it is passed forward, of M rows at most. The outputs of
  /// `tapped_layer`, if it is set, are kept besides those of the network.
  EncodedSide(const mpi::Communicator& communicator, const Member<T>& member,
              const data::RowStore& rows, RowChange change, const stats::RowParts* parts,
              std::size_t batch_rows, std::size_t micro_batch, bool for_backward,
              std::optional<std::size_t> tapped_layer = std::nullopt);
  EncodedSide(const EncodedSide&) = delete;
  EncodedSide& operator=(const EncodedSide&) = delete;

  /// Collective where a layer of the network needs sums over the batch and the pass is of training.
  /// Outputs [B, q] of the given shard rows, valid until the next call; pass.samples [B] goes with
  /// them, and pass.lengths follow from the rows.
  MatrixView<const T> forward(std::span<const T> parameters, std::span<const std::size_t> indices,
                              const nn::Pass& pass);

  /// The member that encodes the side.
  [[nodiscard]] const Member<T>& member() const { return *member_; }

  /// Whether all preprocessed input rows of the batch are in memory after forward().
  [[nodiscard]] bool holds_inputs() const { return executor_.holds_inputs(); }

  /// Returns the preprocessed input rows [B, D]. Only if holds_inputs().
  [[nodiscard]] MatrixView<const T> inputs() const { return executor_.inputs(); }

  /// Collective as forward is. After it, with the same parameters: adds to `gradient`; overwrites
  /// `doutputs` [B, q]. `ready` is told the same parts, in the same order, on every rank. `added`,
  /// where given, is called when a micro-batch has been added to a part of the gradient, which it
  /// may change.
  /// `dtapped` are the derivatives by tapped(), where there is a tapped layer.
  void backward(std::span<const T> parameters, MatrixView<T> doutputs, std::span<T> gradient,
                const PartReady& ready, const RangeAdded& added = {},
                MatrixView<const T> dtapped = {});

  /// The outputs of the tapped layer [B, columns] after forward(), as they lie in memory: of a
  /// feature map [C,H,W] place by place, with all channels of a place side by side.
  [[nodiscard]] MatrixView<const T> tapped() const { return executor_.value(tapped_.front()); }

  /// The steps of tapped() for each row, where it is a sequence and rows have lengths of their own;
  /// else nothing.
  [[nodiscard]] std::span<const std::uint32_t> tapped_lengths() const { return tapped_lengths_; }

  /// Seconds spent since construction in turning rows of the data set into numbers.
  [[nodiscard]] double input_s() const { return input_s_; }

  /// The memory of values, gradients and workspaces.
  [[nodiscard]] std::size_t bytes() const { return executor_.bytes(); }

  /// The executor of the member's network.
  [[nodiscard]] const nn::Executor<T>& executor() const { return executor_; }

 private:
  void fill(std::size_t first, MatrixView<T> inputs);
  void find_tapped_lengths();

  const Member<T>* member_;
  const data::RowStore* rows_;
  RowChange change_;
  const stats::RowParts* parts_;
  std::vector<std::size_t> tapped_;  // the node, if there is one
  BatchReduction reduction_;
  nn::Executor<T> executor_;
  std::vector<nn::RowRange> ranges_;  // of the parts that have rows
  std::span<const std::size_t> indices_;
  nn::Pass pass_;
  RowLengths lengths_;
  std::vector<std::uint32_t> tapped_lengths_;
  double input_s_ = 0.0;
};

}  // namespace infomax::model
