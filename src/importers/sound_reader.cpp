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
#include "importers/mel_reader.hpp"
#include "importers/sound_headers.hpp"
#include "infomax/core/error.hpp"

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

/// Throws DataError unless two sounds, each of them a row, are equally long.
void require_equal_samples(const std::filesystem::path& file, const SoundHeader& header,
                           const std::filesystem::path& first_file, const SoundHeader& first) {
  if (header.samples != first.samples) {
    throw DataError(fmt::format(
        "{} has {} samples, and {} has {}; a sound is a row, so all need the same number, or "
        "`frames` 400, which cuts them into rows of 400 samples, or `frames` mel:40, which pads "
        "rows of frames",
        file.string(), header.samples, first_file.string(), first.samples));
  }
}

/// Rows of frames have the number of frames of `like`, unless `length` says another.
OpenedFile open_mel(const OpenRequest& request, const MelFrames& frames) {
  const auto& known = request.known.row;
  std::optional<std::size_t> length = request.reading.length;
  if (!length && known.size() == 2) {
    length = known.front();
  }
  const std::vector<std::size_t> rows_of_files(request.list.files.size(), 1);
  return {
      std::make_unique<MelReader>(request.list.path.string(), request.list.files, frames, length),
      class_rows(request.list, request.known.classes, rows_of_files)};
}

OpenedFile open_sounds(const OpenRequest& request) {
  const auto& frames = request.reading.frames;
  if (frames && frames->mel) {
    return open_mel(request, *frames->mel);
  }
  auto rows = std::make_unique<SoundReader>(request.list.path.string(), request.list.files, frames);
  auto labels = class_rows(request.list, request.known.classes, rows->rows_of_files());
  return {std::move(rows), std::move(labels)};
}

}  // namespace

SoundReader::SoundReader(std::string where, std::vector<std::filesystem::path> files,
                         std::optional<Frames> frames)
    : RowFile(std::move(where)), files_(std::move(files)) {
  const std::vector<SoundHeader> headers = read_sound_headers(files_);
  const SoundHeader& first = headers.front();
  frames_ = frames.value_or(Frames{first.samples, first.samples});
  bool is_double = false;
  rows_of_files_.reserve(files_.size());
  for (std::size_t i = 0; i < files_.size(); ++i) {
    const auto& file = files_[i];
    const SoundHeader& header = headers[i];
    is_double = is_double || header.is_double;
    if (!frames) {
      require_equal_samples(file, header, files_.front(), first);
    }
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
  log_sounds(headers);
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
          .open = open_sounds};
}

}  // namespace infomax::importers
