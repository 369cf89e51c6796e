#pragma once

#include <span>

#include "infomax/core/matrix.hpp"
#include "infomax/data/rows.hpp"
#include "infomax/model/model.hpp"
#include "infomax/nn/network.hpp"
#include "infomax/stats/row_source.hpp"

// B local rows of a batch, M rows of a micro-batch, D input features, q outputs.
namespace infomax::model {

/// One side of the objective made by a network: rows of a data set, preprocessed and encoded, and
/// the way back from the gradient of the outputs to that of the parameters. Where M covers the
/// batch, inputs and activations are kept from forward to backward; where it does not, only outputs
/// are kept, and backward makes the activations again, M rows at a time. The result is the same.
template <math::Real T>
class EncodedSide {
 public:
  /// Room for `batch_rows` local rows (B at most), `micro_batch` (M; 0 = all) at a time. `member`,
  /// `rows` must outlive this.
  EncodedSide(const Member<T>& member, const data::Rows& rows, std::size_t batch_rows,
              std::size_t micro_batch, bool for_backward);

  /// Outputs [B, q] of the given shard rows, valid until the next call.
  MatrixView<const T> forward(std::span<const T> parameters, std::span<const std::size_t> indices);

  [[nodiscard]] const Member<T>& member() const { return *member_; }

  /// Whether the batch's preprocessed input rows are all in memory ...
  [[nodiscard]] bool holds_inputs() const { return whole_; }

  /// ... and they are, [B, D], after forward.
  [[nodiscard]] MatrixView<const T> inputs() const;

  /// After forward with the same parameters: adds to `gradient`; overwrites `doutputs` [B, q].
  void backward(std::span<const T> parameters, MatrixView<T> doutputs, std::span<T> gradient,
                const typename nn::Network<T>::PartReady& ready);

  /// Seconds spent since construction in turning rows of the data set into numbers.
  [[nodiscard]] double input_s() const { return input_s_; }

  [[nodiscard]] std::size_t bytes() const;

 private:
  MatrixView<const T> convert(std::span<const std::size_t> indices);

  const Member<T>* member_;
  const data::Rows* rows_;
  std::size_t micro_rows_;
  bool whole_;
  Matrix<T> inputs_;                    // [M, D]
  Matrix<T> outputs_;                   // [B, q], unless whole
  typename nn::Network<T>::Tape tape_;  // M rows
  std::span<const std::size_t> indices_;
  double input_s_ = 0.0;
};

}  // namespace infomax::model
