#pragma once

#include <cstddef>
#include <string>

namespace infomax::mpi {

/// Memory that processes of one node see under a name, for as long as it has that name; those who
/// have it keep it. Move-only.
class SharedMemory {
 public:
  SharedMemory() = default;
  ~SharedMemory();
  SharedMemory(SharedMemory&& other) noexcept;
  SharedMemory& operator=(SharedMemory&& other) noexcept;
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;

  /// Makes it, zeroed and with room for every byte of it, so that no later write can fail. Empty
  /// where that cannot be had. The name, such as "/one", must be new.
  [[nodiscard]] static SharedMemory create(const std::string& name, std::size_t bytes);

  /// What another process of this node has created. Empty where it is not there.
  [[nodiscard]] static SharedMemory open(const std::string& name, std::size_t bytes);

  /// Takes the name away.
  static void remove_name(const std::string& name);

  [[nodiscard]] bool empty() const { return data_ == nullptr; }
  [[nodiscard]] std::byte* data() const { return data_; }

 private:
  SharedMemory(int file, std::size_t bytes);

  std::byte* data_ = nullptr;
  std::size_t bytes_ = 0;
};

}  // namespace infomax::mpi
