// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/measure/timing.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <span>
#include <thread>

#include "infomax/core/stopwatch.hpp"

namespace infomax::measure {
namespace {

constexpr double most_calls = 1e6;

}  // namespace

Spread spread_of(std::vector<double> values) {
  if (values.empty()) {
    return {};
  }
  std::ranges::sort(values);
  const std::size_t half = values.size() / 2;
  const double median =
      values.size() % 2 == 1 ? values[half] : 0.5 * (values[half - 1] + values[half]);
  return {median, values.front(), values.back()};
}

std::size_t calls_within(const mpi::Communicator& communicator, double seconds,
                         const std::function<void()>& work) {
  work();
  const double once_s = seconds_per_call(communicator, 1, work);
  return static_cast<std::size_t>(
      std::clamp(std::ceil(seconds / std::max(once_s, 1e-9)), 1.0, most_calls));
}

double seconds_per_call(const mpi::Communicator& communicator, std::size_t calls,
                        const std::function<void()>& work) {
  communicator.barrier();
  const Stopwatch stopwatch;
  for (std::size_t call = 0; call < calls; ++call) {
    work();
  }
  return communicator.max(stopwatch.elapsed_s()) / static_cast<double>(calls);
}

Spread time_together(const mpi::Communicator& communicator, const Pace& pace,
                     const std::function<void()>& work) {
  const std::size_t calls = calls_within(communicator, pace.repeat_s, work);
  std::vector<double> seconds;
  seconds.reserve(static_cast<std::size_t>(pace.repeats));
  for (int repeat = 0; repeat < pace.repeats; ++repeat) {
    seconds.push_back(seconds_per_call(communicator, calls, work));
  }
  return spread_of(std::move(seconds));
}

void sleep_until_all(const mpi::Communicator& communicator) {
  double arrived = 1.0;
  auto request = communicator.start_sum(std::span<double>(&arrived, 1));
  while (!request.test()) {
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
}

}  // namespace infomax::measure
