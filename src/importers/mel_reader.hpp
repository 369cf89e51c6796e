// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "importers/log_mel.hpp"
#include "importers/row_file.hpp"
#include "importers/sound_file.hpp"
#include "infomax/importers/reading.hpp"

namespace infomax::importers {

/// Sounds of one rate and number of channels as log-mel frames: a file a row, [N, T, channels F],
/// the filters of the first channel first. Rows of fewer than T frames end in silence. Numbers are
/// f32, or f64 where f32 does not hold the samples.
class MelReader final : public RowFile {
 public:
  /// Reads the headers of all files. T is `length`, or the frames of the longest file. Throws
  /// DataError.
  MelReader(std::string where, std::vector<std::filesystem::path> files, const MelFrames& frames,
            std::optional<std::size_t> length);

  void read(std::span<std::byte> rows) override;

 private:
  void read_sound(const std::filesystem::path& file, std::size_t count, std::span<double> row);

  std::vector<std::filesystem::path> files_;
  std::vector<SoundHeader> headers_;
  LogMel mel_;
  std::vector<std::size_t> counts_;  ///< frames of each file
  std::size_t next_ = 0;             ///< file
  std::vector<double> samples_;      ///< [samples, channels] of a file
  std::vector<double> channel_;      ///< [W] of one channel
  std::vector<double> row_;          ///< [T, channels F]
};

}  // namespace infomax::importers
