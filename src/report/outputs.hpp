// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "infomax/analysis/canonical_variates.hpp"
#include "infomax/analysis/output_statistics.hpp"
#include "infomax/analysis/side_inputs.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/model/examples.hpp"
#include "infomax/model/settings.hpp"
#include "infomax/model/whole_sides.hpp"
#include "infomax/mpi/communicator.hpp"
#include "report/findings.hpp"

namespace infomax::report {

/// One side as the page shows it.
template <math::Real T>
struct ShownSide {
  const char* name;                  ///< "a" or "b"
  const stats::RowSource<T>& rows;   ///< its outputs or canonical variates
  std::span<const double> mean;      ///< of each column
  std::span<const double> variance;  ///< of each column
  const Matrix<double>& covariance;  ///< empty where the side is too wide
};

/// A model's outputs over one data set, and what was measured of them. Where the objective is one
/// of canonical correlations, it leaves open how a network arranges its outputs, so the page shows
/// their canonical variates in their place. Borrows all of its arguments.
template <math::Real T>
class Outputs {
 public:
  /// Collective. `variates` is null where the outputs are shown as they are.
  Outputs(const mpi::Communicator& communicator, const model::PairSettings& pair,
          const model::Examples& examples, const FindingsOptions& options,
          const model::WholeSides<T>& sides, const analysis::CanonicalVariates* variates);
  Outputs(const Outputs&) = delete;
  Outputs& operator=(const Outputs&) = delete;

  const mpi::Communicator& communicator;
  const model::PairSettings& pair;
  const model::Examples& examples;
  const FindingsOptions& options;
  const analysis::CanonicalVariates* variates;  ///< null: the outputs as they are

  /// The rows of each side, variates where there are any.
  [[nodiscard]] const stats::RowSource<T>& a() const;
  [[nodiscard]] const stats::RowSource<T>& b() const;
  /// Of the rows of a() and b().
  [[nodiscard]] const analysis::OutputStatistics& statistics() const { return statistics_; }

  /// The sides that are shown: a where it is the output of another network than side b, or other
  /// functions of the same network, and b unless these are of the same rows.
  [[nodiscard]] std::vector<ShownSide<T>> shown() const;
  /// Whether the first of these is a side of lagged rows, x at t.
  [[nodiscard]] bool shows_left_functions() const {
    return variates != nullptr && pair.meaning().is_lagged;
  }

 private:
  const model::WholeSides<T>& sides_;
  std::optional<analysis::VariateRows<T>> variates_a_;
  std::optional<analysis::VariateRows<T>> variates_b_;
  analysis::OutputStatistics statistics_;
};

}  // namespace infomax::report
