// SPDX-License-Identifier: BSD-3-Clause
#include <cerrno>
#include <cstdint>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include "infomax/core/error.hpp"
#include "infomax/core/stopwatch.hpp"
#include "infomax/hdf5/file.hpp"
#include "infomax/measure/rates.hpp"
#include "infomax/mpi/failure.hpp"

namespace infomax::measure {
namespace {

constexpr std::size_t row_bytes = 4096;

/// Returns a name that no other job uses.
std::filesystem::path scratch_name(const std::filesystem::path& directory) {
  return directory / fmt::format(".infomax-doctor-{}.h5", ::getpid());
}

/// Removes a file at the end of the scope or before, on the rank that owns it.
class Removed {
 public:
  Removed(std::filesystem::path path, bool owner) : path_(std::move(path)), owner_(owner) {}
  ~Removed() {
    if (owner_) {
      std::error_code ignored;
      std::filesystem::remove(path_, ignored);
    }
  }
  Removed(const Removed&) = delete;
  Removed& operator=(const Removed&) = delete;

 private:
  std::filesystem::path path_;
  bool owner_;
};

/// Waits until the file is on the disk, and asks the system to drop its pages from the cache.
void flush(const std::filesystem::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file >= 0) {
    ::fsync(file);
    ::posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
    ::close(file);
  }
}

}  // namespace

StorageRates storage_rates(const mpi::Communicator& communicator,
                           const std::filesystem::path& directory, std::size_t bytes) {
  const std::filesystem::path path = communicator.broadcast(scratch_name(directory).string(), 0);
  const Removed removed(path, communicator.is_root());
  const std::size_t rows = std::max<std::size_t>(1, bytes / row_bytes);
  const auto first_of = [&](int rank) {
    return rows * static_cast<std::size_t>(rank) / static_cast<std::size_t>(communicator.size());
  };
  const std::size_t first = first_of(communicator.rank());
  const std::size_t count = first_of(communicator.rank() + 1) - first;
  std::vector<std::uint8_t> mine(count * row_bytes, static_cast<std::uint8_t>(first));

  StorageRates rates{rows * row_bytes};
  rates.write_s = seconds_per_call(communicator, 1, [&] {
    auto file = hdf5::File::create_parallel(communicator, path);
    file.create_dataset("/x", hdf5::ElementType::u8, {rows, row_bytes})
        .write<std::uint8_t>(first, count, mine);
    file.close();
    flush(path);
  });
  rates.read_s = seconds_per_call(communicator, 1, [&] {
    const auto file = hdf5::File::open_parallel(communicator, path);
    file.dataset("/x").read<std::uint8_t>(first, count, mine);
  });
  return rates;
}

std::string lock_failure(const std::filesystem::path& directory) {
  const std::filesystem::path path = scratch_name(directory);
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) {
    throw SystemError(fmt::format("cannot create {}: {}; name another `directory`", path.string(),
                                  std::generic_category().message(errno)));
  }
  const Removed removed(path, true);
  const bool locked = ::flock(file, LOCK_EX | LOCK_NB) == 0;
  const int reason = errno;
  ::close(file);
  return locked ? "" : std::generic_category().message(reason);
}

}  // namespace infomax::measure
