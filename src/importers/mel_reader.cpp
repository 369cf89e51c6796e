// SPDX-License-Identifier: BSD-3-Clause
#include "importers/mel_reader.hpp"

#include <algorithm>
#include <cstring>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

#include "importers/sound_headers.hpp"
#include "importers/step_counts.hpp"
#include "infomax/core/error.hpp"
#include "infomax/core/logging.hpp"

namespace infomax::importers {

MelReader::MelReader(std::string where, std::vector<std::filesystem::path> files,
                     const MelFrames& frames, std::optional<std::size_t> length)
    : RowFile(std::move(where)),
      files_(std::move(files)),
      headers_(read_sound_headers(files_)),
      mel_(frames, headers_.front().rate, this->where()) {
  counts_.reserve(files_.size());
  bool is_double = false;
  for (std::size_t i = 0; i < files_.size(); ++i) {
    counts_.push_back(mel_.count(headers_[i].samples));
    is_double = is_double || headers_[i].is_double;
    if (counts_.back() == 0) {
      throw DataError(fmt::format(
          "{} has {} samples, fewer than the {} of a frame; leave it out, or make the window of "
          "`frames` shorter",
          files_[i].string(), headers_[i].samples, mel_.window()));
    }
  }
  const std::size_t longest = *std::ranges::max_element(counts_);
  const std::size_t steps = length.value_or(longest);
  const auto cut = std::ranges::count_if(counts_, [&](std::size_t n) { return n > steps; });
  if (cut > 0) {
    log::info(
        fmt::format("{} of the {} sounds of {} have more than {} frames and are cut; the longest "
                    "has {}",
                    cut, files_.size(), this->where(), steps, longest));
  }
  for (std::size_t& count : counts_) {
    count = std::min(count, steps);
  }
  const std::size_t features = headers_.front().channels * mel_.filters();
  declare(is_double ? hdf5::ElementType::f64 : hdf5::ElementType::f32,
          {files_.size(), steps, features});
  set_step_counts(step_counts_of(counts_, steps));
  log_sounds(headers_);
  channel_.resize(mel_.window());
  row_.resize(steps * features);
}

/// Sets `row` to so many frames of a sound, and silence behind them.
void MelReader::read_sound(const std::filesystem::path& file, std::size_t count,
                           std::span<double> row) {
  const std::size_t channels = headers_[next_].channels;
  const std::size_t filters = mel_.filters();
  samples_.resize(((count - 1) * mel_.hop() + mel_.window()) * channels);
  SoundFile(file).read(std::span<double>(samples_));
  for (std::size_t t = 0; t < count; ++t) {
    for (std::size_t c = 0; c < channels; ++c) {
      for (std::size_t i = 0; i < channel_.size(); ++i) {
        channel_[i] = samples_[(t * mel_.hop() + i) * channels + c];
      }
      mel_.transform(channel_, row.subspan((t * channels + c) * filters, filters));
    }
  }
  std::ranges::fill(row.subspan(count * channels * filters), LogMel::silence());
}

void MelReader::read(std::span<std::byte> rows) {
  for (std::size_t done = 0; done < rows.size(); done += row_bytes(), ++next_) {
    read_sound(files_[next_], counts_[next_], row_);
    if (type() == hdf5::ElementType::f64) {
      std::memcpy(rows.data() + done, row_.data(), row_bytes());
      continue;
    }
    for (std::size_t i = 0; i < row_.size(); ++i) {
      const auto stored = static_cast<float>(row_[i]);
      std::memcpy(rows.data() + done + i * sizeof(stored), &stored, sizeof(stored));
    }
  }
}

}  // namespace infomax::importers
