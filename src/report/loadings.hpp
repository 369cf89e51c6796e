// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <vector>

#include "core/json.hpp"
#include "infomax/model/model.hpp"
#include "report/outputs.hpp"

namespace infomax::report {

/// The names of the columns of both sides' data, each empty where the file names none.
struct InputNames {
  std::vector<std::string> a;  ///< of the data of side a
  std::vector<std::string> b;  ///< of the data of side b
};

/// Collective. Loadings of the canonical variates: the correlations of the columns of a side's data
/// with its variates, of each side that is shown and of targets. Of the columns, those that
/// correlate most with any of the first variates. Only for outputs with variates. The same on every
/// rank.
template <math::Real T>
[[nodiscard]] Json loadings(const Outputs<T>& outputs, const model::Model<T>& model,
                            const InputNames& names);

}  // namespace infomax::report
