// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "infomax/core/matrix.hpp"
#include "infomax/nn/executor.hpp"
#include "infomax/nn/network.hpp"
#include "infomax/stats/exact_sum.hpp"
#include "infomax/stats/row_source.hpp"

/// @file
/// B: rows of this rank. D inputs and q outputs of a network.

namespace infomax::objective {

/// Part of the gradient by an objective's own parameters, as objective::Gradients has the whole.
template <math::Real T>
struct OwnGradient {
  std::span<T> gradient;             ///< of the part alone; added to
  stats::ExactSum* exact = nullptr;  ///< if set, takes every row part's contribution ...
  std::size_t first = 0;             ///< ... from this element on

  /// The gradient of elements [offset, offset + count) of this part.
  [[nodiscard]] OwnGradient part(std::size_t offset, std::size_t count) const {
    return {gradient.subspan(offset, count), exact, first + offset};
  }

  /// Called where the rows of one part have been added to [offset, offset + count).
  void end_part(std::size_t offset, std::size_t count) const {
    if (exact != nullptr) {
      const auto added = gradient.subspan(offset, count);
      exact->add(first + offset, std::span<const T>(added));
      std::ranges::fill(added, T{0});
    }
  }
};

/// A network that belongs to an objective, such as a critic's, whose parameters are some of the
/// objective's own. It is run a thousand rows at a time, and has no sums over the batch.
template <math::Real T>
class OwnNetwork {
 public:
  using Fill = typename nn::Executor<T>::Fill;  ///< writes rows of the input

  /// Throws UsageError, which names the option `option`, where the text is none of a network from
  /// rows of shape `input`, or of one that needs the whole batch or random numbers.
  OwnNetwork(std::string_view option, std::string_view spec, const nn::Shape& input);

  [[nodiscard]] std::size_t inputs() const { return network_.inputs(); }    ///< D
  [[nodiscard]] std::size_t outputs() const { return network_.outputs(); }  ///< q
  /// The length of its parameters.
  [[nodiscard]] std::size_t parameter_count() const { return network_.parameter_count(); }

  /// The memory that forward() of so many rows takes.
  [[nodiscard]] std::size_t bytes_for(std::size_t rows) const {
    return nn::Executor<T>::bytes_for(network_, room_for(rows, false));
  }

  /// Writes initial values; `which` tells the networks of a run apart.
  void initialize(std::span<T> parameters, std::uint64_t seed, std::uint64_t which) const {
    network_.initialize(seed, which, parameters);
  }

  /// The outputs [B, q] of `rows` rows, valid until the next call. With parts, those of a part have
  /// the same bits whatever other rows there are.
  MatrixView<const T> forward(std::span<const T> parameters, Fill fill, std::size_t rows,
                              const stats::RowParts* parts);

  /// After forward(): adds to the gradient by the parameters, and writes that by the input to
  /// `dinputs` [B, D] unless that has no columns. `doutputs` [B, q] is overwritten.
  void backward(std::span<const T> parameters, MatrixView<T> doutputs,
                const OwnGradient<T>& gradient, MatrixView<T> dinputs);

 private:
  [[nodiscard]] static nn::Room room_for(std::size_t rows, bool by_ranges);
  void make_room(std::size_t rows, bool by_ranges);

  nn::Network<T> network_;
  Fill fill_;             // of the last forward()
  std::size_t room_ = 0;  // rows that the executor takes
  bool by_ranges_ = false;
  std::unique_ptr<nn::Executor<T>> executor_;
  std::vector<nn::RowRange> ranges_;
};

/// The number of parameters of a network of this text.
[[nodiscard]] std::size_t own_parameter_count(std::string_view spec, const nn::Shape& input);

}  // namespace infomax::objective
