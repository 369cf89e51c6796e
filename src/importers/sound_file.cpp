// SPDX-License-Identifier: BSD-3-Clause
#include "importers/sound_file.hpp"

#include <cstdint>
#include <string>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <sndfile.h>

#include "infomax/core/error.hpp"

namespace infomax::importers {

struct SoundFile::Opened {
  Opened(SNDFILE* opened, std::string path) : file(opened), where(std::move(path)) {}
  ~Opened() { sf_close(file); }
  Opened(const Opened&) = delete;
  Opened& operator=(const Opened&) = delete;

  SNDFILE* file;
  std::string where;

  void expect(sf_count_t read, std::size_t wanted) const {
    if (read != static_cast<sf_count_t>(wanted)) {
      throw DataError(where +
                      " ends before the samples that its header declares; download it again");
    }
  }
};

SoundFile::SoundFile(const std::filesystem::path& path) {
  SF_INFO info{};
  SNDFILE* const file = sf_open(path.c_str(), SFM_READ, &info);
  if (file == nullptr) {
    throw DataError(fmt::format("cannot read the sound {}: {}; save it as WAV or FLAC",
                                path.string(), sf_strerror(nullptr)));
  }
  opened_ = std::make_unique<Opened>(file, path.string());
  if (info.frames <= 0 || info.channels <= 0) {
    throw DataError(path.string() + " has no samples; there is nothing to import");
  }
  // A frame of FLAC holds at most 65,535 samples of each channel, and no fewer than 10 bytes.
  constexpr std::uintmax_t most_samples_a_byte = 65'535 / 10;
  std::error_code status;
  const std::uintmax_t bytes = std::filesystem::file_size(path, status);
  if (!status && static_cast<std::uintmax_t>(info.frames) / most_samples_a_byte > bytes) {
    throw DataError(
        fmt::format("{} says that it has {} samples, and has {} bytes; download it again",
                    path.string(), info.frames, bytes));
  }
  const int sample = info.format & SF_FORMAT_SUBMASK;
  header_ = {static_cast<std::size_t>(info.frames), static_cast<std::size_t>(info.channels),
             static_cast<std::size_t>(info.samplerate),
             sample == SF_FORMAT_DOUBLE || sample == SF_FORMAT_PCM_32};
}

SoundFile::~SoundFile() = default;
SoundFile::SoundFile(SoundFile&&) noexcept = default;
SoundFile& SoundFile::operator=(SoundFile&&) noexcept = default;

void SoundFile::read(std::span<float> samples) {
  opened_->expect(
      sf_read_float(opened_->file, samples.data(), static_cast<sf_count_t>(samples.size())),
      samples.size());
}

void SoundFile::read(std::span<double> samples) {
  opened_->expect(
      sf_read_double(opened_->file, samples.data(), static_cast<sf_count_t>(samples.size())),
      samples.size());
}

}  // namespace infomax::importers
