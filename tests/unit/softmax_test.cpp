// SPDX-License-Identifier: BSD-3-Clause
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "infomax/nn/executor.hpp"
#include "support/memory_rows.hpp"
#include "support/networks.hpp"

namespace infomax::nn {
namespace {

constexpr std::size_t softmax_rows = 4;

/// What the encoder makes of rows [4, n] as they are.
template <class T>
Matrix<T> memberships(const char* spec, const Shape& input, const Matrix<T>& x) {
  const Network<T> network(parse_spec(spec), input);
  Executor<T> executor(network, {.batch_rows = x.rows()}, test::rows_from(x));
  const auto y = executor.forward(Buffer<T>(network.parameter_count()), x.rows(), {});
  Matrix<T> copy(y.rows(), y.columns());
  std::copy_n(y.data(), y.size(), copy.data());
  return copy;
}

/// Of rows whose scores are far from 0, and further from each other than exp reaches.
template <class T>
void expect_shares(double tolerance) {
  Matrix<T> x(softmax_rows, 3);
  const std::vector<double> scores{0.5, -1, 2, 5000, 5001, 4998, -7000, -7000, -6999, 0, 9000, 1};
  std::copy(scores.begin(), scores.end(), x.data());
  const auto y = memberships<T>("softmax", Shape(3), x);
  for (std::size_t i = 0; i < softmax_rows; ++i) {
    double sum = 0.0;
    for (std::size_t j = 0; j < 3; ++j) {
      double others = 0.0;
      for (std::size_t k = 0; k < 3; ++k) {
        others += std::exp(scores[3 * i + k] - scores[3 * i + j]);
      }
      EXPECT_NEAR(static_cast<double>(y(i, j)), 1.0 / others, tolerance) << i << ", " << j;
      sum += static_cast<double>(y(i, j));
    }
    EXPECT_NEAR(sum, 1.0, tolerance);
  }
}

TEST(Softmax, IsThatOfItsDefinitionHoweverLargeTheScoresAre) {
  expect_shares<double>(1e-14);
  expect_shares<float>(1e-6);
}

/// Every place of an image [C,H,W], and every step of a sequence, has shares of its own.
TEST(Softmax, AddsUpToOneAtEveryPlaceAndStep) {
  const auto x = test::random_rows<double>(softmax_rows, 12, 3);
  const auto image = memberships<double>("softmax,flatten", Shape({3, 2, 2}), x);
  const auto steps = memberships<double>("steps,softmax,each", Shape({4, 3}), x);
  for (std::size_t i = 0; i < softmax_rows; ++i) {
    for (std::size_t place = 0; place < 4; ++place) {
      EXPECT_NEAR(image(i, place) + image(i, 4 + place) + image(i, 8 + place), 1.0, 1e-14);
      EXPECT_NEAR(steps(i, 3 * place) + steps(i, 3 * place + 1) + steps(i, 3 * place + 2), 1.0,
                  1e-14);
      EXPECT_NEAR(std::log(image(i, place) / image(i, 8 + place)), x(i, place) - x(i, 8 + place),
                  1e-12);
    }
  }
}

}  // namespace
}  // namespace infomax::nn
