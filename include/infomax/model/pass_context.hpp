// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>

namespace infomax::model {

/// The context of a pass over samples: a step of training, or evaluation. Random changes of rows
/// and networks are functions of this and the sample.
struct PassContext {
  bool training = false;    ///< false in evaluation: dropout drops nothing
  std::uint64_t seed = 0;   ///< of the run
  std::uint64_t epoch = 0;  ///< counted from 0
  std::uint64_t step = 0;   ///< of the epoch
  /// Whether the samples are all samples of every rank in their order, so that each such pass has
  /// the same samples.
  bool whole = false;
};

}  // namespace infomax::model
