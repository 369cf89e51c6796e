// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "core/json.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/model/examples.hpp"
#include "infomax/model/model_file.hpp"
#include "infomax/model/settings.hpp"
#include "infomax/mpi/communicator.hpp"

namespace infomax::report {

/// Settings of the findings.
struct FindingsOptions {
  std::string data;                  ///< data set file
  std::size_t micro_batch = 0;       ///< rows a rank encodes at a time; 0 = all
  std::size_t projected = 0;         ///< maximum number of samples in the projection
  std::uint64_t seed = 0;            ///< of the choice of these samples
  std::size_t most_columns = 256;    ///< maximum columns of a side in a matrix that is shown
  std::size_t most_histograms = 64;  ///< maximum histograms of a side
};

/// Collective. Measures a model's outputs over `examples`, which were checked against the model,
/// and returns everything that a report says of them. The same on every rank and, up to rounding,
/// at any number of ranks.
template <math::Real T>
[[nodiscard]] Json find(const mpi::Communicator& communicator, const model::StoredModel& stored,
                        const model::PairSettings& pair, const model::Examples& examples,
                        const FindingsOptions& options);

}  // namespace infomax::report
