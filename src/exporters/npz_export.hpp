// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <filesystem>

#include "infomax/analysis/encoder.hpp"
#include "infomax/model/model_file.hpp"

namespace infomax::exporters {

/// Writes the arrays of an encoder of the model, under the names that model.h5 has for them:
/// preprocess/shift and scale [n], layers/K/weight [in, out] and so on, in the precision of the
/// model; and the texts of metadata_of(). Returns how many arrays there are. Throws SystemError.
std::size_t write_npz(const std::filesystem::path& path, const model::StoredModel& stored,
                      const analysis::Encoder<float>& encoder);

}  // namespace infomax::exporters
