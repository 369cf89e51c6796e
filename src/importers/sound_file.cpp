// SPDX-License-Identifier: BSD-3-Clause
#include "importers/sound_file.hpp"

#include <string>
#include <utility>
#include <vector>

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

namespace {

/// Sounds of more samples are checked for having them. Their header is all that says how much
/// memory they take.
constexpr sf_count_t many_samples = sf_count_t{1} << 24U;

/// Throws DataError unless the last of many samples can be read.
void require_samples(SNDFILE* file, const SF_INFO& info, const std::filesystem::path& path) {
  if (info.frames == SF_COUNT_MAX) {
    throw DataError(path.string() +
                    " does not say how many samples it has; save it again as WAV or FLAC");
  }
  if (info.frames <= many_samples || info.seekable == 0) {
    return;
  }
  std::vector<float> last(static_cast<std::size_t>(info.channels));
  if (sf_seek(file, info.frames - 1, SEEK_SET) != info.frames - 1 ||
      sf_readf_float(file, last.data(), 1) != 1 || sf_seek(file, 0, SEEK_SET) != 0) {
    throw DataError(
        fmt::format("{} ends before the {} samples that its header declares; download it again",
                    path.string(), info.frames));
  }
}

}  // namespace

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
  require_samples(file, info, path);
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
