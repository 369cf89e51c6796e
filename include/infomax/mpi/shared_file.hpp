// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

#include <mpi.h>

#include "infomax/mpi/communicator.hpp"

namespace infomax::mpi {

/// Collective. Makes an empty file on the root, in place of an existing one, and has every rank
/// open it, so that all ranks can open it by MPI-IO, which does not return where some ranks cannot:
/// those of other nodes, where the directory is a node's own. Throws SystemError, the same on every
/// rank.
void make_shared_file(const Communicator& communicator, const std::filesystem::path& path);

/// A plain file that all ranks write, each its own bytes, over MPI-IO, which supports shared file
/// systems. While an exception unwinds, the destructor leaves the file open until the process ends.
class SharedFile {
 public:
  /// Collective. Creates a file and replaces an existing one. Throws SystemError.
  SharedFile(const Communicator& communicator, const std::filesystem::path& path);
  ~SharedFile();
  SharedFile(const SharedFile&) = delete;
  SharedFile& operator=(const SharedFile&) = delete;

  /// Collective. Writes the bytes [offset, offset + bytes.size()) of the file; the sizes may differ
  /// between ranks and be 0. Throws SystemError, the same on every rank.
  void write_at(std::uint64_t offset, std::span<const std::byte> bytes);

  /// Collective. Closes the file. Throws SystemError if the written bytes do not reach the disk.
  void close();

 private:
  Communicator communicator_;
  std::filesystem::path path_;
  MPI_File file_ = MPI_FILE_NULL;
};

}  // namespace infomax::mpi
