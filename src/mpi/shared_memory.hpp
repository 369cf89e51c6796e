// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>

namespace infomax::mpi {

/// The address by which another process of this node opens a shared memory.
struct MemoryAddress {
  std::int64_t process = 0;
  std::int64_t file = -1;
};

/// Memory that processes of one node share. It has no name in any file system, so that nothing of
/// it remains, however its processes end. Move-only.
///
/// This is why it does not use MPI_Win_allocate_shared: Open MPI 4.1 backs a window with a named
/// file, /dev/shm/osc_sm.*, until all ranks have mapped it. Of 16 jobs of 2 ranks that allocated
/// windows in a loop and were killed by SIGKILL at random instants, 2 left that file behind;
/// mpirun, which survived in 8 of the jobs, did not remove it.
class SharedMemory {
 public:
  SharedMemory() = default;
  ~SharedMemory();
  SharedMemory(SharedMemory&& other) noexcept;
  SharedMemory& operator=(SharedMemory&& other) noexcept;
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;

  /// Allocates zeroed memory, with a page for every byte, so that no later write can fail. Returns
  /// an empty object on failure.
  [[nodiscard]] static SharedMemory create(std::size_t bytes);

  /// Maps a memory that another process of this user created and offers. Returns an empty object on
  /// failure, for example between containers.
  [[nodiscard]] static SharedMemory open(const MemoryAddress& address, std::size_t bytes);

  /// The address of a memory that create() made, valid until withdraw().
  [[nodiscard]] MemoryAddress address() const;

  /// Prevents other processes from opening it from now on. Existing mappings stay valid.
  void withdraw();

  [[nodiscard]] bool empty() const { return data_ == nullptr; }
  [[nodiscard]] std::byte* data() const { return data_; }

 private:
  SharedMemory(int file, std::size_t bytes);

  std::byte* data_ = nullptr;
  std::size_t bytes_ = 0;
  int file_ = -1;
};

}  // namespace infomax::mpi
