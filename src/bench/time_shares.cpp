// SPDX-License-Identifier: BSD-3-Clause
#include "bench/time_shares.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace infomax::bench {

TimeSplit split_time(const mpi::Communicator& communicator,
                     std::span<const train::StepTimes> steps) {
  std::vector<double> longest;
  for (const auto& step : steps) {
    longest.push_back(step.input_s + step.compute_s);
  }
  communicator.max(std::span<double>(longest));
  std::array<double, 4> sums{};
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const double work_s = steps[i].input_s + steps[i].compute_s;
    const double wait_s = std::clamp(longest[i] - work_s, 0.0, std::max(0.0, steps[i].reduce_s));
    sums[0] += steps[i].input_s;
    sums[1] += steps[i].compute_s;
    sums[2] += steps[i].reduce_s - wait_s;
    sums[3] += wait_s;
  }
  communicator.sum(std::span<double>(sums));
  return {sums[0], sums[1], sums[2], sums[3]};
}

Share share_of(std::span<const TimeSplit> repeats, double TimeSplit::*member) {
  double of_member = 0.0;
  double of_all = 0.0;
  std::vector<double> shares;
  for (const TimeSplit& repeat : repeats) {
    of_member += repeat.*member;
    of_all += repeat.total_s();
    shares.push_back(repeat.*member / repeat.total_s());
  }
  return {of_member / of_all, measure::spread_of(std::move(shares))};
}

}  // namespace infomax::bench
