// SPDX-License-Identifier: BSD-3-Clause
#include "mpi/shared_memory.hpp"

#include <string>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

namespace infomax::mpi {

/// Takes ownership of the file.
SharedMemory::SharedMemory(int file, std::size_t bytes) : bytes_(bytes), file_(file) {
  void* mapped = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  data_ = mapped == MAP_FAILED ? nullptr : static_cast<std::byte*>(mapped);
}

SharedMemory::~SharedMemory() {
  withdraw();
  if (data_ != nullptr) {
    ::munmap(data_, bytes_);
  }
}

SharedMemory::SharedMemory(SharedMemory&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      bytes_(other.bytes_),
      file_(std::exchange(other.file_, -1)) {}

SharedMemory& SharedMemory::operator=(SharedMemory&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(bytes_, other.bytes_);
  std::swap(file_, other.file_);
  return *this;
}

SharedMemory SharedMemory::create(std::size_t bytes) {
  const int file = ::memfd_create("infomax", MFD_CLOEXEC);
  if (file < 0) {
    return {};
  }
  // Allocates the pages. With a size alone, a write without free memory would raise SIGBUS.
  if (::posix_fallocate(file, 0, static_cast<off_t>(bytes)) != 0) {
    ::close(file);
    return {};
  }
  return {file, bytes};
}

SharedMemory SharedMemory::open(const MemoryAddress& address, std::size_t bytes) {
  const std::string path = fmt::format("/proc/{}/fd/{}", address.process, address.file);
  const int file = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (file < 0) {
    return {};
  }
  // In another container, the process with this number is another one, with another file.
  if (::lseek(file, 0, SEEK_END) != static_cast<off_t>(bytes)) {
    ::close(file);
    return {};
  }
  SharedMemory memory(file, bytes);
  memory.withdraw();
  return memory;
}

MemoryAddress SharedMemory::address() const { return {::getpid(), file_}; }

void SharedMemory::withdraw() {
  if (file_ >= 0) {
    ::close(file_);
    file_ = -1;
  }
}

}  // namespace infomax::mpi
