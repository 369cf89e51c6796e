// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <span>
#include <string_view>

#include <fmt/format.h>

#include "cli/cli.hpp"
#include "cli/doctor_report.hpp"
#include "cli/runtime.hpp"
#include "cli/sgemm_child.hpp"
#include "infomax/core/error.hpp"
#include "infomax/core/logging.hpp"
#include "infomax/math/blas_runtime.hpp"
#include "infomax/math/elementwise.hpp"
#include "infomax/measure/threads.hpp"
#include "infomax/mpi/failure.hpp"

namespace infomax::cli {
namespace {

constexpr std::size_t mebibyte = std::size_t{1} << 20U;

// How long the measurements take, about.
constexpr double alone_s = 2.0;
constexpr double together_s = 0.5;
constexpr measure::Pace allreduce_pace{3, 0.05};

constexpr std::array<std::size_t, 3> allreduce_bytes{8, 4 * mebibyte, 64 * mebibyte};

OptionTable option_table() {
  OptionTable options(
      "doctor",
      "infomax doctor [--directory DIR] [--json]\n\n"
      "Says what this machine and MPI give to a job of so many ranks: versions, placement, "
      "memory,\n"
      "the speed of BLAS, of sums over ranks and of parallel files; and warns of what would make\n"
      "the job slow or fail, each with its mend. Start it as you start training, for example\n\n"
      "  mpirun -n 4 infomax doctor --directory /scratch/me\n\n"
      "It ends with 0 even where it warns, and with 5 where something does not work.");
  options.group("Examination")(
      "directory", po::value<std::string>()->default_value(".")->value_name("DIR"),
      "where data sets or runs are to lie: a file is written, read and removed there")(
      "file-size", po::value<std::int64_t>()->default_value(64)->value_name("MIB"),
      "of that file, all ranks together")("json", po::bool_switch(),
                                          "print one JSON object instead of lines");
  add_compute_options(options);
  return options;
}

bool locking_is_off() {
  const char* const setting = std::getenv("HDF5_USE_FILE_LOCKING");
  return setting != nullptr && std::string_view(setting) == "FALSE";
}

/// Kernels for AVX-512, which older OpenBLAS does not take on processors it does not know.
bool runs_avx512(const std::string& kernel) {
  constexpr std::array<std::string_view, 3> known{"SkylakeX", "Cooperlake", "SapphireRapids"};
  return std::ranges::find(known, kernel) != known.end();
}

/// By one rank. The kernel in use beside OpenBLAS's own choice, where the environment forced
/// another; beside one for AVX-512, where the processor has that and the kernel does not use it.
std::optional<measure::KernelComparison> compare_kernels() {
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
  return measure::KernelComparison{forced, *used_rate, *other_rate};
}

/// Collective.
measure::JobFacts examine_job(const mpi::Communicator& communicator) {
  measure::JobFacts job;
  if (communicator.is_root()) {
    job.kernels = compare_kernels();
  }
  measure::sleep_until_all(communicator);
  auto mine = measure::rank_facts(communicator);
  job.hosts = measure::gather_hosts(communicator, mine);
  mine.alone_gflops = measure::sgemm_gflops_alone(communicator, alone_s);
  mine.together_gflops = measure::sgemm_gflops_together(communicator, together_s);
  job.ranks = measure::gather_ranks(communicator, mine);
  job.transport = mpi::find_transport();
  return job;
}

/// Collective. What does not work is found, not thrown: the report is worth most then.
void examine_storage(const mpi::Communicator& communicator, const std::string& directory,
                     std::size_t bytes, Findings& findings) {
  findings.job.directory = std::filesystem::absolute(directory).lexically_normal().string();
  findings.job.locking_off = locking_is_off();
  try {
    findings.storage = measure::storage_rates(communicator, directory, bytes);
    mpi::together(communicator, [&] {
      if (communicator.is_root()) {
        findings.job.lock_failure = measure::lock_failure(directory);
      }
    });
  } catch (const Error& error) {
    findings.storage.reset();
    findings.storage_failure = error.what();
  }
}

}  // namespace

int doctor(const mpi::Communicator& communicator, const std::vector<std::string>& arguments) {
  OptionTable options = option_table();
  if (!options.parse(arguments)) {
    print_result(communicator, options.help());
    return 0;
  }
  const auto directory = options.value<std::string>("directory");
  const std::size_t file_bytes = options.count("file-size") * mebibyte;
  (void)measure::choose_threads(communicator, options.read(measure::thread_fields()).threads);

  Findings findings;
  findings.job = examine_job(communicator);
  findings.sums_in_memory = communicator.sums_in_memory();
  // One rank has nothing to sum with.
  const std::size_t sums = communicator.size() > 1 ? allreduce_bytes.size() : 0;
  for (const std::size_t bytes : std::span(allreduce_bytes).first(sums)) {
    findings.allreduces.push_back(
        {bytes, measure::allreduce_s(communicator, bytes, allreduce_pace)});
  }
  examine_storage(communicator, directory, file_bytes, findings);
  findings.traps = measure::find_traps(findings.job);
  mpi::together(communicator, [&] {
    print_result(communicator,
                 options.value<bool>("json") ? to_json(findings).dump() + "\n" : to_text(findings));
  });
  if (!findings.storage) {
    throw SystemError(fmt::format("parallel files do not work in --directory {}: {}", directory,
                                  findings.storage_failure));
  }
  return 0;
}

}  // namespace infomax::cli
