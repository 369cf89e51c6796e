// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "infomax/analysis/canonical_variates.hpp"
#include "infomax/core/matrix.hpp"
#include "infomax/model/examples.hpp"
#include "infomax/model/model.hpp"
#include "infomax/mpi/communicator.hpp"

/// @file
/// D columns of a side's data, k components.

namespace infomax::analysis {

/// The canonical variates of a linear encoder as a map of the data set's rows, u = (x - shift)
/// weights.
struct LinearVariates {
  std::string side;           ///< "a" or "b"
  Matrix<double> weights;     ///< [D, k]
  std::vector<double> shift;  ///< [D], the means of the columns over the fit
};

/// The maps of a model's outputs to canonical variates.
struct CanonicalEncoding {
  CanonicalVariates variates;            ///< of both sides
  std::vector<LinearVariates> linear{};  ///< of each side that a linear network encodes
  std::vector<double> timescales{};      ///< [k], in rows; of the pair `lag`
};

/// Collective. Fits the maps to all samples of `examples`, of which a rank encodes `micro_batch`
/// (0 = all) at a time. A side whose rows are changed at random has no LinearVariates, because the
/// means of changed rows are not those of the data. Throws UsageError where the model's objective
/// is none of canonical correlations, and as fit_variates().
template <math::Real T>
[[nodiscard]] CanonicalEncoding fit_canonical_encoding(const mpi::Communicator& communicator,
                                                       const model::Model<T>& model,
                                                       const model::Examples& examples,
                                                       const model::PairSettings& pair,
                                                       std::size_t micro_batch);

/// The side whose variates are written where the user named none: a, the first view or the left
/// singular functions, where a network makes it, else b.
[[nodiscard]] std::string default_canonical_side(const model::PairSettings& pair);

}  // namespace infomax::analysis
