// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/mpi/shared_file.hpp"

#include <algorithm>
#include <cerrno>
#include <exception>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

#include "infomax/core/error.hpp"
#include "infomax/mpi/check.hpp"
#include "infomax/mpi/failure.hpp"

namespace infomax::mpi {
namespace {

/// MPI-IO fails in several ways beyond 2 GiB.
constexpr std::size_t most_bytes = std::size_t{1} << 28U;

/// Does what check() does, and names the file.
void check_file(int status, const char* call, const std::filesystem::path& path) {
  try {
    check(status, call);
  } catch (const SystemError& error) {
    throw SystemError("cannot write " + path.string() + ": " + error.what());
  }
}

/// Opens the file for writing with further flags, and closes it.
void try_to_write(const std::filesystem::path& path, int flags, const std::string& advice) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | flags, 0666);
  if (file < 0) {
    throw SystemError("cannot write " + path.string() + ": " +
                      std::generic_category().message(errno) + advice);
  }
  ::close(file);
}

}  // namespace

void make_shared_file(const Communicator& communicator, const std::filesystem::path& path) {
  // Another rank may still be reading a file of this name.
  communicator.barrier();
  together(communicator, [&] {
    if (communicator.is_root()) {
      try_to_write(path, O_CREAT | O_TRUNC, "");
    }
  });
  together(communicator, [&] {
    try_to_write(path, 0, ", where rank 0 has made it; name a file that all ranks share");
  });
}

SharedFile::SharedFile(const Communicator& communicator, const std::filesystem::path& path)
    : communicator_(communicator), path_(path) {
  make_shared_file(communicator_, path_);
  together(communicator_, [&] {
    check_file(MPI_File_open(communicator_.native(), path_.c_str(), MPI_MODE_WRONLY, MPI_INFO_NULL,
                             &file_),
               "MPI_File_open", path_);
  });
}

SharedFile::~SharedFile() {
  if (file_ != MPI_FILE_NULL && std::uncaught_exceptions() == 0) {
    MPI_File_close(&file_);
  }
}

void SharedFile::write_at(std::uint64_t offset, std::span<const std::byte> bytes) {
  const std::uint64_t rounds =
      communicator_.max(std::uint64_t{(bytes.size() + most_bytes - 1) / most_bytes});
  for (std::uint64_t round = 0; round < rounds; ++round) {
    const std::size_t done = std::min(bytes.size(), static_cast<std::size_t>(round) * most_bytes);
    const std::size_t count = std::min(bytes.size() - done, most_bytes);
    together(communicator_, [&] {
      MPI_Status status;
      check_file(MPI_File_write_at_all(
                     file_, static_cast<MPI_Offset>(offset) + static_cast<MPI_Offset>(done),
                     bytes.data() + done, static_cast<int>(count), MPI_BYTE, &status),
                 "MPI_File_write_at_all", path_);
      int written = 0;
      check(MPI_Get_count(&status, MPI_BYTE, &written), "MPI_Get_count");
      if (static_cast<std::size_t>(written) != count) {
        throw SystemError("cannot write " + path_.string() + ": the disk took " +
                          std::to_string(written) + " of " + std::to_string(count) + " bytes");
      }
    });
  }
}

void SharedFile::close() {
  // Both are collective, so no rank may skip the second because the first failed there.
  together(communicator_, [&] { check_file(MPI_File_sync(file_), "MPI_File_sync", path_); });
  together(communicator_, [&] { check_file(MPI_File_close(&file_), "MPI_File_close", path_); });
}

}  // namespace infomax::mpi
