// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/objective/pair_bound.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>
#include <vector>

#include "objective/pair_scores.hpp"

// N: samples of all ranks. B: local samples. d: columns of a and of b. u_ij: score of a_i and b_j.

namespace infomax::objective {
namespace {

/// Sums over the pairs of local samples with those of all ranks.
class Pairs {
 public:
  Pairs(const mpi::Communicator& communicator, MatrixView<const double> a,
        MatrixView<const double> b, double temperature)
      : communicator_(communicator), a_(a), b_(b), temperature_(temperature) {}

  /// Returns ln sum_j exp(u_ij) for each local i or, without own pairs, the same over j != i.
  [[nodiscard]] std::vector<double> log_sums_of_a(bool without_own) {
    return log_sums(a_, b_, without_own);
  }
  /// Returns ln sum_i exp(u_ij) for each local j in the same way.
  [[nodiscard]] std::vector<double> log_sums_of_b(bool without_own) {
    return log_sums(b_, a_, without_own);
  }

  /// Returns sum_i exp(u_ij - shift_i) for each local j.
  [[nodiscard]] std::vector<double> shifted_sums_of_b(std::span<const double> shifts) {
    // With one column more, the products are the shifted scores.
    const std::size_t d = a_.columns();
    Matrix<double> a(a_.rows(), d + 1);
    Matrix<double> b(b_.rows(), d + 1);
    for (std::size_t i = 0; i < a_.rows(); ++i) {
      std::ranges::copy(a_.row(i), a.view().row(i).begin());
      std::ranges::copy(b_.row(i), b.view().row(i).begin());
      a(i, d) = -shifts[i] * temperature_;
      b(i, d) = 1.0;
    }
    auto sums = log_sums(b.view(), a.view(), false);
    std::ranges::transform(sums, sums.begin(), [](double x) { return std::exp(x); });
    return sums;
  }

  /// Returns ln of the sums of exp(clip(u_ij)) over i != j for each local sample of a, or of b.
  [[nodiscard]] std::vector<double> clipped_log_sums(bool of_a, double limit) {
    std::vector<double> sums(a_.rows());
    scores_.clipped_exp_sums(communicator_, of_a ? rows(a_, b_, true) : rows(b_, a_, true), limit,
                             sums);
    std::ranges::transform(sums, sums.begin(), [](double x) { return std::log(x); });
    return sums;
  }

 private:
  [[nodiscard]] PairRows<double> rows(MatrixView<const double> staying,
                                      MatrixView<const double> travelling, bool without_own) const {
    return {.staying = staying,
            .travelling = travelling,
            .temperature = temperature_,
            .without_own = without_own};
  }
  [[nodiscard]] std::vector<double> log_sums(MatrixView<const double> staying,
                                             MatrixView<const double> travelling,
                                             bool without_own) {
    std::vector<double> sums(staying.rows());
    scores_.log_sums(communicator_, rows(staying, travelling, without_own), sums);
    return sums;
  }

  const mpi::Communicator& communicator_;
  MatrixView<const double> a_;
  MatrixView<const double> b_;
  double temperature_;
  PairScores<double> scores_;
};

/// Collective. ln sum exp(x) over the local numbers of all ranks.
double log_sum_of_all(const mpi::Communicator& communicator, std::span<const double> x) {
  double top = -std::numeric_limits<double>::infinity();
  for (const double each : x) {
    top = std::max(top, each);
  }
  top = communicator.max(top);
  double sum = 0.0;
  for (const double each : x) {
    sum += std::exp(each - top);
  }
  return top + std::log(communicator.sum(sum));
}

/// Of infonce: the value's derivatives by the weights of the samples.
stats::ValueOfRows measure_infonce(Pairs& pairs, std::span<const double> positives, double n,
                                   const mpi::Communicator& communicator) {
  const auto row_sums = pairs.log_sums_of_a(false);
  const auto as_negative = pairs.shifted_sums_of_b(row_sums);
  stats::ValueOfRows result;
  double sum = 0.0;
  for (std::size_t i = 0; i < positives.size(); ++i) {
    const double of_sample = positives[i] - row_sums[i] + std::log(n);
    sum += of_sample;
    result.influence.push_back(of_sample - (as_negative[i] - 1.0));
  }
  result.value = communicator.sum(sum) / n;
  return result;
}

}  // namespace

stats::ValueOfRows measure_bound(const mpi::Communicator& communicator, PairBound bound,
                                 MatrixView<const double> a, MatrixView<const double> b,
                                 double temperature, double limit) {
  const auto n = static_cast<double>(communicator.sum(std::uint64_t{a.rows()}));
  Pairs pairs(communicator, a, b, temperature);
  std::vector<double> positives(a.rows());
  double local = 0.0;
  for (std::size_t i = 0; i < positives.size(); ++i) {
    const auto row = a.row(i);
    positives[i] = std::inner_product(row.begin(), row.end(), b.row(i).begin(), 0.0) / temperature;
    local += positives[i];
  }
  stats::ValueOfRows result;
  if (bound == PairBound::infonce) {
    result = measure_infonce(pairs, positives, n, communicator);
  } else {
    const bool clipped = bound == PairBound::smile;
    const auto of_a = clipped ? pairs.clipped_log_sums(true, limit) : pairs.log_sums_of_a(true);
    const auto of_b = clipped ? pairs.clipped_log_sums(false, limit) : pairs.log_sums_of_b(true);
    const double all = log_sum_of_all(communicator, of_a);
    const double log_q = all - std::log(n) - std::log(n - 1.0);
    const double positive = communicator.sum(local) / n;
    const bool nwj = bound == PairBound::nwj;
    result.value = positive - (nwj ? std::exp(log_q - 1.0) : log_q);
    // A weight of a sample counts in the pairs of its a and in those of its b.
    const double slope = nwj ? std::exp(log_q - 1.0) : 1.0;
    for (std::size_t i = 0; i < positives.size(); ++i) {
      const double share = n * (std::exp(of_a[i] - all) + std::exp(of_b[i] - all));
      result.influence.push_back(positives[i] - slope * (share - 2.0));
    }
  }
  const double mean =
      communicator.sum(std::reduce(result.influence.begin(), result.influence.end())) / n;
  for (double& each : result.influence) {
    each -= mean;
  }
  return result;
}

}  // namespace infomax::objective
