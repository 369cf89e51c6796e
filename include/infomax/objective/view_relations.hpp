// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "infomax/math/blas.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/objective/options.hpp"
#include "infomax/stats/row_source.hpp"

namespace infomax::objective {

/// The canonical correlations of the outputs of two views, descending, with the objective's ridge.
struct PairRelation {
  std::size_t first = 0;             ///< a view, counted from 0
  std::size_t second = 0;            ///< a later one
  std::vector<double> correlations;  ///< as many as `components` counts
};

/// How the outputs of several views agree.
struct ViewRelations {
  std::vector<double> eigenvalues;  ///< those of maxvar that `components` counts, descending
  std::vector<PairRelation> pairs;  ///< of all pairs of views
};

/// Collective. The relations between the views that side b of all rows consists of; nothing where
/// the options' objective is none of several views. Throws as the objective's evaluation does.
template <math::Real T>
[[nodiscard]] std::optional<ViewRelations> relate_views(const mpi::Communicator& communicator,
                                                        const ObjectiveOptions& options,
                                                        const stats::RowPairs<T>& rows);

}  // namespace infomax::objective
