#pragma once

#include <optional>
#include <span>
#include <variant>

#include "infomax/core/matrix.hpp"
#include "infomax/data/sources.hpp"
#include "infomax/model/encoded_side.hpp"
#include "infomax/model/examples.hpp"
#include "infomax/model/model.hpp"
#include "infomax/stats/row_source.hpp"

namespace infomax::model {

/// The width p of side a for these examples, before any pass is made.
template <math::Real T>
[[nodiscard]] std::size_t columns_of_a(const Model<T>& model, const Examples& examples,
                                       const PairSettings& settings);

/// How a pair is made from a model and a batch: rows in, the objective's two sides out, and the way
/// back. It knows nothing of objectives or ranks.
template <math::Real T>
class Sides {
 public:
  /// Room for batches of at most `batch_rows` local rows, `micro_batch` (0 = all) at a time. What
  /// is passed by reference must outlive this.
  Sides(const Model<T>& model, const Examples& examples, const PairSettings& settings,
        std::size_t batch_rows, std::size_t micro_batch, bool for_backward);
  Sides(const Sides&) = delete;
  Sides& operator=(const Sides&) = delete;

  /// Both sides of the given shard rows, by the model's parameters as they are now.
  void forward(std::span<const std::size_t> indices);

  /// After forward, until the next one.
  [[nodiscard]] const stats::RowSource<T>& a() const;
  [[nodiscard]] const stats::RowSource<T>& b() const { return *b_; }

  /// Where the objective puts its gradient, [B, p] and [B, q]; of 0 columns for a side that is
  /// data.
  [[nodiscard]] MatrixView<T> da();
  [[nodiscard]] MatrixView<T> db();

  /// Adds to `gradient`, as long as the model's parameters, what da and db amount to.
  void backward(std::span<T> gradient, const typename nn::Network<T>::PartReady& ready = {});

  /// Seconds spent since construction in turning rows of the data set into numbers.
  [[nodiscard]] double input_s() const { return encoder_.input_s(); }

  /// Memory for rows in flight: inputs, activations, outputs and their gradients.
  [[nodiscard]] std::size_t bytes() const;

 private:
  const Model<T>* model_;
  const Examples* examples_;
  PairSettings settings_;
  EncodedSide<T> encoder_;
  Matrix<T> db_;                     // [B, q]
  data::Normalization as_they_are_;  // of targets that are values
  std::size_t rows_ = 0;
  // In place, so that a step allocates nothing.
  std::variant<std::monostate, stats::MatrixRows<T>, data::DatasetRows<T>, data::OneHotRows<T>> a_;
  std::optional<stats::MatrixRows<T>> b_;
};

}  // namespace infomax::model
