// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "infomax/analysis/output_statistics.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/model/examples.hpp"
#include "infomax/model/settings.hpp"
#include "infomax/model/whole_sides.hpp"
#include "infomax/mpi/communicator.hpp"
#include "report/findings.hpp"

namespace infomax::report {

/// A model's outputs over one data set, and what was measured of them. Borrows all of it.
template <math::Real T>
struct Outputs {
  const mpi::Communicator& communicator;
  const model::PairSettings& pair;
  const model::Examples& examples;
  const FindingsOptions& options;
  const model::WholeSides<T>& sides;
  const analysis::OutputStatistics& statistics;

  /// Whether side a is shown: only for two views is it the output of another network than side b.
  [[nodiscard]] bool shows_a() const { return pair.meaning().has_two_views(); }
};

}  // namespace infomax::report
