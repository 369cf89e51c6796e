// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "infomax/core/matrix.hpp"
#include "infomax/data/normalization.hpp"
#include "infomax/data/sources.hpp"
#include "infomax/model/encoded_side.hpp"
#include "infomax/model/model.hpp"
#include "infomax/model/views.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/nn/executor.hpp"
#include "infomax/nn/pass.hpp"
#include "infomax/stats/row_source.hpp"

namespace infomax::model {

/// How much of a batch a side has room for.
struct SideRoom {
  std::size_t batch_rows = 0;              ///< local samples, at most
  std::size_t micro_batch = 0;             ///< samples at a time; 0 = all
  bool for_backward = false;               ///< whether backward() will be called
  const stats::RowParts* parts = nullptr;  ///< as EncodedSide takes them; may be null
};

/// A side of the objective, batch by batch: rows that a network encodes, with the backward pass
/// through it, or data that is converted tile by tile.
template <math::Real T>
class Side {
 public:
  /// Arguments that are passed by reference, except the communicator and the view, must outlive
  /// this.
  Side(const mpi::Communicator& communicator, const Model<T>& model, const View& view,
       const SideRoom& room);
  Side(const Side&) = delete;
  Side& operator=(const Side&) = delete;

  /// Whether a network makes the side.
  [[nodiscard]] bool is_encoded() const { return encoder_.has_value(); }

  /// Makes the rows of the given samples of the shard, by the present parameters of the model.
  /// Collective where a network sums over the batch.
  void forward(std::span<const std::size_t> samples, const nn::Pass& pass);

  /// Makes the rows from the inputs that the other side's encoder has read for the same samples, if
  /// it still holds them, instead of a second conversion.
  void forward_as_inputs_of(const Side& other, std::span<const std::size_t> samples,
                            const nn::Pass& pass);

  /// The rows, valid after forward() until the next one. Throws std::logic_error before the first.
  [[nodiscard]] const stats::RowSource<T>& rows() const;

  /// Where the objective puts its gradient of rows(), [B, columns]; of 0 columns where the side
  /// is data.
  [[nodiscard]] MatrixView<T> gradient();

  /// Whether the outputs of a layer are seen besides rows().
  [[nodiscard]] bool is_tapped() const { return view_.tapped_layer.has_value(); }
  /// These outputs [B, columns] after forward(), as EncodedSide::tapped() has them.
  [[nodiscard]] const stats::RowSource<T>& tapped() const { return *tapped_; }
  /// Of each sample, where tapped() are sequences with lengths of their own; else nothing.
  [[nodiscard]] std::span<const std::uint32_t> tapped_lengths() const {
    return encoder_->tapped_lengths();
  }
  /// Where the objective puts its gradient of tapped().
  [[nodiscard]] MatrixView<T> tapped_gradient();

  /// Adds the gradient by the parameters that follows from gradient() to `parameter_gradient`,
  /// which is as long as the model's parameters. `ready` and `added` are those of
  /// EncodedSide::backward(), but offsets are the model's. Nothing is done where the side is data.
  void backward(std::span<T> parameter_gradient, const typename nn::Executor<T>::PartReady& ready,
                const typename nn::Executor<T>::RangeAdded& added = {});

  /// The member that encodes the side, or null.
  [[nodiscard]] const Member<T>* member() const { return encoder_ ? &encoder_->member() : nullptr; }
  /// The encoder of a side that is encoded. Throws std::bad_optional_access for data.
  [[nodiscard]] const EncodedSide<T>& encoder() const { return encoder_.value(); }

  /// Seconds spent since construction in the conversion of rows that a network encodes.
  [[nodiscard]] double input_s() const { return encoder_ ? encoder_->input_s() : 0.0; }
  /// The memory of inputs, activations, outputs and gradients.
  [[nodiscard]] std::size_t bytes() const;

 private:
  void show_data(std::span<const std::size_t> rows);

  const Model<T>* model_;
  View view_;
  std::optional<EncodedSide<T>> encoder_;
  Matrix<T> gradient_;         // [B, columns]
  Matrix<T> tapped_gradient_;  // [B, columns of the tapped layer]
  std::optional<stats::MatrixRows<T>> tapped_;
  data::Normalization as_they_are_;    // of data without preprocessing
  std::vector<std::size_t> row_list_;  // of the batch, where samples are not rows
  std::size_t count_ = 0;
  // In place, so that a step allocates nothing.
  std::variant<std::monostate, stats::MatrixRows<T>, data::DatasetRows<T>, data::OneHotRows<T>>
      shown_;
};

}  // namespace infomax::model
