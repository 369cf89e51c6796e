// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/measure/rates.hpp"

#include <algorithm>
#include <cstdint>

#include "infomax/core/matrix.hpp"
#include "infomax/core/stopwatch.hpp"
#include "infomax/measure/layer_gemms.hpp"

namespace infomax::measure {
namespace {

constexpr std::size_t gemm_size = 768;
constexpr std::size_t fewest_calls = 3;

LayerGemms<float> square_gemms() { return {{{gemm_size, gemm_size, true}}, gemm_size, 0}; }

}  // namespace

double sgemm_gflops(double seconds) {
  auto gemms = square_gemms();
  gemms.run();
  std::vector<double> calls_s;
  const Stopwatch whole;
  while (calls_s.size() < fewest_calls || whole.elapsed_s() < seconds) {
    const Stopwatch call;
    gemms.run();
    calls_s.push_back(call.elapsed_s());
  }
  return gemms.flops() / spread_of(std::move(calls_s)).median / 1e9;
}

double sgemm_gflops_together(const mpi::Communicator& communicator, double seconds) {
  // Warms up and wakes the threads before any rank's time counts.
  square_gemms().run();
  communicator.barrier();
  return sgemm_gflops(seconds);
}

double sgemm_gflops_alone(const mpi::Communicator& communicator, double seconds) {
  const auto node = communicator.split_by_node();
  const auto turns = communicator.max(std::int64_t{node.size()});
  double gflops = 0.0;
  for (std::int64_t turn = 0; turn < turns; ++turn) {
    if (turn == node.rank()) {
      gflops = sgemm_gflops(seconds / static_cast<double>(node.size()));
    }
    sleep_until_all(node);
  }
  return gflops;
}

Spread allreduce_s(const mpi::Communicator& communicator, std::size_t bytes, const Pace& pace) {
  Buffer<double> values(std::max<std::size_t>(1, bytes / sizeof(double)), 0.0);
  return time_together(communicator, pace, [&] { communicator.sum(std::span<double>(values)); });
}

}  // namespace infomax::measure
