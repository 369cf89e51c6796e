// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <filesystem>
#include <map>
#include <span>
#include <string>

#include "infomax/analysis/encoder.hpp"

namespace infomax::exporters {

/// Writes a header of C that makes the representation of a row, as the encoder does, with names
/// that begin with `prefix`. Returns what is in it, in a few words. Throws UsageError, which says
/// what to do, where a layer has no counterpart in C, rows may have lengths of their own, or the
/// encoder is too large, and SystemError.
std::string write_c_encoder(const std::filesystem::path& path,
                            const analysis::Encoder<float>& encoder,
                            std::span<const float> parameters, const model::Settings& settings,
                            const std::string& prefix);

}  // namespace infomax::exporters
