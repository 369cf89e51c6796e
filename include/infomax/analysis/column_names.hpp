// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "infomax/data/loader.hpp"
#include "infomax/model/pair.hpp"
#include "infomax/model/settings.hpp"

namespace infomax::analysis {

/// The names of the `columns` columns of the data that a side is made of, as the file says them: of
/// one-hot rows, those of the classes. None where the file does not name as many columns.
[[nodiscard]] std::vector<std::string> column_names(const data::DatasetFile& file,
                                                    const model::PairSettings& pair,
                                                    const model::SideMeaning& side,
                                                    std::size_t columns);

}  // namespace infomax::analysis
