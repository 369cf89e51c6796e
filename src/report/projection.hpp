// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/json.hpp"
#include "report/outputs.hpp"

namespace infomax::report {

/// Collective. Samples of the outputs in the plane of their first two principal components, or of
/// their first two canonical variates, with the labels that colour them. The same on every rank.
template <math::Real T>
[[nodiscard]] Json projection(const Outputs<T>& outputs);

}  // namespace infomax::report
