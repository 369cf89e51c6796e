// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "infomax/analysis/principal_plane.hpp"
#include "infomax/data/loader.hpp"
#include "infomax/model/examples.hpp"
#include "infomax/model/settings.hpp"
#include "infomax/mpi/communicator.hpp"

/// @file
/// n chosen samples.

namespace infomax::analysis {

/// Collective. The rows of the file that side b of the chosen samples is made from [n], the same on
/// every rank.
[[nodiscard]] std::vector<std::uint64_t> rows_of_samples(const mpi::Communicator& communicator,
                                                         const model::Examples& examples,
                                                         const model::PairSettings& pair,
                                                         const SampleChoice& chosen);

/// A number for each of some rows, to tell them apart by.
struct RowLabels {
  bool integers = false;       ///< whether the file has integers, which may be classes
  std::vector<double> values;  ///< [n]
};

/// Collective. What the data set `path` of a file says of these rows [n], some of which each rank's
/// part of `examples` holds. Nothing where there is no such data set, where it has not one number a
/// row, or not as many rows as the examples come from. Throws DataError, the same on every rank.
[[nodiscard]] std::optional<RowLabels> labels_of_rows(const mpi::Communicator& communicator,
                                                      data::DatasetFile& file,
                                                      const model::Examples& examples,
                                                      const model::PairSettings& pair,
                                                      const std::vector<std::uint64_t>& rows,
                                                      const SampleChoice& chosen);

}  // namespace infomax::analysis
