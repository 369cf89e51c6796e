// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include <mpi.h>

namespace infomax::mpi {

/// A nonblocking operation in progress, on buffers that must outlive it. Move-only. It must be
/// waited for: a destructor cannot communicate, so it ends the program if the operation is
/// unfinished.
class Request {
 public:
  Request() = default;
  /// Takes over operations that MPI has started.
  explicit Request(std::vector<MPI_Request> requests) : requests_(std::move(requests)) {}
  ~Request();
  /// `other` has nothing to wait for afterwards.
  Request(Request&& other) noexcept;
  /// Exchanges the operations: `other` must be waited for if this had an unfinished one.
  Request& operator=(Request&& other) noexcept;
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;

  /// Returns once the operation is complete. Throws SystemError.
  void wait();

  /// Returns whether the operation is complete, and lets MPI progress. Throws SystemError.
  [[nodiscard]] bool test();

 private:
  std::vector<MPI_Request> requests_;  // of the pieces of a long message
};

}  // namespace infomax::mpi
