// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/json.hpp"
#include "infomax/objective/options.hpp"
#include "report/loadings.hpp"
#include "report/outputs.hpp"

namespace infomax::report {

/// Collective. The histograms of the outputs' columns, over the bins of the objective: a list with
/// an object for each side shown. The same on every rank.
template <math::Real T>
[[nodiscard]] Json histograms(const Outputs<T>& outputs,
                              const objective::ObjectiveOptions& objective);

/// The correlation matrices of the outputs: b with b, and a with b where both are narrow. Columns
/// of a side that is data have their names. Nothing of canonical variates, which correlate with
/// their partners alone.
template <math::Real T>
[[nodiscard]] Json correlations(const Outputs<T>& outputs, const InputNames& names);

}  // namespace infomax::report
