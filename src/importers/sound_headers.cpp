// SPDX-License-Identifier: BSD-3-Clause
#include "importers/sound_headers.hpp"

#include <fmt/format.h>

#include "infomax/core/error.hpp"
#include "infomax/core/logging.hpp"

namespace infomax::importers {
namespace {

std::string kind_of(const SoundHeader& header) {
  return fmt::format("{} Hz and {} channel{}", header.rate, header.channels,
                     header.channels == 1 ? "" : "s");
}

}  // namespace

std::vector<SoundHeader> read_sound_headers(const std::vector<std::filesystem::path>& files) {
  std::vector<SoundHeader> headers;
  headers.reserve(files.size());
  for (const auto& file : files) {
    headers.push_back(SoundFile(file).header());
    const SoundHeader& first = headers.front();
    if (kind_of(headers.back()) != kind_of(first)) {
      throw DataError(fmt::format(
          "{} has {}, and {} has {}; bring all sounds to one kind first, for example by `sox IN "
          "-r {} -c {} OUT`",
          file.string(), kind_of(headers.back()), files.front().string(), kind_of(first),
          first.rate, first.channels));
    }
  }
  return headers;
}

void log_sounds(const std::vector<SoundHeader>& headers) {
  log::info(fmt::format("{} {} of {}", headers.size(), headers.size() == 1 ? "sound" : "sounds",
                        kind_of(headers.front())));
}

}  // namespace infomax::importers
