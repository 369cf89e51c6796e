// SPDX-License-Identifier: BSD-3-Clause
#pragma once

namespace infomax::analysis {

/// An interval, in the unit of the number it is of.
struct NumberInterval {
  double low = 0.0;   ///< where it begins
  double high = 0.0;  ///< where it ends
};

}  // namespace infomax::analysis
