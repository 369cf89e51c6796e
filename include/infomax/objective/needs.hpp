// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "infomax/objective/options.hpp"

/// @file
/// p, q: columns of a and b.

namespace infomax::objective {

/// The requirements of an objective on its batches.
struct Needs {
  bool equal_columns = false;                   ///< p = q: column j of a belongs to column j of b
  std::string instead = "`objective` infomax";  ///< what to choose if p and q differ
  std::size_t canonical_correlations = 0;       ///< this many, so min(p, q) must not be less
  bool both_encoded = false;                    ///< neither side may be data
  bool sample_numbers = false;                  ///< the batch must tell its samples' numbers
  std::size_t tapped_features = 0;              ///< named values of the networks besides a and b
  bool feature_map = false;  ///< the outputs of a layer of side b's encoder, as Batch::tapped
  /// The outputs of a moving average of the encoder for both sides, as Batch::tapped.
  bool target_network = false;
};

/// The known properties of future batches. Unknown ones keep their defaults, which every objective
/// accepts.
struct BatchShape {
  std::size_t p = 0;           ///< 0 = not known yet
  std::size_t q = 0;           ///< 0 = not known yet
  bool both_encoded = true;    ///< whether neither side is data
  bool sample_numbers = true;  ///< whether batches tell their samples' numbers
  std::size_t tapped_features = static_cast<std::size_t>(-1);  ///< available ones
};

/// What these options' objective needs.
[[nodiscard]] Needs needs_of(const ObjectiveOptions& options);

/// Throws UsageError, which calls the objective `name`, where a shape does not meet the needs.
void require(const Needs& needs, std::string_view name, const BatchShape& shape);

}  // namespace infomax::objective
