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

/// Collective. The rows of the file that side b, or a where `of_a`, of the chosen samples is made
/// from [n], the same on every rank.
[[nodiscard]] std::vector<std::uint64_t> rows_of_samples(const mpi::Communicator& communicator,
                                                         const model::Examples& examples,
                                                         const model::PairSettings& pair,
                                                         const SampleChoice& chosen,
                                                         bool of_a = false);

/// Labels of rows: one number for each.
struct RowLabels {
  bool integers = false;       ///< whether the file has integers, which may be classes
  std::vector<double> values;  ///< [n]
};

/// Collective. Returns the labels that the data set `pair.y_path` of a file has for these rows [n],
/// of which each rank's part of `examples` holds some. Returns nothing if there is no such data
/// set, if it does not have one number for each row, or if it has another number of rows than x.
/// Throws DataError, the same on every rank.
[[nodiscard]] std::optional<RowLabels> labels_of_rows(const mpi::Communicator& communicator,
                                                      data::DatasetFile& file,
                                                      const model::Examples& examples,
                                                      const model::PairSettings& pair,
                                                      const std::vector<std::uint64_t>& rows,
                                                      const SampleChoice& chosen);

}  // namespace infomax::analysis
