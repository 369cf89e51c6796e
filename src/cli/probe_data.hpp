// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>
#include <string>

#include "cli/progress_options.hpp"
#include "infomax/analysis/encoder.hpp"
#include "infomax/analysis/probe.hpp"
#include "infomax/mpi/communicator.hpp"

namespace infomax::cli {

/// Where the rows of a probe are.
struct ProbeFiles {
  std::string model;  ///< empty: the features as they are
  std::string train;
  std::string test;  ///< empty: none
  std::string y = "/y";
  std::string groups;  ///< data set of the training file; empty: none
  analysis::EncoderOptions encoder;
  ProgressOptions progress;
};

/// This rank's rows of both files.
struct ProbeData {
  analysis::ProbeRows train;
  std::optional<analysis::ProbeRows> test;
};

/// Collective. Reads the rows, or encodes them where there is a model. Throws DataError, the same
/// on every rank, also where both files have names for their classes and these differ.
[[nodiscard]] ProbeData read_probe_data(const mpi::Communicator& communicator,
                                        const ProbeFiles& files);

}  // namespace infomax::cli
