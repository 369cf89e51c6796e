// SPDX-License-Identifier: BSD-3-Clause
#include "importers/sound_reader.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <numeric>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "importers/class_rows.hpp"
#include "importers/file_format.hpp"
#include "infomax/core/error.hpp"
#include "infomax/core/logging.hpp"

namespace infomax::importers {
namespace {

bool is_sound(const FileStart& start) {
  const std::string_view head = start.head;
  const auto second = [&](std::string_view kind) {
    return head.size() >= 12 && head.substr(8, kind.size()) == kind;
  };
  const bool found = ((head.starts_with("RIFF") || head.starts_with("RF64")) && second("WAVE")) ||
                     (head.starts_with("FORM") && second("AIF")) || head.starts_with("fLaC") ||
                     head.starts_with("OggS") || head.starts_with(std::string_view(".snd\0", 5));
  if (found && start.is_compressed) {
    throw DataError(start.path.string() +
                    " is a sound compressed by gzip; decompress it by gunzip first");
  }
  return found;
}

/// The frames of so many samples.
std::size_t count_frames(const Frames& frames, std::size_t samples) {
  return samples < frames.length ? 0 : 1 + (samples - frames.length) / frames.hop;
}

std::string kind_of(const SoundHeader& header) {
  return fmt::format("{} Hz and {} channel{}", header.rate, header.channels,
                     header.channels == 1 ? "" : "s");
}

/// Throws DataError if two sounds cannot be rows of one data set; `whole` means that each is a row.
void require_alike(const std::filesystem::path& file, const SoundHeader& header,
                   const std::filesystem::path& first_file, const SoundHeader& first, bool whole) {
  if (kind_of(header) != kind_of(first)) {
    throw DataError(
        fmt::format("{} has {}, and {} has {}; bring all sounds to one kind first, for example by "
                    "`sox IN -r {} "
                    "-c {} OUT`",
                    file.string(), kind_of(header), first_file.string(), kind_of(first), first.rate,
                    first.channels));
  }
  if (whole && header.samples != first.samples) {
    throw DataError(fmt::format(
        "{} has {} samples, and {} has {}; a sound is a row, so all need the same number, or "
        "`frames` 400, which cuts them into rows of 400 samples",
        file.string(), header.samples, first_file.string(), first.samples));
  }
}

}  // namespace

SoundReader::SoundReader(std::string where, std::vector<std::filesystem::path> files,
                         std::optional<Frames> frames)
    : RowFile(std::move(where)), files_(std::move(files)) {
  SoundHeader first;
  bool is_double = false;
  for (const auto& file : files_) {
    const SoundHeader header = SoundFile(file).header();
    if (rows_of_files_.empty()) {
      first = header;
      frames_ = frames.value_or(Frames{header.samples, header.samples});
    }
    is_double = is_double || header.is_double;
    require_alike(file, header, files_.front(), first, !frames);
    rows_of_files_.push_back(count_frames(frames_, header.samples));
    if (rows_of_files_.back() == 0) {
      throw DataError(
          fmt::format("{} has {} samples, fewer than the {} of a frame; leave it out, "
                      "or make `frames` shorter",
                      file.string(), header.samples, frames_.length));
    }
  }
  channels_ = first.channels;
  std::vector<std::size_t> shape{
      std::accumulate(rows_of_files_.begin(), rows_of_files_.end(), std::size_t{0}), channels_,
      frames_.length};
  if (channels_ == 1) {
    shape.erase(shape.begin() + 1);
  }
  declare(is_double ? hdf5::ElementType::f64 : hdf5::ElementType::f32, std::move(shape));
  if (frames) {
    set_lengths(rows_of_files_);
  }
  log::info(fmt::format("{} {} of {}", files_.size(), files_.size() == 1 ? "sound" : "sounds",
                        kind_of(first)));
}

/// Reads the samples that the next frame has beyond those it shares with the frame before.
template <class T>
void SoundReader::next_frame(std::vector<T>& frame) {
  if (left_ == 0) {
    file_ += current_ ? 1 : 0;
    current_.emplace(files_[file_]);
    left_ = rows_of_files_[file_];
    frame.resize(frames_.length * channels_);
    current_->read(std::span<T>(frame));
  } else {
    const std::size_t hop = std::min(frames_.hop, frames_.length);
    const std::size_t kept = (frames_.length - hop) * channels_;
    std::vector<T> between((frames_.hop - hop) * channels_);
    current_->read(std::span<T>(between));
    std::copy(frame.end() - static_cast<std::ptrdiff_t>(kept), frame.end(), frame.begin());
    current_->read(std::span<T>(frame).subspan(kept));
  }
  --left_;
}

template <class T>
void SoundReader::read_rows(std::span<std::byte> rows, std::vector<T>& frame) {
  for (std::size_t done = 0; done < rows.size();) {
    next_frame(frame);
    for (std::size_t c = 0; c < channels_; ++c) {
      for (std::size_t i = 0; i < frames_.length; ++i) {
        std::memcpy(rows.data() + done, &frame[i * channels_ + c], sizeof(T));
        done += sizeof(T);
      }
    }
  }
}

void SoundReader::read(std::span<std::byte> rows) {
  if (type() == hdf5::ElementType::f64) {
    read_rows(rows, double_frame_);
  } else {
    read_rows(rows, float_frame_);
  }
}

FileFormat sound_format() {
  return {.name = "sound",
          .opens_several = true,
          .takes_frames = true,
          .recognises = is_sound,
          .open = [](const OpenRequest& request) {
            auto rows = std::make_unique<SoundReader>(request.list.path.string(),
                                                      request.list.files, request.reading.frames);
            auto labels = class_rows(request.list, request.known.classes, rows->rows_of_files());
            return OpenedFile{std::move(rows), std::move(labels)};
          }};
}

}  // namespace infomax::importers
