// SPDX-License-Identifier: BSD-3-Clause
// A job in which some ranks throw while the others, if any, wait for them in an allreduce; its main
// function ends as the program's own does.
//   throwing_rank RANK...    the ranks that throw
#include <algorithm>
#include <exception>
#include <string>
#include <vector>

#include "infomax/core/error.hpp"
#include "infomax/core/logging.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/mpi/environment.hpp"
#include "infomax/mpi/failure.hpp"

int main(int argc, char** argv) {
  using namespace infomax;
  const mpi::Environment environment(argc, argv);
  const auto world = mpi::Communicator::world();
  log::configure(log::Level::info, world.is_root());
  const auto farewell = world.duplicate();
  try {
    const std::vector<std::string> throwing(argv + 1, argv + argc);
    if (std::ranges::count(throwing, std::to_string(world.rank())) > 0) {
      throw DataError("row 17 is wrong");
    }
    (void)world.sum(1.0);
    return 0;
  } catch (...) {
    return mpi::end_job(farewell, std::current_exception());
  }
}
