// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "infomax/measure/timing.hpp"
#include "infomax/mpi/communicator.hpp"

namespace infomax::measure {

/// Returns the Gflop/s of sgemm at a dense layer's shape (768 x 768) in this process, with its BLAS
/// threads: the median of the calls in `seconds`, at least three.
[[nodiscard]] double sgemm_gflops(double seconds);

/// Collective. Returns the same for this rank while all ranks measure.
[[nodiscard]] double sgemm_gflops_together(const mpi::Communicator& communicator, double seconds);

/// Collective. Returns the same for this rank while the other ranks of its node sleep. The ranks of
/// a node share `seconds`, except that each makes at least three calls.
[[nodiscard]] double sgemm_gflops_alone(const mpi::Communicator& communicator, double seconds);

/// Collective. Measures the seconds of a sum over all ranks of a vector of `bytes` (a multiple of
/// 8).
[[nodiscard]] Spread allreduce_s(const mpi::Communicator& communicator, std::size_t bytes,
                                 const Pace& pace);

/// The measured times of a file.
struct StorageRates {
  std::size_t bytes = 0;  ///< size of the file
  double write_s = 0.0;   ///< until the file is on the disk (fsync)
  double read_s = 0.0;    ///< after the system was asked to drop it from its cache
};

/// Collective. All ranks together write a file of about `bytes` over parallel HDF5 into
/// `directory`, read it back and remove it. Throws SystemError or DataError, the same on every
/// rank.
[[nodiscard]] StorageRates storage_rates(const mpi::Communicator& communicator,
                                         const std::filesystem::path& directory, std::size_t bytes);

/// Called by one rank. Returns the reason why a file in `directory` cannot be locked in the way
/// that HDF5 uses (flock); empty if it can. Throws SystemError if no file can be created.
[[nodiscard]] std::string lock_failure(const std::filesystem::path& directory);

}  // namespace infomax::measure
