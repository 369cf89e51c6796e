// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "infomax/analysis/ridge.hpp"
#include "infomax/core/error.hpp"
#include "infomax/math/lapack.hpp"
#include "infomax/objective/canonical_fit.hpp"
#include "infomax/objective/linear_solution.hpp"
#include "infomax/stats/compact_rows.hpp"
#include "infomax/stats/gram_coordinates.hpp"
#include "infomax/train/linear_search.hpp"
#include "mpi/objective_fixture.hpp"
#include "support/networks.hpp"
#include "support/same_bits.hpp"

// n: global rows. p: columns, at least 2 n and more than a block of columns.

namespace infomax {
namespace {

using math::Transpose;
using objective::LinearForm;
using stats::Extent;

constexpr std::size_t n = 11;
constexpr std::size_t p = 150;
constexpr std::size_t q = 137;

/// All rows of a side minus their mean, and what the ranks hold of them.
struct Side {
  test::Share share;
  Matrix<double> all;    // centred
  Matrix<double> local;  // as they are
  Buffer<double> mean;
  Buffer<double> variance;

  Side(const mpi::Communicator& communicator, const reference::Table& global)
      : share(communicator, global.size()),
        all(global.size(), global[0].size()),
        local(test::local_rows<double>(global, share)),
        mean(all.columns(), 0.0),
        variance(all.columns(), 0.0) {
    for (std::size_t j = 0; j < all.columns(); ++j) {
      for (const auto& row : global) {
        mean[j] += static_cast<double>(row[j]) / static_cast<double>(all.rows());
      }
      for (std::size_t i = 0; i < all.rows(); ++i) {
        all(i, j) = static_cast<double>(global[i][j]) - mean[j];
        variance[j] += all(i, j) * all(i, j) / static_cast<double>(all.rows());
      }
    }
  }
};

Matrix<double> product(Transpose transpose_x, Transpose transpose_y, const Matrix<double>& x,
                       const Matrix<double>& y) {
  Matrix<double> result(transpose_x == Transpose::yes ? x.columns() : x.rows(),
                        transpose_y == Transpose::yes ? y.rows() : y.columns());
  math::gemm<double>(transpose_x, transpose_y, 1.0, x.view(), y.view(), 0.0, result.view());
  return result;
}

objective::LinearProblem problem(LinearForm form, std::size_t outputs_a, std::size_t outputs_b) {
  return {form,
          outputs_a,
          outputs_b,
          [](std::span<double> x, const objective::SmoothFunction& function) {
            return train::maximise(mpi::Communicator::world(), x, function);
          },
          {}};
}

double largest(MatrixView<const double> x) {
  double most = 0.0;
  for (std::size_t i = 0; i < x.rows(); ++i) {
    for (const double value : x.row(i)) {
      most = std::max(most, std::abs(value));
    }
  }
  return most;
}

void expect_near(MatrixView<const double> x, MatrixView<const double> expected, double tolerance,
                 const char* what) {
  ASSERT_EQ(x.rows(), expected.rows()) << what;
  ASSERT_EQ(x.columns(), expected.columns()) << what;
  const double scale = largest(expected);
  for (std::size_t i = 0; i < x.rows(); ++i) {
    for (std::size_t j = 0; j < x.columns(); ++j) {
      ASSERT_NEAR(x(i, j), expected(i, j), tolerance * scale) << what << " " << i << " " << j;
    }
  }
}

TEST(ColumnSlices, HaveTheCentredColumnsOfAllRowsAndGiveTheRowsBack) {
  const auto world = mpi::Communicator::world();
  const auto sides = reference::keyed_sides(n, p, p, 61);
  const Side a(world, sides.a);
  const Side b(world, sides.b);
  const stats::MatrixRows<double> rows_a(a.local.view());
  const stats::MatrixRows<double> rows_b(b.local.view());
  const std::array sources{stats::CentredRows<double>{&rows_a, a.mean, a.variance},
                           stats::CentredRows<double>{&rows_b, b.mean, b.variance}};
  stats::ColumnSlices slices;
  for (int time = 0; time < 2; ++time) {
    slices.gather<double>(world, sources);
    EXPECT_EQ(slices.rows(), 2 * n);
    double columns = 0.0;
    slices.for_each_block([&](std::size_t first, MatrixView<double> block) {
      columns += static_cast<double>(block.rows());
      ASSERT_EQ(block.columns(), 2 * n);
      for (std::size_t j = 0; j < block.rows(); ++j) {
        for (std::size_t i = 0; i < n; ++i) {
          EXPECT_NEAR(block(j, i), a.all(i, first + j), 1e-12);
          EXPECT_NEAR(block(j, n + i), b.all(i, first + j), 1e-12);
        }
      }
    });
    EXPECT_EQ(world.sum(columns), static_cast<double>(p));
    Matrix<double> back(b.local.rows(), p, 7.0);
    slices.scatter<double>(world, 1, back.view());
    for (std::size_t i = 0; i < back.rows(); ++i) {
      for (std::size_t j = 0; j < p; ++j) {
        EXPECT_NEAR(back(i, j), b.all(b.share.first + i, j), 1e-12);
      }
    }
  }
}

/// The coordinates of all rows, from the ranks that have them.
Matrix<double> all_coordinates(const mpi::Communicator& world, const Side& side,
                               const stats::GramCoordinates& coordinates) {
  Matrix<double> z(n, coordinates.columns(), 0.0);
  const auto local = coordinates.local(0);
  for (std::size_t i = 0; i < local.rows(); ++i) {
    std::ranges::copy(local.row(i), z.view().row(side.share.first + i).begin());
  }
  world.sum(z.span());
  return z;
}

TEST(GramCoordinates, HaveTheProductsOfTheRowsAndMapsOfThem) {
  const auto world = mpi::Communicator::world();
  const Side side(world, reference::keyed_sides(n, p, 1, 62).a);
  const stats::MatrixRows<double> rows(side.local.view());
  const stats::CentredRows<double> source{&rows, side.mean, side.variance};
  for (const bool same_bits : {false, true}) {
    stats::GramCoordinates coordinates;
    coordinates.find<double>(world, std::span(&source, 1), same_bits);
    EXPECT_EQ(coordinates.columns(), n - 1);  // centred
    const auto z = all_coordinates(world, side, coordinates);
    expect_near(product(Transpose::no, Transpose::yes, z, z).view(),
                product(Transpose::no, Transpose::yes, side.all, side.all).view(), 1e-13, "G");

    Matrix<double> weight(z.columns(), 3);
    for (std::size_t i = 0; i < weight.size(); ++i) {
      weight.span()[i] = std::sin(static_cast<double>(i));
    }
    const auto restored = coordinates.restore(world, weight.view());
    ASSERT_EQ(restored.rows(), p);
    expect_near(product(Transpose::no, Transpose::no, side.all, restored).view(),
                product(Transpose::no, Transpose::no, z, weight).view(), 1e-12, "X V w");
    // An orthonormal basis leaves the lengths of maps as they are.
    expect_near(product(Transpose::yes, Transpose::no, restored, restored).view(),
                product(Transpose::yes, Transpose::no, weight, weight).view(), 1e-11, "w w");
  }
}

TEST(GramCoordinates, OfExactSumsHaveTheSameBitsAsOnOneRank) {
  const auto world = mpi::Communicator::world();
  const auto alone = world.split(world.rank());
  const auto global = reference::keyed_sides(n, 1300, 1, 63).a;
  const Side shared(world, global);
  const Side whole(alone, global);
  const stats::MatrixRows<double> shared_rows(shared.local.view());
  const stats::MatrixRows<double> whole_rows(whole.local.view());
  const stats::CentredRows<double> shared_source{&shared_rows, shared.mean, shared.variance};
  const stats::CentredRows<double> whole_source{&whole_rows, whole.mean, whole.variance};
  stats::GramCoordinates coordinates;
  stats::GramCoordinates expected;
  coordinates.find<double>(world, std::span(&shared_source, 1), true);
  expected.find<double>(alone, std::span(&whole_source, 1), true);
  ASSERT_EQ(coordinates.columns(), expected.columns());
  const auto z = all_coordinates(world, shared, coordinates);
  const auto expected_z = expected.local(0);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < z.columns(); ++j) {
      EXPECT_TRUE(test::same_bits(z(i, j), expected_z(i, j))) << i << " " << j;
    }
  }
  const auto weight = Matrix<double>(z.columns(), 2, 0.3);
  const auto restored = coordinates.restore(world, weight.view());
  const auto expected_restored = expected.restore(alone, weight.view());
  for (std::size_t i = 0; i < restored.size(); ++i) {
    EXPECT_TRUE(test::same_bits(restored.span()[i], expected_restored.span()[i])) << i;
  }
}

TEST(GramCoordinates, OfConstantRowsAreZeroAndOfInfiniteOnesAreNot) {
  const auto world = mpi::Communicator::world();
  for (const double value : {1.0, std::numeric_limits<double>::infinity()}) {
    Matrix<double> local(2, p, value);
    const stats::MatrixRows<double> rows(local.view());
    const Buffer<double> mean(p, 1.0);
    const Buffer<double> variance(p, 1.0);
    const stats::CentredRows<double> source{&rows, mean, variance};
    stats::GramCoordinates coordinates;
    coordinates.find<double>(world, std::span(&source, 1), false);
    ASSERT_EQ(coordinates.columns(), 1U);
    EXPECT_EQ(std::isfinite(coordinates.local(0)(1, 0)), value == 1.0);
  }
}

objective::ObjectiveOptions options_of(const std::string& name) {
  objective::ObjectiveOptions options;
  const bool is_rho = name == "rv" || name == "cca";
  options.objective = is_rho ? "infomax" : name;
  options.set("rho", is_rho ? name : "rv");
  return options;
}

// The reference has covariances of all columns. With more columns than rows and a small ridge all
// correlations are nearly 1 and the gradient nearly 0, of which rounding is a larger part.
TEST(WideObjective, IsThatOfTheCovariancesOfAllColumns) {
  for (const std::string name : {"rv", "cca", "dcca", "vamp1", "vamp2", "gaussian-mi"}) {
    SCOPED_TRACE(name);
    auto options = options_of(name);
    const double tolerance = name == "rv" ? 1e-12 : 1e-8;
    test::compare<double>(options, reference::keyed_sides(n, 40, 3, 64), tolerance);
    test::compare<double>(options, reference::keyed_sides(n, 4, 32, 65), tolerance);
    test::compare<double>(options, reference::keyed_sides(n, 30, 25, 66), tolerance);
    options.set("ridge", 0.3);
    test::compare<double>(options, reference::keyed_sides(n, 40, 3, 64), 1e-12);
    test::compare<double>(options, reference::keyed_sides(n, 30, 25, 66), 1e-12);
    options.set("ridge-absolute", 0.7);
    options.set("components", 2);
    test::compare<double>(options, reference::keyed_sides(n, 30, 25, 66), 1e-12);
  }
  test::compare<double>(options_of("coding-rate"), reference::keyed_sides(n, 3, 32, 67), 1e-12);
  test::compare<float>(options_of("rv"), reference::keyed_sides(n, 40, 3, 68), 1e-5);
}

TEST(WideObjective, OfManyColumnsIsThatOfTheCovariances) {
  auto options = options_of("rv");
  options.set("lambda", 0.2);
  test::compare<double>(options, reference::keyed_sides(n, p, 3, 69), 1e-12);
  test::compare<double>(options, reference::keyed_sides(n, 3, p, 70), 1e-12);
}

TEST(WideObjective, KeepsTheCoordinatesOfKnownContentOnly) {
  const auto world = mpi::Communicator::world();
  const auto objective = objective::make_objective<double>(options_of("rv"));
  double values[3];
  for (const std::uint64_t content : {1, 2, 2, 0, 2}) {
    const auto sides = reference::keyed_sides(n, 40, 3, 80 + content);
    test::LocalSides<double> local(world, sides);
    const auto fresh = objective::make_objective<double>(options_of("rv"));
    const double expected = local.evaluate(*fresh, world).objective;
    const stats::MatrixRows<double> a(local.a.view());
    const stats::MatrixRows<double> b(local.b.view());
    const double value =
        objective->evaluate(world, {{a, b, nullptr, content}}, {{}, local.db.view()}).objective;
    EXPECT_NEAR(value, expected, 1e-13);
    values[content] = value;
  }
  EXPECT_NE(values[1], values[2]);
}

/// The derivative along a direction of all rows of both sides, with covariances that are shrunk: by
/// the gradient, and by central differences.
TEST(WideObjective, OfShrunkCovariancesHasTheGradientOfDifferences) {
  const auto world = mpi::Communicator::world();
  for (const char* const ridge : {"0", "1e-4", "0.3"}) {
    for (const std::size_t q : {std::size_t{3}, std::size_t{31}}) {
      auto options = options_of("dcca");
      options.set("ridge", ridge).set("shrinkage", "auto");
      const auto sides = reference::keyed_sides(n, 40, q, 75);
      const auto directions = reference::keyed_sides(n, 40, q, 76);
      test::LocalSides<double> local(world, sides);
      const test::LocalSides<double> along(world, directions);
      const auto objective = objective::make_objective<double>(options);
      (void)local.evaluate(*objective, world);
      const double by_gradient = world.sum(test::weighted_sum(local.da.view(), along.a.view()) +
                                           test::weighted_sum(local.db.view(), along.b.view()));
      const auto value_at = [&](double h) {
        test::LocalSides<double> moved(world, sides);
        math::axpy<double>(h, along.a.span(), moved.a.span());
        math::axpy<double>(h, along.b.span(), moved.b.span());
        return moved.evaluate(*objective, world).objective;
      };
      constexpr double h = 1e-5;
      const double by_differences = (value_at(h) - value_at(-h)) / (2.0 * h);
      EXPECT_NEAR(by_gradient, by_differences, 1e-6 * std::abs(by_differences))
          << "ridge " << ridge << ", " << q << " columns";
      EXPECT_GT(std::abs(by_differences), 1e-3);
    }
  }
}

TEST(WideObjective, WithoutARidgeIsRefusedAsOfAllColumns) {
  const auto world = mpi::Communicator::world();
  auto options = options_of("dcca");
  options.set("ridge", 0.0);
  test::LocalSides<double> local(world, reference::keyed_sides(n, 40, 3, 71));
  const auto objective = objective::make_objective<double>(options);
  EXPECT_THROW((void)local.evaluate(*objective, world), NumericError);
}

/// The moments of all columns of both sides, p by p.
stats::SecondMoments moments_of(const mpi::Communicator& world,
                                const stats::RowPairs<double>& rows) {
  stats::MeanPass<double> mean_pass;
  stats::MomentPass<double> moment_pass({Extent::full, Extent::full, Extent::full, true});
  return moment_pass.measure(world, rows, mean_pass.measure(world, rows));
}

Matrix<double> leading(const Matrix<double>& from, std::size_t columns) {
  Matrix<double> made(from.rows(), columns);
  for (std::size_t i = 0; i < made.rows(); ++i) {
    for (std::size_t j = 0; j < columns; ++j) {
      made(i, j) = from(i, j);
    }
  }
  return made;
}

/// Turns columns of x to the side of those of y, for decompositions leave signs open.
void turn(Matrix<double>& x, const Matrix<double>& y) {
  for (std::size_t j = 0; j < x.columns(); ++j) {
    double inner = 0.0;
    for (std::size_t i = 0; i < x.rows(); ++i) {
      inner += x(i, j) * y(i, j);
    }
    for (std::size_t i = 0; i < x.rows() && inner < 0.0; ++i) {
      x(i, j) = -x(i, j);
    }
  }
}

class WideSolution : public testing::Test {
 protected:
  const mpi::Communicator world_ = mpi::Communicator::world();
  const reference::Sides global_ = reference::keyed_sides(n, p, q, 72);
  const test::Share share_{world_, n};
  const Matrix<double> a_ = test::local_rows<double>(global_.a, share_);
  const Matrix<double> b_ = test::local_rows<double>(global_.b, share_);
  const stats::MatrixRows<double> rows_a_{a_.view()};
  const stats::MatrixRows<double> rows_b_{b_.view()};
  const stats::RowPairs<double> rows_{rows_a_, rows_b_};

  void expect_map(Matrix<double> map, const Matrix<double>& expected, double tolerance,
                  const char* what) {
    ASSERT_EQ(map.rows(), expected.rows()) << what;
    turn(map, expected);
    expect_near(map.view(), expected.view(), tolerance, what);
  }
};

TEST_F(WideSolution, CanonicalIsThatOfTheCovariancesOfAllColumns) {
  const objective::Ridge ridge{0.05, {}};
  const auto fit = objective::fit_canonical<double>(world_, rows_, {3, ridge});
  const objective::CanonicalSpectrum expected(moments_of(world_, rows_), ridge);
  ASSERT_EQ(fit.correlations.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_NEAR(fit.correlations[i], expected.values()[i], 1e-12);
  }
  expect_map(fit.directions_a, leading(expected.directions_a(), 3), 1e-9, "a");
  expect_map(fit.directions_b, leading(expected.directions_b(), 3), 1e-9, "b");
  ASSERT_EQ(fit.mean_a.size(), p);

  const auto all = objective::fit_canonical<double>(world_, rows_, {0, ridge});
  ASSERT_EQ(all.correlations.size(), q);
  EXPECT_EQ(all.correlations[n], 0.0);
}

TEST_F(WideSolution, PrincipalDirectionsAreThoseOfTheCovarianceOfAllColumns) {
  const auto solution =
      objective::solve_linear<double>(world_, problem(LinearForm::principal, 0, 3), {}, rows_);
  const auto eigen = math::symmetric_eigen(moments_of(world_, rows_).bb.view());
  expect_map(solution.b.weight, leading(eigen.vectors, 3), 1e-10, "principal");
  EXPECT_EQ(solution.b.mean.size(), q);
}

/// The same rows on either side: the solution is the principal directions, of length 1.
TEST_F(WideSolution, RvOfTheInputIsItsPrincipalDirections) {
  const auto solution = objective::solve_linear<double>(world_, problem(LinearForm::rv, 0, 3), {},
                                                        {rows_a_, rows_a_});
  const auto eigen = math::symmetric_eigen(moments_of(world_, rows_).aa.view());
  expect_map(solution.b.weight, leading(eigen.vectors, 3), 1e-10, "rv");
}

TEST_F(WideSolution, RvReachesTheLargestValue) {
  const auto solution =
      objective::solve_linear<double>(world_, problem(LinearForm::rv, 0, 2), {}, rows_);
  const auto moments = moments_of(world_, rows_);
  // C_bb^+ by its eigenvalues, and J as LinearForm::rv says.
  const auto eigen = math::symmetric_eigen(moments.bb.view());
  Matrix<double> root = leading(eigen.vectors, n - 1);
  for (std::size_t i = 0; i < root.rows(); ++i) {
    for (std::size_t j = 0; j < root.columns(); ++j) {
      root(i, j) /= std::sqrt(eigen.values[j]);
    }
  }
  const auto s =
      math::singular_values(product(Transpose::no, Transpose::no, moments.ab, root).view()).values;
  const double norm_aa = math::norm<double>(moments.aa.span());
  const double expected = std::sqrt(std::sqrt(std::pow(s[0], 4) + std::pow(s[1], 4)) / norm_aa);
  const auto ab = product(Transpose::no, Transpose::no, moments.ab, solution.b.weight);
  const auto bb = product(Transpose::yes, Transpose::no, solution.b.weight,
                          product(Transpose::no, Transpose::no, moments.bb, solution.b.weight));
  const double value =
      math::norm<double>(ab.span()) / std::sqrt(norm_aa * math::norm<double>(bb.span()));
  EXPECT_NEAR(value, expected, 1e-10);
}

/// Two sides of wide rows under one map reach what they reach in a basis of the space of their
/// rows, which has fewer columns than there are rows of both.
TEST_F(WideSolution, AlikeReachesTheValueThatABasisOfTheRowsReaches) {
  const auto global = reference::keyed_sides(n, p, p, 73);
  const Matrix<double> a = test::local_rows<double>(global.a, share_);
  const Matrix<double> b = test::local_rows<double>(global.b, share_);
  const stats::MatrixRows<double> rows_a(a.view());
  const stats::MatrixRows<double> rows_b(b.view());
  objective::ObjectiveOptions options;
  options.objective = "dcca";
  options.set("ridge", 0.05);
  const auto value_of = [&](const Matrix<double>& outputs_a, const Matrix<double>& outputs_b) {
    const stats::MatrixRows<double> side_a(outputs_a.view());
    const stats::MatrixRows<double> side_b(outputs_b.view());
    const auto moments = moments_of(world_, {side_a, side_b});
    const objective::CanonicalSpectrum spectrum(moments, {0.05, {}});
    return spectrum.values()[0] + spectrum.values()[1];
  };
  const auto alike = problem(LinearForm::canonical_alike, 0, 2);

  const auto solution = objective::solve_linear<double>(world_, alike, options, {rows_a, rows_b});
  const auto& weight = solution.b.weight;
  const double value = value_of(product(Transpose::no, Transpose::no, a, weight),
                                product(Transpose::no, Transpose::no, b, weight));

  auto pooled = moments_of(world_, {rows_a, rows_b});
  math::axpy<double>(1.0, pooled.bb.span(), pooled.aa.span());
  const Matrix<double> basis =
      leading(math::symmetric_eigen(pooled.aa.view()).vectors, 2 * (n - 1));
  const Matrix<double> in_basis_a = product(Transpose::no, Transpose::no, a, basis);
  const Matrix<double> in_basis_b = product(Transpose::no, Transpose::no, b, basis);
  const stats::MatrixRows<double> few_a(in_basis_a.view());
  const stats::MatrixRows<double> few_b(in_basis_b.view());
  const auto expected = objective::solve_linear<double>(world_, alike, options, {few_a, few_b});
  EXPECT_NEAR(value,
              value_of(product(Transpose::no, Transpose::no, in_basis_a, expected.b.weight),
                       product(Transpose::no, Transpose::no, in_basis_b, expected.b.weight)),
              1e-8);
}

TEST_F(WideSolution, HasZerosWhereThereAreMoreOutputsThanRows) {
  objective::ObjectiveOptions options;
  options.objective = "dcca";
  const auto solution = objective::solve_linear<double>(
      world_, problem(LinearForm::canonical, n + 2, n + 2), options, rows_);
  ASSERT_EQ(solution.a.weight.columns(), n + 2);
  ASSERT_EQ(solution.a.weight.rows(), p);
  for (std::size_t i = 0; i < p; ++i) {
    EXPECT_EQ(solution.a.weight(i, n + 1), 0.0);
  }
}

TEST_F(WideSolution, RidgeRegressionIsThatOfTheNormalEquations) {
  const auto y = test::local_rows<double>(reference::keyed_sides(n, p, 2, 74).b, share_);
  const stats::MatrixRows<double> rows_y(y.view());
  const auto fit = analysis::fit_ridge(world_, rows_a_, rows_y, 0.1);
  const auto moments = moments_of(world_, {rows_a_, rows_y});
  Matrix<double> normal = moments.aa;
  for (std::size_t j = 0; j < p; ++j) {
    normal(j, j) += 0.1;
  }
  expect_near(product(Transpose::no, Transpose::no, normal, fit.weights).view(), moments.ab.view(),
              1e-11, "normal equations");
  EXPECT_EQ(fit.mean_x.size(), p);
  EXPECT_EQ(fit.mean_y.size(), 2U);
  EXPECT_THROW((void)analysis::fit_ridge(world_, rows_a_, rows_y, 0.0), NumericError);
}

}  // namespace
}  // namespace infomax
