// SPDX-License-Identifier: BSD-3-Clause
// Times the sum over ranks as training calls it beside Open MPI's own, blocking and nonblocking, by
// turns in one run. Start it by mpirun on one node; by itself it measures nothing.
#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include <fmt/format.h>
#include <mpi.h>

#include "infomax/core/stopwatch.hpp"
#include "infomax/measure/timing.hpp"
#include "infomax/mpi/check.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/mpi/environment.hpp"

namespace infomax {
namespace {

constexpr std::size_t repeats = 101;

double median_us(const std::vector<double>& seconds) {
  return 1e6 * measure::spread_of(seconds).median;
}

void compare(const mpi::Communicator& world, std::size_t bytes) {
  std::vector<float> values(bytes / sizeof(float), 0.0F);
  const auto count = static_cast<int>(values.size());
  const std::vector<std::function<void()>> ways{
      [&] { world.sum(std::span<float>(values)); },
      [&] {
        mpi::check(
            MPI_Allreduce(MPI_IN_PLACE, values.data(), count, MPI_FLOAT, MPI_SUM, world.native()),
            "MPI_Allreduce");
      },
      [&] { world.start_sum(std::span<float>(values)).wait(); }};
  std::vector<std::vector<double>> seconds(ways.size());
  for (std::size_t repeat = 0; repeat < repeats; ++repeat) {
    for (std::size_t way = 0; way < ways.size(); ++way) {
      world.barrier();
      const Stopwatch stopwatch;
      ways[way]();
      seconds[way].push_back(stopwatch.elapsed_s());
    }
  }
  const double ours = median_us(seconds[0]);
  const double blocking = median_us(seconds[1]);
  const double nonblocking = median_us(seconds[2]);
  if (world.is_root()) {
    fmt::print("{:>10}  {:>9.1f}  {:>9.1f} {:5.1f}x  {:>9.1f} {:5.1f}x\n", bytes, ours, blocking,
               blocking / ours, nonblocking, nonblocking / ours);
  }
}

}  // namespace
}  // namespace infomax

int main(int argc, char** argv) {
  using namespace infomax;
  const mpi::Environment environment(argc, argv);
  const auto world = mpi::Communicator::world();
  const bool in_memory = world.sums_in_memory();
  if (world.is_root()) {
    fmt::print("sum over {} ranks, {}: median of {}, microseconds\n", world.size(),
               in_memory ? "through shared memory" : "by messages", repeats);
    fmt::print("     bytes        sum  Allreduce         Iallreduce\n");
  }
  for (const std::size_t bytes :
       {std::size_t{1} << 12U, std::size_t{1} << 14U, std::size_t{1} << 16U, std::size_t{1} << 18U,
        std::size_t{1} << 20U, std::size_t{1} << 22U, std::size_t{7'676'160},
        std::size_t{1} << 24U}) {
    compare(world, bytes);
  }
}
