// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "infomax/core/matrix.hpp"
#include "infomax/data/augmentation.hpp"
#include "infomax/data/sources.hpp"
#include "infomax/model/encoded_side.hpp"
#include "infomax/model/examples.hpp"
#include "infomax/model/model.hpp"
#include "infomax/model/occasion.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/stats/exact_sum.hpp"
#include "infomax/stats/row_source.hpp"

namespace infomax::model {

/// The width p of side a for these examples, before any pass is made.
template <math::Real T>
[[nodiscard]] std::size_t columns_of_a(const Model<T>& model, const Examples& examples,
                                       const PairSettings& settings);

/// How a pair is made from a model and a batch: samples in, the objective's two sides out, and the
/// way back. It knows nothing of objectives; of ranks, only that batch normalisations sum over
/// them, wherefore forward and backward are collective where a network has one.
template <math::Real T>
class Sides {
 public:
  /// Room for batches of at most `batch_rows` local samples, `micro_batch` (0 = all) at a time.
  /// Where `reproducible`, each block's part of a batch is taken by itself instead, and all that is
  /// computed of it has the same bits at any number of ranks. What is passed by reference, but for
  /// the communicator and settings, must outlive this.
  Sides(const mpi::Communicator& communicator, const Model<T>& model, const Examples& examples,
        const PairSettings& settings, std::size_t batch_rows, std::size_t micro_batch,
        bool for_backward, bool reproducible = false);
  Sides(const Sides&) = delete;
  Sides& operator=(const Sides&) = delete;

  /// Both sides of the given samples of the shard, by the model's parameters as they are now.
  void forward(std::span<const std::size_t> samples, const Occasion& occasion);

  /// After forward, until the next one.
  [[nodiscard]] const stats::RowSource<T>& a() const;
  [[nodiscard]] const stats::RowSource<T>& b() const { return *b_; }

  /// Where the objective puts its gradient, [B, p] and [B, q]; of 0 columns for a side that is
  /// data.
  [[nodiscard]] MatrixView<T> da();
  [[nodiscard]] MatrixView<T> db();

  /// Adds to `gradient`, as long as the model's parameters, what da and db amount to. `ready` is
  /// told of parts by their offset in it.
  void backward(std::span<T> gradient, const typename nn::Executor<T>::PartReady& ready = {});

  /// The same, but each block's part goes to `sum`, which was started with the size of `gradient`:
  /// that is scratch memory then. Where sides are reproducible.
  void backward(std::span<T> gradient, stats::ExactSum& sum);

  [[nodiscard]] bool reproducible() const { return reproducible_; }

  /// After forward in training: moves the running averages of batch normalisations by `share` of
  /// the way to the moments of this batch, both sides together. `parameters` are the model's.
  void remember(double share, std::span<T> parameters) const;

  /// Seconds spent since construction in turning rows of the data set into numbers.
  [[nodiscard]] double input_s() const;

  /// Memory for rows in flight: inputs, activations, outputs and their gradients.
  [[nodiscard]] std::size_t bytes() const;

 private:
  [[nodiscard]] MatrixView<const T> encode(EncodedSide<T>& encoder,
                                           std::span<const std::size_t> rows, const nn::Pass& pass);
  void backward(EncodedSide<T>& encoder, MatrixView<T> doutputs, std::span<T> gradient,
                const typename nn::Executor<T>::PartReady& ready,
                const typename nn::Executor<T>::RangeAdded& added = {});
  void show_data(std::span<const std::size_t> samples);

  const Model<T>* model_;
  const Examples* examples_;
  PairSettings settings_;
  bool reproducible_;
  std::uint64_t content_of_all_;  // of side a where it is data and all of it
  stats::RowParts parts_;         // of the batch, by block, where reproducible
  std::optional<data::Augmentation> augmentation_;
  std::optional<EncodedSide<T>> encoder_a_;  // where side a is encoded
  EncodedSide<T> encoder_b_;
  Matrix<T> da_;                        // [B, p]
  Matrix<T> db_;                        // [B, q]
  data::Normalization as_they_are_;     // of targets that are values
  std::vector<std::uint64_t> numbers_;  // of the batch's samples among all
  std::vector<std::size_t> rows_a_;     // of `lag`: where the batch's pairs start ...
  std::vector<std::size_t> rows_b_;     // ... and end
  std::size_t count_ = 0;
  // In place, so that a step allocates nothing.
  std::variant<std::monostate, stats::MatrixRows<T>, data::DatasetRows<T>, data::OneHotRows<T>> a_;
  std::optional<stats::MatrixRows<T>> b_;
};

}  // namespace infomax::model
