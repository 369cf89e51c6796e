// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <memory>

#include "infomax/objective/moment_function.hpp"
#include "infomax/objective/objective.hpp"
#include "infomax/objective/options.hpp"
#include "infomax/objective/spectral.hpp"

namespace infomax::objective {

/// The objective that the options name. Throws UsageError where they are not valid.
template <math::Real T>
[[nodiscard]] std::unique_ptr<Objective<T>> make_objective(const ObjectiveOptions& options);

/// The function of second moments that is the options' rho or, but for what their entropies add,
/// the whole of their objective. Throws UsageError where they are not valid or there is none.
[[nodiscard]] std::unique_ptr<MomentFunction> make_moment_function(const ObjectiveOptions& options);

/// The same where it is one of canonical correlations; nothing where it is not.
[[nodiscard]] std::unique_ptr<SpectralFunction> make_spectral_function(
    const ObjectiveOptions& options);

}  // namespace infomax::objective
