// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "infomax/core/field.hpp"
#include "infomax/stats/column_cells.hpp"

namespace infomax {

/// "sigma:R", R standard deviations on either side of the mean, or "fixed:LO,HI".
template <>
struct FieldText<stats::HistogramRange> {
  /// @{ As FieldText describes it.
  static std::optional<stats::HistogramRange> parse(std::string_view text);
  static std::string format(const stats::HistogramRange& range);
  static std::string expected();
  /// @}
};

namespace objective {

/// The options of the soft histograms that entropies and histogram-mi come from.
struct HistogramOptions {
  std::size_t bins = 32;        ///< M, 4 to 65536
  stats::HistogramRange range;  ///< what the bins cover
};

}  // namespace objective
}  // namespace infomax
