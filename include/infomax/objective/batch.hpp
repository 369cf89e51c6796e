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

/// What J is a function of, as far as this rank has it. All of it are views, and what they show
/// outlives the evaluation. An objective says by its Needs which of the optional members it reads;
/// they are empty elsewhere.
template <math::Real T>
struct Batch {
  stats::RowPairs<T> rows;                      ///< a [B, p] and b [B, q]
  std::span<const std::uint64_t> numbers = {};  ///< [B], of the samples among all of the data set
  /// Values inside the networks besides their outputs, each with B rows.
  std::span<const stats::RowSource<T>* const> tapped = {};
  std::span<const T> parameters = {};  ///< [m], the same on every rank
};

/// Where an evaluation puts the gradient of the global J. A view of 0 columns or elements stands
/// for a gradient that is not wanted; the same are wanted on every rank.
template <math::Real T>
struct Gradients {
  MatrixView<T> a = {};                        ///< [B, p], overwritten
  MatrixView<T> b = {};                        ///< [B, q], overwritten
  std::span<const MatrixView<T>> tapped = {};  ///< as Batch::tapped, overwritten; or empty
  /// [m]: what the local rows contribute is added. The caller sums it over ranks, as it does with
  /// the gradients of networks.
  std::span<T> parameters = {};
  /// Where the rows have parts, the contribution of each part is added to elements [0, m) of this
  /// sum, which the caller has started and finishes; `parameters` is scratch memory then.
  stats::ExactSum* exact_parameters = nullptr;
};

}  // namespace infomax::objective
