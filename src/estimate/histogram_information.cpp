// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include <boost/math/distributions/normal.hpp>

#include "estimate/without_training.hpp"

namespace infomax::estimate {
namespace {

/// The cell of each row: the part of the normal distribution that its score lies in.
std::vector<std::size_t> cells_of(MatrixView<const double> scores, std::size_t bins) {
  const boost::math::normal normal;
  std::vector<std::size_t> cells(scores.rows());
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const double place = boost::math::cdf(normal, scores(i, 0)) * static_cast<double>(bins);
    cells[i] = std::min(bins - 1, static_cast<std::size_t>(place));
  }
  return cells;
}

double count_filled(std::span<const double> counts) {
  return static_cast<double>(std::ranges::count_if(counts, [](double c) { return c > 0.0; }));
}

}  // namespace

stats::ValueOfRows histogram_information(const mpi::Communicator& communicator,
                                         MatrixView<const double> x, MatrixView<const double> y,
                                         std::size_t bins) {
  const auto of_x = cells_of(x, bins);
  const auto of_y = cells_of(y, bins);
  std::vector<double> joint(bins * bins, 0.0);
  for (std::size_t i = 0; i < of_x.size(); ++i) {
    joint[of_x[i] * bins + of_y[i]] += 1.0;
  }
  communicator.sum(std::span<double>(joint));
  std::vector<double> margin_x(bins, 0.0);
  std::vector<double> margin_y(bins, 0.0);
  double n = 0.0;
  for (std::size_t k = 0; k < bins; ++k) {
    for (std::size_t l = 0; l < bins; ++l) {
      const double count = joint[k * bins + l];
      margin_x[k] += count;
      margin_y[l] += count;
      n += count;
    }
  }
  const auto term = [&](std::size_t k, std::size_t l) {
    return std::log(n * joint[k * bins + l] / (margin_x[k] * margin_y[l]));
  };
  double plain = 0.0;
  for (std::size_t k = 0; k < bins; ++k) {
    for (std::size_t l = 0; l < bins; ++l) {
      plain += joint[k * bins + l] > 0.0 ? joint[k * bins + l] / n * term(k, l) : 0.0;
    }
  }
  const double bias =
      (count_filled(joint) - count_filled(margin_x) - count_filled(margin_y) + 1.0) / (2.0 * n);
  stats::ValueOfRows result{.value = plain - bias, .influence = {}};
  for (std::size_t i = 0; i < of_x.size(); ++i) {
    result.influence.push_back(term(of_x[i], of_y[i]) - plain);
  }
  return result;
}

}  // namespace infomax::estimate
