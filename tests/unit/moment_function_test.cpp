// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/objective/moment_function.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include "infomax/core/error.hpp"
#include "infomax/objective/make.hpp"
#include "reference/keyed_data.hpp"
#include "reference/objective_reference.hpp"

namespace infomax::objective {
namespace {

using reference::Table;
using stats::Extent;
using stats::MomentGradient;
using stats::SecondMoments;

Matrix<double> matrix_of(const Table& table) {
  Matrix<double> matrix(table.size(), table[0].size());
  for (std::size_t i = 0; i < matrix.rows(); ++i) {
    for (std::size_t j = 0; j < matrix.columns(); ++j) {
      matrix(i, j) = static_cast<double>(table[i][j]);
    }
  }
  return matrix;
}

/// All that a measure may ask for, of given covariances.
SecondMoments moments_of(const Table& aa, const Table& ab, const Table& bb) {
  SecondMoments moments;
  moments.samples = 1000.0;
  moments.aa = matrix_of(aa);
  moments.ab = matrix_of(ab);
  moments.bb = matrix_of(bb);
  for (std::size_t j = 0; j < aa.size(); ++j) {
    moments.variance_a.push_back(moments.aa(j, j));
  }
  for (std::size_t j = 0; j < bb.size(); ++j) {
    moments.variance_b.push_back(moments.bb(j, j));
  }
  for (std::size_t j = 0; j < std::min(aa.size(), bb.size()); ++j) {
    moments.covariance.push_back(moments.ab(j, j));
  }
  return moments;
}

SecondMoments moments_of(const reference::Sides& sides) {
  return moments_of(reference::covariance(sides.a, sides.a),
                    reference::covariance(sides.a, sides.b),
                    reference::covariance(sides.b, sides.b));
}

ObjectiveOptions options_of(const std::string& rho, std::size_t components = 0) {
  ObjectiveOptions options;
  options.set("rho", rho);
  options.set("components", components);
  return options;
}

double slope(MomentFunction& function, const SecondMoments& moments, auto move) {
  const double step = 1e-6;
  SecondMoments up = moments;
  SecondMoments down = moments;
  move(up, step);
  move(down, -step);
  return (function.evaluate(up, nullptr) - function.evaluate(down, nullptr)) / (2.0 * step);
}

/// Derivatives with respect to one matrix of moments, or to its diagonal alone. `entry` moves an
/// entry, and with it its mirror image where the matrix is symmetric.
void expect_matrix(MomentFunction& function, const SecondMoments& moments, Extent extent,
                   bool symmetric, const Matrix<double>& full, std::span<const double> diagonal,
                   auto entry) {
  const std::size_t rows = extent == Extent::full ? full.rows() : diagonal.size();
  for (std::size_t i = 0; i < rows; ++i) {
    const std::size_t columns = extent == Extent::full ? full.columns() : i + 1;
    for (std::size_t j = symmetric || extent == Extent::diagonal ? i : 0; j < columns; ++j) {
      const double expected =
          slope(function, moments, [&](SecondMoments& m, double step) { entry(m, i, j, step); });
      double got = extent == Extent::full ? full(i, j) : diagonal[i];
      if (symmetric && i != j) {
        got += full(j, i);
      }
      EXPECT_NEAR(got, expected, 1e-8 * std::max(1.0, std::abs(expected))) << i << " " << j;
    }
  }
}

void expect_gradient(MomentFunction& function, const SecondMoments& moments) {
  MomentGradient gradient;
  gradient.wanted_a = true;
  gradient.wanted_b = true;
  const stats::MomentNeeds needs = function.needs();
  gradient.reset(needs, moments.variance_a.size(), moments.variance_b.size());
  function.evaluate(moments, &gradient);
  const auto move = [](Matrix<double>& c, Buffer<double>& diagonal, std::size_t i, std::size_t j,
                       double step) {
    c(i, j) += step;
    c(j, i) = c(i, j);
    diagonal[i] += i == j ? step : 0.0;
  };
  expect_matrix(function, moments, needs.aa, true, gradient.aa, gradient.variance_a,
                [&](SecondMoments& m, std::size_t i, std::size_t j, double step) {
                  move(m.aa, m.variance_a, i, j, step);
                });
  expect_matrix(function, moments, needs.bb, true, gradient.bb, gradient.variance_b,
                [&](SecondMoments& m, std::size_t i, std::size_t j, double step) {
                  move(m.bb, m.variance_b, i, j, step);
                });
  expect_matrix(function, moments, needs.ab, false, gradient.ab, gradient.covariance,
                [&](SecondMoments& m, std::size_t i, std::size_t j, double step) {
                  m.ab(i, j) += step;
                  if (i == j) {
                    m.covariance[i] += step;
                  }
                });
}

/// C_aa = C_bb = I and a C_ab whose singular values are `sigma`, in a rotated basis.
SecondMoments whitened(double sigma_0, double sigma_1) {
  const reference::Real c = std::cos(0.3L);
  const reference::Real s = std::sin(0.3L);
  const Table identity{{1, 0}, {0, 1}};
  const Table rotation{{c, -s}, {s, c}};
  const Table ab = reference::product(rotation, Table{{sigma_0, 0}, {0, sigma_1}});
  return moments_of(identity, ab, identity);
}

TEST(MomentFunction, GradientIsThatOfCentralDifferences) {
  for (const std::string rho : {"pearson", "rv", "cca"}) {
    expect_gradient(*make_moment_function(options_of(rho)),
                    moments_of(reference::keyed_sides(50, 3, 3, 1)));
  }
  for (const std::string rho : {"rv", "cca"}) {
    expect_gradient(*make_moment_function(options_of(rho)),
                    moments_of(reference::keyed_sides(50, 4, 2, 2)));
    expect_gradient(*make_moment_function(options_of(rho)),
                    moments_of(reference::keyed_sides(50, 2, 3, 3)));
  }
}

TEST(MomentFunction, GradientHoldsForFewComponents) {
  expect_gradient(*make_moment_function(options_of("cca", 2)),
                  moments_of(reference::keyed_sides(50, 4, 3, 4)));
}

TEST(MomentFunction, GradientHoldsForEqualAndNearlyEqualCorrelations) {
  expect_gradient(*make_moment_function(options_of("cca")), whitened(0.6, 0.6));
  expect_gradient(*make_moment_function(options_of("cca")), whitened(0.6, 0.6 - 1e-9));
  expect_gradient(*make_moment_function(options_of("rv")), whitened(0.6, 0.6));
}

TEST(MomentFunction, SpectralGradientsAreThoseOfCentralDifferences) {
  for (const std::string name : {"dcca", "vamp1", "vamp2", "gaussian-mi"}) {
    ObjectiveOptions options;
    options.objective = name;
    expect_gradient(*make_moment_function(options),
                    moments_of(reference::keyed_sides(50, 3, 3, 6)));
    expect_gradient(*make_moment_function(options), whitened(0.6, 0.6));
    expect_gradient(*make_moment_function(options), whitened(0.6, 0.6 - 1e-9));
    options.set("components", 2);
    expect_gradient(*make_moment_function(options),
                    moments_of(reference::keyed_sides(50, 4, 3, 7)));
    options.set("ridge", 0.3);
    expect_gradient(*make_moment_function(options),
                    moments_of(reference::keyed_sides(50, 3, 4, 8)));
  }
}

TEST(MomentFunction, OtherGradientsAreThoseOfCentralDifferences) {
  for (const std::string name : {"barlow", "vicreg", "coding-rate"}) {
    ObjectiveOptions options;
    options.objective = name;
    options.set("barlow-lambda", 0.3);
    expect_gradient(*make_moment_function(options),
                    moments_of(reference::keyed_sides(50, 3, 3, 9)));
    expect_gradient(*make_moment_function(options), whitened(0.6, 0.6));
  }
}

TEST(MomentFunction, SpectralValuesAreThoseOfKnownCorrelations) {
  const auto value_of = [](const char* name, double sigma_0, double sigma_1) {
    ObjectiveOptions options;
    options.objective = name;
    options.set("ridge", 0.0);
    return make_moment_function(options)->evaluate(whitened(sigma_0, sigma_1), nullptr);
  };
  EXPECT_NEAR(value_of("dcca", 0.9, 0.3), 1.2, 1e-14);
  EXPECT_NEAR(value_of("vamp1", 0.9, 0.3), 2.2, 1e-14);
  EXPECT_NEAR(value_of("vamp2", 0.9, 0.3), 1.9, 1e-14);
  EXPECT_NEAR(value_of("gaussian-mi", 0.8, 0.6), -0.5 * std::log(0.36 * 0.64), 1e-14);
}

TEST(MomentFunction, CanonicalCorrelationsAreThoseOfWhitenedSides) {
  ObjectiveOptions options = options_of("cca");
  options.set("ridge", 0.0);
  EXPECT_NEAR(make_moment_function(options)->evaluate(whitened(0.9, 0.3), nullptr), 0.6, 1e-14);
  options.set("components", 1);
  EXPECT_NEAR(make_moment_function(options)->evaluate(whitened(0.9, 0.3), nullptr), 0.9, 1e-14);
}

TEST(MomentFunction, InfiniteInformationNamesTheRidge) {
  ObjectiveOptions options;
  options.objective = "gaussian-mi";
  EXPECT_NEAR(make_moment_function(options)->evaluate(whitened(1.0, 0.0), nullptr),
              -0.5 * std::log(1.0 - 1.0 / (1.0001 * 1.0001)), 1e-10);
  options.set("ridge", 0.0);
  try {
    (void)make_moment_function(options)->evaluate(whitened(1.0, 0.0), nullptr);
    FAIL() << "no error";
  } catch (const NumericError& error) {
    EXPECT_NE(std::string(error.what()).find("`ridge`"), std::string::npos);
  }
}

TEST(MomentFunction, CanonicalCorrelationsDoNotDependOnScale) {
  // Columns that differ by 1e8 and, without ridge, an answer that must not.
  const reference::Sides sides = reference::keyed_sides(60, 3, 2, 5);
  reference::Sides stretched = sides;
  for (auto& row : stretched.a) {
    row[0] *= 1e4L;
    row[2] *= 1e-4L;
  }
  ObjectiveOptions options = options_of("cca");
  options.set("ridge", 0.0);
  const auto rho = make_moment_function(options);
  EXPECT_NEAR(rho->evaluate(moments_of(stretched), nullptr),
              rho->evaluate(moments_of(sides), nullptr), 1e-12);
}

TEST(MomentFunction, ZeroMomentsGiveZeroAndNoGradient) {
  const SecondMoments moments =
      moments_of(reference::zeros(2, 2), reference::zeros(2, 2), reference::zeros(2, 2));
  for (const std::string rho : {"pearson", "rv", "cca"}) {
    for (const double ridge : {0.0, 1e-4}) {
      ObjectiveOptions options = options_of(rho);
      options.set("ridge", ridge);
      const auto function = make_moment_function(options);
      MomentGradient gradient;
      gradient.wanted_a = true;
      gradient.wanted_b = true;
      gradient.reset(function->needs(), 2, 2);
      EXPECT_EQ(function->evaluate(moments, &gradient), 0.0) << rho;
      for (const Matrix<double>* d : {&gradient.aa, &gradient.ab, &gradient.bb}) {
        for (const double derivative : d->span()) {
          EXPECT_EQ(derivative, 0.0) << rho;
        }
      }
    }
  }
}

TEST(MomentFunction, ConstantColumnChangesNoCanonicalCorrelation) {
  SecondMoments moments =
      moments_of(Table{{1, 0.2L, 0}, {0.2L, 2, 0}, {0, 0, 0}},
                 Table{{0.3L, 0.1L}, {0.2L, 0.5L}, {0, 0}}, Table{{1, 0}, {0, 1}});
  const SecondMoments without = moments_of(
      Table{{1, 0.2L}, {0.2L, 2}}, Table{{0.3L, 0.1L}, {0.2L, 0.5L}}, Table{{1, 0}, {0, 1}});
  ObjectiveOptions options = options_of("cca");
  options.set("ridge", 0.0);
  EXPECT_NEAR(make_moment_function(options)->evaluate(moments, nullptr),
              make_moment_function(options)->evaluate(without, nullptr), 1e-14);
}

/// (1/N) sum_i |z_i|^4 of centred rows.
double fourth_moment(const Table& rows) {
  reference::Real sum = 0;
  for (const auto& row : reference::centred(rows)) {
    const reference::Real square =
        std::inner_product(row.begin(), row.end(), row.begin(), reference::Real{0});
    sum += square * square;
  }
  return static_cast<double>(sum / static_cast<reference::Real>(rows.size()));
}

TEST(MomentFunction, ShrunkCovariancesAreDifferentiatedThroughTheIntensity) {
  const reference::Sides sides = reference::keyed_sides(40, 4, 3, 6);
  SecondMoments moments = moments_of(sides);
  moments.samples = 40.0;
  moments.lengths_a = {fourth_moment(sides.a), Buffer<double>(4, 0.0)};
  moments.lengths_b = {fourth_moment(sides.b), Buffer<double>(3, 0.0)};
  auto options = options_of("cca");
  options.set("shrinkage", "auto").set("ridge", 0.03);
  const auto function = make_moment_function(options);
  expect_gradient(*function, moments);

  MomentGradient gradient;
  gradient.wanted_a = true;
  gradient.wanted_b = true;
  gradient.reset(function->needs(), 4, 3);
  function->evaluate(moments, &gradient);
  // Fourth moments are large numbers, of which J changes slowly.
  constexpr double unit = 1e3;
  const double of_a =
      slope(*function, moments,
            [](SecondMoments& m, double step) { m.lengths_a.fourth += unit * step; }) /
      unit;
  const double of_b =
      slope(*function, moments,
            [](SecondMoments& m, double step) { m.lengths_b.fourth += unit * step; }) /
      unit;
  EXPECT_NEAR(gradient.lengths_a.fourth, of_a, 1e-7 * std::abs(of_a));
  EXPECT_NEAR(gradient.lengths_b.fourth, of_b, 1e-7 * std::abs(of_b));
  EXPECT_LT(of_a, 0.0);

  // Far above the distance from a multiple of I, nothing changes with it.
  moments.lengths_a.fourth *= 1e6;
  gradient.reset(function->needs(), 4, 3);
  function->evaluate(moments, &gradient);
  EXPECT_EQ(gradient.lengths_a.fourth, 0.0);
  expect_gradient(*function, moments);
}

}  // namespace
}  // namespace infomax::objective
