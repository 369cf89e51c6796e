// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <functional>
#include <span>

#include "infomax/core/matrix.hpp"
#include "infomax/data/augmentation.hpp"
#include "infomax/data/row_store.hpp"
#include "infomax/model/model.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/nn/network.hpp"
#include "infomax/nn/pass.hpp"
#include "infomax/stats/row_source.hpp"
#include "infomax/stats/summation.hpp"

// B local rows of a batch, M rows of a micro-batch, D input features, q outputs.
namespace infomax::model {

/// One side of the objective made by a network: rows of a data set, preprocessed and encoded, and
/// the way back from the gradient of the outputs to that of the parameters. Where M covers the
/// batch, inputs and activations are kept from forward to backward; where it does not, only outputs
/// are kept, and backward makes the activations again, M rows at a time. The result is the same. A
/// batch normalisation takes its statistics over all ranks and micro-batches; of these, each then
/// costs one more pass either way.
///
/// Where rows come in parts that are the same at any number of ranks, these take the place of the
/// micro-batches: each is computed by calls of its own, on memory aligned alike, so that its bits
/// depend on nothing else.
template <math::Real T>
class EncodedSide {
 public:
  /// Room for `batch_rows` local rows (B at most), `micro_batch` (M; 0 = all) at a time. `member`,
  /// `rows`, and `augmentation` and `parts`, which may be null, must outlive this. `parts` are
  /// those of each batch when it is passed forward, of M rows at most.
  EncodedSide(const mpi::Communicator& communicator, const Member<T>& member,
              const data::RowStore& rows, const data::Augmentation* augmentation,
              const stats::RowParts* parts, std::size_t batch_rows, std::size_t micro_batch,
              bool for_backward);

  /// Collective where the network has batch normalisations and the pass is of training. Outputs
  /// [B, q] of the given shard rows, valid until the next call; pass.samples [B] goes with them.
  MatrixView<const T> forward(std::span<const T> parameters, std::span<const std::size_t> indices,
                              const nn::Pass& pass);

  [[nodiscard]] const Member<T>& member() const { return *member_; }

  /// Whether the batch's preprocessed input rows are all in memory ...
  [[nodiscard]] bool holds_inputs() const { return whole_; }

  /// ... and they are, [B, D], after forward.
  [[nodiscard]] MatrixView<const T> inputs() const;

  /// Collective as forward is. After it, with the same parameters: adds to `gradient`; overwrites
  /// `doutputs` [B, q]. `ready` is told the same parts, in the same order, on every rank. `added`,
  /// where given, is called after each micro-batch has been added, and may change the gradient.
  void backward(std::span<const T> parameters, MatrixView<T> doutputs, std::span<T> gradient,
                const typename nn::Network<T>::PartReady& ready,
                const std::function<void()>& added = {});

  /// Seconds spent since construction in turning rows of the data set into numbers.
  [[nodiscard]] double input_s() const { return input_s_; }

  [[nodiscard]] std::size_t bytes() const;

  [[nodiscard]] const typename nn::Network<T>::Tape& tape() const { return tape_; }

 private:
  /// Rows [first, first + count) of the batch, M at most.
  struct Micro {
    std::size_t first;
    std::size_t count;
  };

  template <class Use>
  void for_each_micro(Use&& use) const;
  MatrixView<const T> convert(const Micro& micro);
  MatrixView<const T> forward_to(std::size_t part, std::span<const T> parameters,
                                 const Micro& micro);
  template <class Add>
  std::span<const double> sum_over_batch(std::size_t normalization, Add&& add);
  [[nodiscard]] MatrixView<T> copied(MatrixView<T> doutputs, const Micro& micro);
  void backward_normalized(std::span<const T> parameters, MatrixView<T> doutputs,
                           std::span<T> gradient, const std::function<void()>& added);
  void propagate(std::size_t to_part, std::span<const T> parameters, const Micro& micro,
                 MatrixView<T> doutputs, std::span<T> gradient);

  mpi::Communicator communicator_;
  const Member<T>* member_;
  const data::RowStore* rows_;
  const data::Augmentation* augmentation_;
  const stats::RowParts* parts_;
  std::size_t micro_rows_;
  bool whole_;
  Matrix<T> inputs_;     // [M, D]
  Matrix<T> outputs_;    // [B, q], unless whole
  Matrix<T> doutputs_;   // [M, q], where dy has to be copied
  Buffer<double> sums_;  // of a normalisation
  stats::Summation summation_;
  typename nn::Network<T>::Tape tape_;  // M rows
  std::span<const std::size_t> indices_;
  nn::Pass pass_;
  double input_s_ = 0.0;
};

}  // namespace infomax::model
