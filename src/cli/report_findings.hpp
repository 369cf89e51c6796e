// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include <nlohmann/json.hpp>

#include "infomax/math/blas.hpp"
#include "infomax/model/examples.hpp"
#include "infomax/model/model_file.hpp"
#include "infomax/model/settings.hpp"
#include "infomax/mpi/communicator.hpp"

namespace infomax::cli {

/// What a report looks at.
struct FindingsOptions {
  std::string data;                  ///< data set file
  std::size_t micro_batch = 0;       ///< rows a rank encodes at a time; 0 = all
  std::size_t projected = 0;         ///< samples of the projection, at most
  std::uint64_t seed = 0;            ///< of their choice
  std::size_t most_columns = 256;    ///< of a matrix that is shown, a side
  std::size_t most_histograms = 64;  ///< of a side
};

/// Collective. What a report says of a model over a data set, `examples`, which were checked
/// against it: the same on every rank and, but for rounding, at any number of ranks.
template <math::Real T>
[[nodiscard]] nlohmann::ordered_json report_findings(const mpi::Communicator& communicator,
                                                     const model::StoredModel& stored,
                                                     const model::PairSettings& pair,
                                                     const model::Examples& examples,
                                                     const FindingsOptions& options);

}  // namespace infomax::cli
