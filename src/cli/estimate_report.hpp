// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

#include "infomax/estimate/estimate.hpp"

namespace infomax::cli {

/// What a report says besides estimates.
struct EstimateFacts {
  std::string data;  ///< file
  std::string x;     ///< data sets in it
  std::string y;
  int ranks = 1;
  double seconds = 0.0;
  estimate::EstimateOptions options;
};

[[nodiscard]] std::string estimate_json(const EstimateFacts& facts,
                                        const estimate::Estimates& found);

/// The report as a table.
[[nodiscard]] std::string estimate_table(const EstimateFacts& facts,
                                         const estimate::Estimates& found);

/// The estimates with their intervals as a picture, in SVG.
[[nodiscard]] std::string estimate_picture(const EstimateFacts& facts,
                                           const estimate::Estimates& found);

}  // namespace infomax::cli
