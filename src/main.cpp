// SPDX-License-Identifier: BSD-3-Clause
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "cli/cli.hpp"
#include "cli/field_names.hpp"
#include "infomax/core/error.hpp"
#include "infomax/core/logging.hpp"
#include "infomax/hdf5/library.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/mpi/environment.hpp"
#include "infomax/mpi/failure.hpp"
#include "measure/sgemm_child.hpp"

int main(int argc, char** argv) {
  using namespace infomax;
  log::set_translation(cli::fields_as_options);
  try {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    if (measure::is_sgemm_child(arguments)) {
      return measure::run_sgemm_child();
    }
    if (const auto text = cli::print_without_mpi(arguments)) {
      return std::fputs(text->c_str(), stdout) >= 0 && std::fflush(stdout) == 0
                 ? 0
                 : static_cast<int>(ExitCode::system);
    }
    const mpi::Environment environment(argc, argv);
    const auto world = mpi::Communicator::world();
    log::configure(log::Level::info, world.is_root());
    hdf5::end_on_crash([](std::string_view line) {
      mpi::end_job_in_signal(line, static_cast<int>(ExitCode::data));
    });
    const auto farewell = world.duplicate();
    try {
      return cli::run(world, arguments);
    } catch (...) {
      return mpi::end_job(farewell, std::current_exception());
    }
  } catch (const Error& error) {
    log::failure(error.what());
    return static_cast<int>(error.exit_code());
  } catch (const std::exception& error) {
    log::failure(error.what());
    return static_cast<int>(ExitCode::system);
  }
}
