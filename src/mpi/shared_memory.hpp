// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>

namespace infomax::mpi {

/// Where another process of this node finds a memory.
struct MemoryAddress {
  std::int64_t process = 0;
  std::int64_t file = -1;
};

/// Memory that processes of one node share. It has no name and no place in a file system, so that
/// nothing of it is left behind however its processes end. Move-only.
class SharedMemory {
 public:
  SharedMemory() = default;
  ~SharedMemory();
  SharedMemory(SharedMemory&& other) noexcept;
  SharedMemory& operator=(SharedMemory&& other) noexcept;
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;

  /// Zeroed, with room for every byte of it, so that no later write can fail. Empty where that
  /// cannot be had.
  [[nodiscard]] static SharedMemory create(std::size_t bytes);

  /// What another process of this user has created and offers. Empty where it cannot be had, as
  /// between containers.
  [[nodiscard]] static SharedMemory open(const MemoryAddress& address, std::size_t bytes);

  /// Of one that was created here, until it is withdrawn.
  [[nodiscard]] MemoryAddress address() const;

  /// Nobody else can open it from now on; those who have it keep it.
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
