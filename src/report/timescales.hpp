// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/json.hpp"
#include "infomax/analysis/canonical_variates.hpp"
#include "infomax/model/model.hpp"
#include "infomax/model/settings.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/objective/canonical.hpp"
#include "report/findings.hpp"

namespace infomax::report {

/// Collective. Implied timescales of a model's outputs at several lags, each with its interval,
/// over all rows of the data set. Outputs that are too many are replaced by the leading `variates`
/// of side a. Lags that leave too few pairs are left out. The same on every rank.
template <math::Real T>
[[nodiscard]] Json timescales_by_lag(const mpi::Communicator& communicator,
                                     const model::Model<T>& model, const model::PairSettings& pair,
                                     const objective::CanonicalOptions& canonical,
                                     const analysis::CanonicalVariates& variates,
                                     const FindingsOptions& options);

}  // namespace infomax::report
