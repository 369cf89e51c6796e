// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include "cli/cli.hpp"
#include "cli/doctor_report.hpp"
#include "cli/runtime.hpp"
#include "core/json.hpp"
#include "infomax/core/error.hpp"
#include "infomax/measure/threads.hpp"
#include "infomax/mpi/failure.hpp"
#include "measure/examination.hpp"

namespace infomax::cli {
namespace {

constexpr std::size_t mebibyte = std::size_t{1} << 20U;

struct DoctorConfig {
  std::string directory = ".";
  std::size_t file_size = 64;  ///< MiB
  bool json = false;
  measure::ThreadOptions machine;
};

const FieldTable<DoctorConfig>& doctor_fields() {
  static const FieldTable<DoctorConfig> fields = [] {
    using Config = DoctorConfig;
    FieldTable<Config> table;
    table.group("Examination")
        .add("directory", &Config::directory, "DIR",
             "directory for data sets or runs; a file is written, read and removed there")
        .add("file-size", &Config::file_size, "MIB", "size of that file, all ranks together",
             one_or_more())
        .add("json", &Config::json, "", "print one JSON object instead of lines")
        .include(&Config::machine, measure::thread_fields());
    return table;
  }();
  return fields;
}

}  // namespace

OptionTable doctor_options() {
  OptionTable options(
      "doctor",
      "infomax doctor [--directory DIR] [--json]\n\n"
      "Reports what this machine and MPI offer a job with this many ranks: versions, placement,\n"
      "memory, and the speed of BLAS, of sums over ranks and of parallel files. Warns of anything\n"
      "that would make the job slow or fail, and says how to correct it. Start it in the same way\n"
      "as training, for example\n\n"
      "  mpirun -n 4 infomax doctor --directory /scratch/me\n\n"
      "The exit code is 0 even if there are warnings, and 5 if something does not work.");
  options.add(doctor_fields());
  return options;
}

int doctor(const mpi::Communicator& communicator, OptionTable& options) {
  const auto config = options.read(doctor_fields());
  (void)measure::choose_threads(communicator, config.machine.threads);

  const auto found = measure::examine(communicator, config.directory, config.file_size * mebibyte);
  mpi::together(communicator, [&] {
    print_result(communicator, config.json ? json_text(to_json(found)) + "\n" : to_text(found));
  });
  if (!found.storage) {
    throw SystemError(fmt::format("parallel files do not work in --directory {}: {}",
                                  config.directory, found.storage_failure));
  }
  return 0;
}

}  // namespace infomax::cli
