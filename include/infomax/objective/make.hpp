// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <memory>
#include <string>

#include "infomax/objective/moment_function.hpp"
#include "infomax/objective/objective.hpp"
#include "infomax/objective/options.hpp"
#include "infomax/objective/spectral.hpp"

namespace infomax::objective {

/// The objective that the options name. Throws UsageError where they are invalid.
template <math::Real T>
[[nodiscard]] std::unique_ptr<Objective<T>> make_objective(const ObjectiveOptions& options);

/// The same with another function of second moments in place of its own: its entropies and their
/// weights stay. Throws UsageError where the options are invalid or their objective is not a
/// function of second moments.
template <math::Real T>
[[nodiscard]] std::unique_ptr<Objective<T>> make_objective_with(
    const ObjectiveOptions& options, std::unique_ptr<MomentFunction> function);

/// The function of second moments that is the options' rho or, but for what their entropies add,
/// all of their objective. Throws UsageError where the options are invalid or their objective is
/// not a function of second moments.
[[nodiscard]] std::unique_ptr<MomentFunction> make_moment_function(const ObjectiveOptions& options);

/// The same where it is a function of canonical correlations; null where it is not.
[[nodiscard]] std::unique_ptr<SpectralFunction> make_spectral_function(
    const ObjectiveOptions& options);

/// Whether other data judge a fit of these options by the subspaces that its directions span, as
/// for the variational scores vamp1 and vamp2, and not by the correlation of each pair of variates.
[[nodiscard]] bool scores_subspaces(const ObjectiveOptions& options);

/// Whether rows count in both directions, each pair (a, b) as (b, a) too (stats::BothDirections):
/// for vamp1 and vamp2 with `reversible`.
[[nodiscard]] bool is_reversible(const ObjectiveOptions& options);

/// Whether the gradient is that of the value, as for all but mine and smile.
[[nodiscard]] bool ascends_itself(const ObjectiveOptions& options);

/// The objectives for which make_spectral_function() is not null, for messages: "dcca, vamp1".
[[nodiscard]] std::string spectral_objectives();

}  // namespace infomax::objective
