// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include "cli/cli.hpp"
#include "cli/doctor_report.hpp"
#include "cli/runtime.hpp"
#include "infomax/core/error.hpp"
#include "infomax/measure/threads.hpp"
#include "infomax/mpi/failure.hpp"
#include "measure/examination.hpp"

namespace infomax::cli {
namespace {

constexpr std::size_t mebibyte = std::size_t{1} << 20U;

OptionTable doctor_option_table() {
  OptionTable options(
      "doctor",
      "infomax doctor [--directory DIR] [--json]\n\n"
      "Reports what this machine and MPI offer a job with this many ranks: versions, placement,\n"
      "memory, and the speed of BLAS, of sums over ranks and of parallel files. Warns of anything\n"
      "that would make the job slow or fail, and says how to correct it. Start it in the same way\n"
      "as training, for example\n\n"
      "  mpirun -n 4 infomax doctor --directory /scratch/me\n\n"
      "The exit code is 0 even if there are warnings, and 5 if something does not work.");
  options.group("Examination")(
      "directory", po::value<std::string>()->default_value(".")->value_name("DIR"),
      "directory for data sets or runs; a file is written, read and removed there")(
      "file-size", po::value<std::int64_t>()->default_value(64)->value_name("MIB"),
      "size of that file, all ranks together")("json", po::bool_switch(),
                                               "print one JSON object instead of lines");
  add_compute_options(options);
  return options;
}

}  // namespace

int doctor(const mpi::Communicator& communicator, const std::vector<std::string>& arguments) {
  OptionTable options = doctor_option_table();
  if (!options.parse(arguments)) {
    print_result(communicator, options.help());
    return 0;
  }
  const auto directory = options.value<std::string>("directory");
  const std::size_t file_bytes = options.count("file-size") * mebibyte;
  (void)measure::choose_threads(communicator, options.read(measure::thread_fields()).threads);

  const auto found = measure::examine(communicator, directory, file_bytes);
  mpi::together(communicator, [&] {
    print_result(communicator,
                 options.value<bool>("json") ? json_text(to_json(found)) + "\n" : to_text(found));
  });
  if (!found.storage) {
    throw SystemError(fmt::format("parallel files do not work in --directory {}: {}", directory,
                                  found.storage_failure));
  }
  return 0;
}

}  // namespace infomax::cli
