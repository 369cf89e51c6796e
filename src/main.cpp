// SPDX-License-Identifier: BSD-3-Clause
#include <exception>
#include <string>
#include <vector>

#include "cli/cli.hpp"
#include "cli/field_names.hpp"
#include "infomax/core/error.hpp"
#include "infomax/core/logging.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/mpi/environment.hpp"
#include "infomax/mpi/failure.hpp"
#include "measure/sgemm_child.hpp"

int main(int argc, char** argv) {
  using namespace infomax;
  try {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    if (measure::is_sgemm_child(arguments)) {
      return measure::run_sgemm_child();
    }
    const mpi::Environment environment(argc, argv);
    const auto world = mpi::Communicator::world();
    log::set_translation(cli::fields_as_options);
    log::configure(log::Level::info, world.is_root());
    const auto farewell = world.duplicate();
    try {
      return cli::run(world, arguments);
    } catch (...) {
      return mpi::end_job(farewell, std::current_exception());
    }
  } catch (const std::exception& error) {
    log::failure(error.what());
    return static_cast<int>(ExitCode::system);
  }
}
