// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <vector>

#include <mpi.h>

namespace infomax::mpi {

/// A nonblocking operation under way, on buffers that must outlive it. Move-only. It must be waited
/// for: a destructor cannot communicate, so one that finds the operation unfinished ends
/// the program.
class Request {
 public:
  Request() = default;
  explicit Request(std::vector<MPI_Request> parts) : parts_(std::move(parts)) {}
  ~Request();
  Request(Request&& other) noexcept;
  Request& operator=(Request&& other) noexcept;
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;

  /// Returns once the operation is complete. Throws SystemError.
  void wait();

  /// True once complete; lets MPI progress either way. Throws SystemError.
  [[nodiscard]] bool test();

 private:
  std::vector<MPI_Request> parts_;
};

}  // namespace infomax::mpi
