// SPDX-License-Identifier: BSD-3-Clause
#include "importers/sound_file.hpp"
#include "infomax/core/error.hpp"

// In the place of sound_file.cpp where libsndfile is not installed.
namespace infomax::importers {

struct SoundFile::Opened {};

SoundFile::SoundFile(const std::filesystem::path& path) {
  throw UsageError(
      path.string() +
      " is a sound, and this Infomax was built without libsndfile; install it (Debian: "
      "libsndfile1-dev) and build again, or save the samples by numpy.save");
}

SoundFile::~SoundFile() = default;
SoundFile::SoundFile(SoundFile&&) noexcept = default;
SoundFile& SoundFile::operator=(SoundFile&&) noexcept = default;

void SoundFile::read(std::span<float> /*samples*/) {}
void SoundFile::read(std::span<double> /*samples*/) {}

}  // namespace infomax::importers
