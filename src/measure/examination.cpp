// SPDX-License-Identifier: BSD-3-Clause
#include "measure/examination.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <utility>

#include "infomax/core/error.hpp"
#include "infomax/math/blas_runtime.hpp"
#include "infomax/math/elementwise.hpp"
#include "infomax/math/products.hpp"
#include "infomax/measure/machine.hpp"
#include "infomax/mpi/failure.hpp"
#include "infomax/mpi/transport.hpp"
#include "measure/sgemm_child.hpp"

namespace infomax::measure {
namespace {

constexpr std::size_t mebibyte = std::size_t{1} << 20U;

// The approximate durations of the measurements.
constexpr double sgemm_s = 0.5;
constexpr double products_s = 0.2;  // by each library
constexpr Pace allreduce_pace{3, 0.05};

constexpr std::array<std::size_t, 3> allreduce_bytes{8, 4 * mebibyte, 64 * mebibyte};

bool locking_is_off() {
  const char* const setting = std::getenv("HDF5_USE_FILE_LOCKING");
  return setting != nullptr && std::string_view(setting) == "FALSE";
}

/// Whether a kernel uses AVX-512. An older OpenBLAS does not choose such a kernel on a processor
/// that it does not know.
bool runs_avx512(const std::string& kernel) {
  constexpr std::array<std::string_view, 3> known{"SkylakeX", "Cooperlake", "SapphireRapids"};
  return std::ranges::find(known, kernel) != known.end();
}

/// Runs on one rank. Compares the kernel in use with OpenBLAS's own choice if the environment
/// forced another, or with a kernel for AVX-512 if the processor has AVX-512 and the kernel in use
/// does not use it.
std::optional<KernelComparison> compare_kernels() {
  const std::string used = math::blas_core_name();
  const bool forced = math::blas_core_forced();
  const bool unused =
      std::string_view(math::vector_instructions()) == "avx512" && !runs_avx512(used);
  if (!forced && !unused) {
    return std::nullopt;
  }
  const auto used_rate = sgemm_child(forced ? std::getenv("OPENBLAS_CORETYPE") : "");
  const auto other_rate = sgemm_child(forced ? "" : "SkylakeX");
  if (!used_rate || !other_rate || used_rate->kernel == other_rate->kernel) {
    return std::nullopt;
  }
  return KernelComparison{forced, *used_rate, *other_rate};
}

/// Collective.
JobFacts examine_job(const mpi::Communicator& communicator) {
  JobFacts job;
  if (communicator.is_root()) {
    job.kernels = compare_kernels();
  }
  sleep_until_all(communicator);
  auto mine = rank_facts(communicator);
  job.hosts = gather_hosts(communicator, mine);
  mine.alone_gflops = sgemm_gflops_alone(communicator, sgemm_s);
  mine.together_gflops = sgemm_gflops_together(communicator, sgemm_s);
  job.ranks = gather_ranks(communicator, mine);
  job.transport = mpi::find_transport();
  return job;
}

/// Collective. The ways that this machine has, of rank 0's.
std::vector<ProductRate> product_rates(const mpi::Communicator& communicator) {
  using math::Products;
  constexpr std::array<std::pair<const char*, Products>, 3> ways{
      {{"openblas", Products::blas},
       {"onednn", Products::onednn},
       {"bfloat16", Products::bfloat16}}};
  std::vector<ProductRate> rates;
  if (communicator.is_root()) {
    for (const auto& [name, products] : ways) {
      try {
        math::require_products(products);
      } catch (const SystemError&) {
        continue;  // this machine lacks it
      }
      const math::ProductScope scope(products);
      rates.push_back({name, sgemm_gflops(products_s)});
    }
  }
  sleep_until_all(communicator);
  return rates;
}

/// Collective.
void examine_storage(const mpi::Communicator& communicator, const std::string& directory,
                     std::size_t bytes, Examination& examination) {
  examination.job.directory = std::filesystem::absolute(directory).lexically_normal().string();
  examination.job.locking_off = locking_is_off();
  try {
    examination.storage = storage_rates(communicator, directory, bytes);
    mpi::together(communicator, [&] {
      if (communicator.is_root()) {
        examination.job.lock_failure = lock_failure(directory);
      }
    });
  } catch (const Error& error) {
    examination.storage.reset();
    examination.storage_failure = error.what();
  }
}

}  // namespace

Examination examine(const mpi::Communicator& communicator, const std::string& directory,
                    std::size_t file_bytes) {
  Examination examination;
  examination.job = examine_job(communicator);
  examination.products = product_rates(communicator);
  examination.sums_in_memory = communicator.sums_in_memory();
  if (communicator.size() > 1) {
    for (const std::size_t bytes : allreduce_bytes) {
      examination.allreduces.push_back({bytes, allreduce_s(communicator, bytes, allreduce_pace)});
    }
  }
  examine_storage(communicator, directory, file_bytes, examination);
  examination.traps = find_traps(examination.job);
  return examination;
}

}  // namespace infomax::measure
