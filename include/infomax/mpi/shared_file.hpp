// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

#include <mpi.h>

#include "infomax/mpi/communicator.hpp"

namespace infomax::mpi {

/// A plain file that all ranks write, each its own bytes, over MPI-IO, which knows what a shared
/// file system needs. Where an exception unwinds, it is left to the end of the process.
class SharedFile {
 public:
  /// Collective. A new file, in place of one that is there. Throws SystemError.
  SharedFile(const Communicator& communicator, const std::filesystem::path& path);
  ~SharedFile();
  SharedFile(const SharedFile&) = delete;
  SharedFile& operator=(const SharedFile&) = delete;

  /// Collective. Bytes [offset, offset + bytes.size()); the sizes may differ and be 0. Throws
  /// SystemError, the same on every rank.
  void write_at(std::uint64_t offset, std::span<const std::byte> bytes);

  /// Collective. Throws SystemError where what was written does not reach the disk.
  void close();

 private:
  Communicator communicator_;
  std::filesystem::path path_;
  MPI_File file_ = MPI_FILE_NULL;
};

}  // namespace infomax::mpi
