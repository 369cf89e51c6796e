// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/objective/linear_solution.hpp"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "mpi/objective_fixture.hpp"

namespace infomax::objective {
namespace {

/// The solution for sides of which every rank has the rows that `share` says.
template <class T>
LinearSolution solve(const reference::Sides& sides, const test::Share& share, LinearForm form,
                     std::size_t outputs_a, std::size_t outputs_b) {
  const Matrix<T> a = test::local_rows<T>(sides.a, share);
  const Matrix<T> b = test::local_rows<T>(sides.b, share);
  return solve_linear<T>(mpi::Communicator::world(), form, {},
                         {stats::MatrixRows<T>(a.view()), stats::MatrixRows<T>(b.view())},
                         outputs_a, outputs_b);
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
    expect_equal(solution.a, expected.a, tolerance);
    expect_equal(solution.b, expected.b, tolerance);
  }
}

TEST(LinearSolution, IsTheSameOnUnequalAndEmptyShardsInDouble) {
  expect_independence_of_ranks<double>(1e-10);
}

TEST(LinearSolution, IsTheSameOnUnequalAndEmptyShardsInFloat) {
  expect_independence_of_ranks<float>(1e-5);
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
