#include "mpi/shared_memory.hpp"

#include <utility>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace infomax::mpi {

SharedMemory::SharedMemory(int file, std::size_t bytes) : bytes_(bytes) {
  void* mapped = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  data_ = mapped == MAP_FAILED ? nullptr : static_cast<std::byte*>(mapped);
}

SharedMemory::~SharedMemory() {
  if (data_ != nullptr) {
    ::munmap(data_, bytes_);
  }
}

SharedMemory::SharedMemory(SharedMemory&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), bytes_(other.bytes_) {}

SharedMemory& SharedMemory::operator=(SharedMemory&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

SharedMemory SharedMemory::create(const std::string& name, std::size_t bytes) {
  const int file = ::shm_open(name.c_str(), O_RDWR | O_CREAT | O_EXCL, S_IRUSR | S_IWUSR);
  if (file < 0) {
    return {};
  }
  // Not only a size: a write to what then had no room would be a SIGBUS.
  const bool has_room = ::posix_fallocate(file, 0, static_cast<off_t>(bytes)) == 0;
  SharedMemory memory = has_room ? SharedMemory(file, bytes) : SharedMemory();
  ::close(file);
  return memory;
}

SharedMemory SharedMemory::open(const std::string& name, std::size_t bytes) {
  const int file = ::shm_open(name.c_str(), O_RDWR, 0);
  if (file < 0) {
    return {};
  }
  SharedMemory memory(file, bytes);
  ::close(file);
  return memory;
}

void SharedMemory::remove_name(const std::string& name) { ::shm_unlink(name.c_str()); }

}  // namespace infomax::mpi
