// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/json.hpp"
#include "infomax/objective/options.hpp"
#include "report/outputs.hpp"

namespace infomax::report {

/// Collective. The histograms of the outputs' columns, over the bins of the objective: a list with
/// an object for each side shown. The same on every rank.
template <math::Real T>
[[nodiscard]] Json histograms(const Outputs<T>& outputs,
                              const objective::ObjectiveOptions& objective);

/// The correlation matrices of the outputs: b with b, and a with b where both are narrow.
template <math::Real T>
[[nodiscard]] Json correlations(const Outputs<T>& outputs);

}  // namespace infomax::report
