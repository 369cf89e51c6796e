// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "importers/sound_file.hpp"

namespace infomax::importers {

/// Reads the headers of sounds that are to be rows of one data set. Throws DataError if their
/// sampling rates or numbers of channels differ.
[[nodiscard]] std::vector<SoundHeader> read_sound_headers(
    const std::vector<std::filesystem::path>& files);

/// Says how many sounds of which kind there are.
void log_sounds(const std::vector<SoundHeader>& headers);

}  // namespace infomax::importers
