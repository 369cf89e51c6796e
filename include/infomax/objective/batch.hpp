// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <span>

#include "infomax/core/matrix.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/stats/exact_sum.hpp"
#include "infomax/stats/row_source.hpp"

/// @file
/// B: local rows. p, q: columns of a and b. m: the objective's own parameters.

namespace infomax::objective {

/// This rank's part of the arguments of J. All members are views of memory that outlives the
/// evaluation. The Needs of an objective say which optional members it reads; the others may be
/// empty.
template <math::Real T>
struct Batch {
  stats::RowPairs<T> rows;                      ///< a [B, p] and b [B, q]
  std::span<const std::uint64_t> numbers = {};  ///< [B], of the samples among all of the data set
  /// Values inside the networks besides their outputs, each with B rows.
  std::span<const stats::RowSource<T>* const> tapped = {};
  std::span<const T> parameters = {};  ///< [m], the same on every rank
  /// [B]: the steps that a tapped value has of each sample, where it is a sequence whose samples
  /// have lengths of their own; what follows them is unspecified.
  std::span<const std::uint32_t> tapped_lengths = {};
};

/// The memory that an evaluation writes the gradient of the global J to. A view of 0 columns or
/// elements means that this gradient is not requested. All ranks request the same gradients.
template <math::Real T>
struct Gradients {
  MatrixView<T> a = {};                        ///< [B, p], overwritten
  MatrixView<T> b = {};                        ///< [B, q], overwritten
  std::span<const MatrixView<T>> tapped = {};  ///< as Batch::tapped, overwritten; or empty
  /// [m]: the contribution of the local rows is added. The caller sums it over ranks, as it does
  /// with the gradients of networks.
  std::span<T> parameters = {};
  /// If the rows have parts, the contribution of each part is added to m elements of this sum, from
  /// `first_exact` on, which the caller has started and finishes; `parameters` is scratch memory
  /// then.
  stats::ExactSum* exact_parameters = nullptr;
  std::size_t first_exact = 0;  ///< of exact_parameters
};

}  // namespace infomax::objective
