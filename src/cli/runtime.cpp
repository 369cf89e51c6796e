// SPDX-License-Identifier: BSD-3-Clause
#include "cli/runtime.hpp"

#include <cstdio>
#include <filesystem>

#include <fmt/format.h>

#include "infomax/core/error.hpp"
#include "infomax/core/logging.hpp"
#include "infomax/core/pending_file.hpp"
#include "infomax/core/version.hpp"
#include "infomax/hdf5/library.hpp"
#include "infomax/math/blas_runtime.hpp"
#include "infomax/math/elementwise.hpp"
#include "infomax/mpi/environment.hpp"

namespace infomax::cli {

std::string describe_machine(const mpi::Communicator& communicator,
                             const mpi::Placement& placement) {
  if (placement.oversubscribed) {
    log::warning(
        "some ranks share a core, which is slow; start fewer ranks, or bind them to cores of "
        "their own (mpirun --bind-to core)");
  }
  return fmt::format(
      "ranks      {} on {} node{}, {} BLAS thread{} each\n"
      "libraries  {}, {} ({}), HDF5 {}, elementwise {}\n",
      communicator.size(), placement.nodes, placement.nodes == 1 ? "" : "s", math::blas_threads(),
      math::blas_threads() == 1 ? "" : "s", mpi::library_version(), math::blas_version(),
      math::blas_kernel(), hdf5::library_version(), math::vector_instructions());
}

std::string prepare_compute(const mpi::Communicator& communicator,
                            const measure::ThreadOptions& options) {
  return describe_machine(communicator, measure::choose_threads(communicator, options.threads));
}

void print_result(const mpi::Communicator& communicator, const std::string& text) {
  if (!communicator.is_root()) {
    return;
  }
  fmt::print("{}", text);
  if (std::fflush(stdout) != 0) {
    throw SystemError("cannot write to standard output");
  }
}

void refuse_existing(const std::string& output, bool overwrite) {
  std::error_code status;
  if (std::filesystem::is_directory(output, status)) {
    throw UsageError(fmt::format("--output {} is a directory; name a file", output));
  }
  const bool is_there = std::filesystem::exists(std::filesystem::symlink_status(output, status));
  if (!overwrite && is_there) {
    throw UsageError(fmt::format("--output {} exists; give --overwrite to replace it", output));
  }
  if (std::filesystem::exists(output, status) &&
      !std::filesystem::is_regular_file(output, status)) {
    throw UsageError(
        fmt::format("--output {} is a device or a pipe, which no results can be written to; name a "
                    "file",
                    output));
  }
  const PendingFile attempt(output);  // fails now, not when the work is done
}

void refuse_input(const std::string& output, std::initializer_list<std::string> inputs) {
  std::error_code unknown;
  for (const std::string& input : inputs) {
    std::filesystem::path file = input;
    if (std::filesystem::is_directory(file, unknown)) {
      file /= "model.h5";
    }
    if (std::filesystem::equivalent(output, file, unknown)) {
      throw UsageError(fmt::format("--output {} is what is read; name another file", output));
    }
  }
}

}  // namespace infomax::cli
