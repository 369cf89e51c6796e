// SPDX-License-Identifier: BSD-3-Clause
#include "importers/shuffle_spill.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <system_error>

#include <fmt/format.h>

#include "infomax/core/error.hpp"
#include "infomax/mpi/failure.hpp"

namespace infomax::importers {
namespace {

[[noreturn]] void fail(const char* what, const std::filesystem::path& path) {
  throw SystemError(fmt::format("cannot {} {}, a part of a shuffle: {}", what, path.string(),
                                std::generic_category().message(errno)));
}

}  // namespace

Spill::Spill(const mpi::Communicator& communicator, const std::filesystem::path& output,
             std::size_t buckets, std::size_t record_bytes, std::size_t buffer_bytes)
    : communicator_(communicator),
      output_(output),
      record_bytes_(record_bytes),
      most_held_(std::max(record_bytes, buffer_bytes / buckets / record_bytes * record_bytes)),
      held_(buckets),
      counts_(buckets, 0) {}

Spill::~Spill() {
  for (std::size_t bucket = 0; bucket < buckets(); ++bucket) {
    std::error_code ignored;
    std::filesystem::remove(file(communicator_.rank(), bucket), ignored);
  }
}

std::filesystem::path Spill::file(int rank, std::size_t bucket) const {
  return fmt::format("{}.shuffle-{}-{}", output_.string(), rank, bucket);
}

void Spill::add(std::size_t bucket, std::span<const std::byte> record) {
  auto& held = held_[bucket];
  if (held.capacity() == 0 && most_held_ > record_bytes_) {
    held.reserve(most_held_);
  }
  held.insert(held.end(), record.begin(), record.end());
  ++counts_[bucket];
  if (held.size() + record_bytes_ > most_held_) {
    write(bucket);
  }
}

void Spill::write(std::size_t bucket) {
  auto& held = held_[bucket];
  const auto path = file(communicator_.rank(), bucket);
  // What was left of a job that was killed has gone before the first write.
  const bool is_first = counts_[bucket] * record_bytes_ == held.size();
  std::ofstream out(path, std::ios::binary | (is_first ? std::ios::trunc : std::ios::app));
  if (!out.write(reinterpret_cast<const char*>(held.data()),
                 static_cast<std::streamsize>(held.size())) ||
      (out.close(), !out)) {
    fail("write", path);
  }
  held.clear();
  if (most_held_ == record_bytes_) {
    held.shrink_to_fit();  // there is no room to hold any
  }
}

void Spill::finish() {
  mpi::together(communicator_, [&] {
    for (std::size_t bucket = 0; bucket < buckets(); ++bucket) {
      // Every file is made, so that none is left of another job.
      if (!held_[bucket].empty() || counts_[bucket] == 0) {
        write(bucket);
      }
      held_[bucket] = {};
    }
  });
  communicator_.sum(std::span<std::uint64_t>(counts_));
}

std::vector<std::byte> Spill::read(std::size_t bucket) const {
  std::vector<std::byte> records(counts_[bucket] * record_bytes_);
  std::size_t done = 0;
  for (int rank = 0; rank < communicator_.size(); ++rank) {
    const auto path = file(rank, bucket);
    std::ifstream in(path, std::ios::binary);
    if (!in) {
      fail("read", path);
    }
    in.read(reinterpret_cast<char*>(records.data() + done),
            static_cast<std::streamsize>(records.size() - done));
    done += static_cast<std::size_t>(in.gcount());
  }
  if (done != records.size()) {
    throw SystemError(
        fmt::format("the parts of a shuffle beside {} have {} of {} bytes; is it on a file system "
                    "that all ranks "
                    "share?",
                    output_.string(), done, records.size()));
  }
  return records;
}

}  // namespace infomax::importers
