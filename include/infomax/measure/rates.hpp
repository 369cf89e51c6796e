// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "infomax/measure/timing.hpp"
#include "infomax/mpi/communicator.hpp"

namespace infomax::measure {

/// Gflop/s of sgemm at a dense layer's shapes (768 x 768), by this process with the BLAS threads it
/// has: the median of calls over `seconds`, three at least.
[[nodiscard]] double sgemm_gflops(double seconds);

/// Collective. The same of this rank while all ranks do it.
[[nodiscard]] double sgemm_gflops_together(const mpi::Communicator& communicator, double seconds);

/// Collective. The same of this rank while the other ranks of its node sleep; `seconds` are for all
/// of them together, but for what three calls on each take.
[[nodiscard]] double sgemm_gflops_alone(const mpi::Communicator& communicator, double seconds);

/// Collective. Seconds of one sum over all ranks of a vector of `bytes` (a multiple of 8).
[[nodiscard]] Spread allreduce_s(const mpi::Communicator& communicator, std::size_t bytes,
                                 const Pace& pace);

struct StorageRates {
  std::size_t bytes = 0;
  double write_s = 0.0;  ///< until it is on the disk (fsync)
  double read_s = 0.0;   ///< after the system was asked to forget it
};

/// Collective. All ranks together write a file of about `bytes` over parallel HDF5 into
/// `directory`, read it back and remove it. Throws SystemError or DataError, on every rank alike.
[[nodiscard]] StorageRates storage_rates(const mpi::Communicator& communicator,
                                         const std::filesystem::path& directory, std::size_t bytes);

/// By one rank. Why a file in `directory` cannot be locked as HDF5 does it (flock); empty where it
/// can. Throws SystemError where there can be no file.
[[nodiscard]] std::string lock_failure(const std::filesystem::path& directory);

}  // namespace infomax::measure
