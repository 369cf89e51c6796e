// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "importers/row_file.hpp"
#include "importers/sound_file.hpp"
#include "infomax/core/matrix.hpp"
#include "infomax/importers/reading.hpp"

namespace infomax::importers {

/// Sounds of one rate and number of channels: a file a row, or frames of files, [N, samples] of one
/// channel, [N, channels, samples] of several. Samples are f32, or f64 where f32 does not hold
/// them.
class SoundReader final : public RowFile {
 public:
  /// Reads the headers of all files. Without `frames` all must have the same number of samples.
  /// Throws DataError.
  SoundReader(std::string where, std::vector<std::filesystem::path> files,
              std::optional<Frames> frames);

  void read(std::span<std::byte> rows) override;

  /// The rows of each file, at least one.
  [[nodiscard]] const std::vector<std::size_t>& rows_of_files() const { return rows_of_files_; }

 private:
  template <class T>
  void read_rows(std::span<std::byte> rows, std::vector<T>& frame);
  template <class T>
  void next_frame(std::vector<T>& frame);

  std::vector<std::filesystem::path> files_;
  std::size_t channels_ = 0;
  Frames frames_;
  std::vector<std::size_t> rows_of_files_;
  std::optional<SoundFile> current_;
  std::size_t file_ = 0;
  std::size_t left_ = 0;              ///< rows of the current file
  std::vector<float> float_frame_;    ///< [samples, channels] of the frame that was read last
  std::vector<double> double_frame_;  ///< the same of files that need f64
};

}  // namespace infomax::importers
