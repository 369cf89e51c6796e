// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/json.hpp"
#include "infomax/core/field.hpp"
#include "infomax/core/field_list.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/model/examples.hpp"
#include "infomax/model/model_file.hpp"
#include "infomax/model/settings.hpp"
#include "infomax/mpi/communicator.hpp"

namespace infomax::report {

/// Settings of the findings.
struct FindingsOptions {
  std::string data;                ///< data set file
  std::size_t micro_batch = 4096;  ///< rows a rank encodes at a time; 0 = all
  std::size_t projected = 3000;    ///< maximum number of samples in the projection
  std::uint64_t seed = 0;          ///< of the choice of these samples, and of the bootstrap
  std::optional<std::vector<std::size_t>>
      lags;                          ///< of implied timescales; unset: about the model's
  std::size_t replicates = 100;      ///< of the bootstrap of timescales; 0 = no intervals
  std::size_t most_columns = 256;    ///< maximum columns of a side in a matrix that is shown
  std::size_t most_histograms = 64;  ///< maximum histograms of a side
};

[[nodiscard]] inline FieldTable<FindingsOptions> findings_fields() {
  using Options = FindingsOptions;
  FieldTable<Options> table;
  table
      .add("data", &Options::data, "FILE",
           "data set on which the model's outputs are measured, such as held-out data; default all "
           "of the run's training data")
      .add("points", &Options::projected, "N",
           "maximum number of samples shown in the plane of the principal components",
           one_or_more())
      .add("seed", &Options::seed, "S",
           "seed of the choice of these samples, and of the bootstrap of timescales")
      .add(
          "lags", &Options::lags, "LIST",
          "of a model of `pair` lag: lags in rows at which timescales are estimated again, such as "
          "1,2,5,10; default some about the lag of the model; 0 = none")
      .add("replicates", &Options::replicates, "R",
           "estimates of each timescale from randomly drawn pieces of the trajectories, which its "
           "interval comes from; 0 = no intervals",
           zero_or_more("no intervals"))
      .add("micro-batch", &Options::micro_batch, "M",
           "rows that a rank encodes at a time; bounds memory, changes no result; 0 = all",
           zero_or_more("all rows"));
  return table;
}

/// The samples that findings are about.
struct FindingsData {
  const model::Examples& examples;            ///< that are measured
  const model::Examples* held_out = nullptr;  ///< that training did not see, if there are any
};

/// Collective. Measures a model's outputs over `data`, which was checked against the model, and
/// returns everything that a report says of them. The same on every rank and, up to rounding, at
/// any number of ranks.
template <math::Real T>
[[nodiscard]] Json find(const mpi::Communicator& communicator, const model::StoredModel& stored,
                        const model::PairSettings& pair, const FindingsData& data,
                        const FindingsOptions& options);

}  // namespace infomax::report
