// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/objective/linear_solution.hpp"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "infomax/train/linear_search.hpp"
#include "mpi/objective_fixture.hpp"

namespace infomax::objective {
namespace {

/// The solution for sides of which every rank has the rows that `share` says.
template <class T>
LinearSolution solve(const reference::Sides& sides, const test::Share& share, LinearForm form,
                     std::size_t outputs_a, std::size_t outputs_b,
                     const LinearRidges& ridges = {}) {
  const auto world = mpi::Communicator::world();
  const Matrix<T> a = test::local_rows<T>(sides.a, share);
  const Matrix<T> b = test::local_rows<T>(sides.b, share);
  ObjectiveOptions options;
  options.objective = form == LinearForm::canonical_alike || form == LinearForm::canonical
                          ? "dcca"
                          : options.objective;
  const LinearProblem problem{form, outputs_a, outputs_b,
                              [&](std::span<double> x, const SmoothFunction& function) {
                                return train::maximise(world, x, function);
                              },
                              ridges};
  return solve_linear<T>(world, problem, options,
                         {stats::MatrixRows<T>(a.view()), stats::MatrixRows<T>(b.view())});
}

void expect_equal(const LinearLayer& layer, const LinearLayer& expected, double tolerance) {
  ASSERT_EQ(layer.mean.size(), expected.mean.size());
  for (std::size_t i = 0; i < layer.mean.size(); ++i) {
    EXPECT_NEAR(layer.mean[i], expected.mean[i], tolerance);
  }
  ASSERT_EQ(layer.weight.size(), expected.weight.size());
  double largest = 0.0;
  for (const double weight : expected.weight.span()) {
    largest = std::max(largest, std::abs(weight));
  }
  for (std::size_t i = 0; i < layer.weight.size(); ++i) {
    EXPECT_NEAR(layer.weight.span()[i], expected.weight.span()[i], tolerance * largest);
  }
}

/// Unequal and empty shards against all rows on every rank, of which the moments are the same.
template <class T>
void expect_independence_of_ranks(double tolerance) {
  const auto world = mpi::Communicator::world();
  constexpr std::size_t rows = 301;
  const auto sides = reference::keyed_sides(rows, 5, 4, 7);
  const auto alike = reference::keyed_sides(rows, 4, 4, 8);
  const test::Share share(world, rows);
  test::Share all = share;
  all.first = 0;
  all.count = rows;
  for (const auto form : {LinearForm::canonical, LinearForm::canonical_alike, LinearForm::rv,
                          LinearForm::principal}) {
    SCOPED_TRACE(static_cast<int>(form));
    const auto& data = form == LinearForm::canonical_alike ? alike : sides;
    const std::size_t outputs_a = form == LinearForm::canonical ? 2 : 0;
    const auto solution = solve<T>(data, share, form, outputs_a, 3);
    EXPECT_EQ(solution.b.weight.rows(), 4U);
    EXPECT_EQ(solution.b.weight.columns(), 3U);
    EXPECT_EQ(solution.a.weight.size(), 5 * outputs_a);
    const auto expected = solve<T>(data, all, form, outputs_a, 3);
    // A search ends where rounding errors hide what J could gain, by squares of what weights
    // differ.
    const bool searched = form == LinearForm::canonical_alike;
    expect_equal(solution.a, expected.a, tolerance);
    expect_equal(solution.b, expected.b, searched ? std::max(tolerance, 1e-6) : tolerance);
  }
}

TEST(LinearSolution, IsTheSameOnUnequalAndEmptyShardsInDouble) {
  expect_independence_of_ranks<double>(1e-10);
}

TEST(LinearSolution, IsTheSameOnUnequalAndEmptyShardsInFloat) {
  expect_independence_of_ranks<float>(1e-5);
}

/// Regularised CCA has weights for which E_a^T (C_aa + L_a I) E_a = I, and correlations that are
/// the outputs' covariances.
TEST(LinearSolution, IsThatOfRegularisedCcaWhereItIsAskedFor) {
  const auto world = mpi::Communicator::world();
  const auto sides = reference::keyed_sides(211, 5, 4, 9);
  const test::Share share(world, 211);
  const auto solution = solve<double>(sides, share, LinearForm::canonical, 3, 3, {0.3, 0.02});
  ASSERT_EQ(solution.correlations.size(), 3U);
  const auto weight = [](const Matrix<double>& from) {
    reference::Table table(from.rows(), std::vector<reference::Real>(from.columns()));
    for (std::size_t i = 0; i < from.rows(); ++i) {
      for (std::size_t j = 0; j < from.columns(); ++j) {
        table[i][j] = from(i, j);
      }
    }
    return table;
  };
  const auto a = weight(solution.a.weight);
  const auto b = weight(solution.b.weight);
  const auto outputs_a = reference::product(reference::centred(sides.a), a);
  const auto outputs_b = reference::product(reference::centred(sides.b), b);
  const auto cross = reference::covariance(outputs_a, outputs_b);
  const auto own = [](const reference::Table& outputs, const reference::Table& weights,
                      reference::Real ridge) {
    return reference::added(
        reference::covariance(outputs, outputs),
        reference::scaled(reference::product(reference::transposed(weights), weights), ridge));
  };
  const auto own_a = own(outputs_a, a, 0.3L);
  const auto own_b = own(outputs_b, b, 0.02L);
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 3; ++j) {
      const double expected = i == j ? 1.0 : 0.0;
      EXPECT_NEAR(static_cast<double>(own_a[i][j]), expected, 1e-12);
      EXPECT_NEAR(static_cast<double>(own_b[i][j]), expected, 1e-12);
      EXPECT_NEAR(static_cast<double>(cross[i][j]), i == j ? solution.correlations[i] : 0.0, 1e-12);
    }
  }
  EXPECT_GT(solution.correlations[0], solution.correlations[2]);
}

TEST(LinearForms, AreOfObjectivesThatHaveOne) {
  ObjectiveOptions options;
  EXPECT_EQ(linear_form(options, LinearSides::b), LinearForm::rv);
  EXPECT_EQ(linear_form(options, LinearSides::both), std::nullopt);
  options.set("lambda-b", -0.1);
  EXPECT_EQ(linear_form(options, LinearSides::b), std::nullopt);
  options.objective = "vamp2";
  EXPECT_EQ(linear_form(options, LinearSides::both), LinearForm::canonical);
  EXPECT_EQ(linear_form(options, LinearSides::both_alike), LinearForm::canonical_alike);
  options.objective = "coding-rate";
  EXPECT_EQ(linear_form(options, LinearSides::both_alike), LinearForm::principal);
  options.objective = "histogram-mi";
  EXPECT_EQ(linear_form(options, LinearSides::b), std::nullopt);
}

}  // namespace
}  // namespace infomax::objective
