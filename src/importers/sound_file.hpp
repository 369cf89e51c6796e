// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>

namespace infomax::importers {

/// What the header of a sound says.
struct SoundHeader {
  std::size_t samples = 0;   ///< of each channel
  std::size_t channels = 0;  ///< at least 1
  std::size_t rate = 0;      ///< samples a second
  bool is_double = false;    ///< whether float does not hold its samples
};

/// A sound file that is read from its start to its end.
class SoundFile {
 public:
  /// Opens WAV, FLAC, AIFF, AU or Ogg Vorbis. Throws DataError if the file cannot be read,
  /// UsageError if the program was built without libsndfile.
  explicit SoundFile(const std::filesystem::path& path);
  ~SoundFile();
  SoundFile(SoundFile&&) noexcept;
  SoundFile& operator=(SoundFile&&) noexcept;

  [[nodiscard]] const SoundHeader& header() const { return header_; }

  /// @{ Reads the next samples of all channels, [samples, channels]. Integers become numbers from
  /// -1 to 1. Throws DataError if the file ends before.
  void read(std::span<float> samples);
  void read(std::span<double> samples);
  /// @}

 private:
  struct Opened;
  std::unique_ptr<Opened> opened_;
  SoundHeader header_;
};

}  // namespace infomax::importers
