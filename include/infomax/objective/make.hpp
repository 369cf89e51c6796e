#pragma once

#include <memory>

#include "infomax/objective/objective.hpp"
#include "infomax/objective/options.hpp"

namespace infomax::objective {

/// The objective that the options name. Throws UsageError where they are not valid.
template <math::Real T>
[[nodiscard]] std::unique_ptr<Objective<T>> make_objective(const ObjectiveOptions& options);

}  // namespace infomax::objective
