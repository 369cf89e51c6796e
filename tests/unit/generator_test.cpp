// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/generators/generator.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "infomax/core/error.hpp"
#include "infomax/core/matrix.hpp"
#include "infomax/hdf5/file.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/math/lapack.hpp"
#include "support/scratch.hpp"

namespace infomax::generators {
namespace {

using math::Transpose;

/// A data set with its columns' means taken off.
Matrix<double> centred(const hdf5::Dataset& dataset) {
  const std::size_t n = dataset.rows();
  Matrix<double> rows(n, dataset.features());
  dataset.read<double>(0, n, rows.span());
  for (std::size_t j = 0; j < rows.columns(); ++j) {
    double mean = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
      mean += rows(i, j) / static_cast<double>(n);
    }
    for (std::size_t i = 0; i < n; ++i) {
      rows(i, j) -= mean;
    }
  }
  return rows;
}

/// a^T b / N.
Matrix<double> covariance(const Matrix<double>& a, const Matrix<double>& b) {
  Matrix<double> c(a.columns(), b.columns());
  math::gemm<double>(Transpose::yes, Transpose::no, 1.0 / static_cast<double>(a.rows()), a.view(),
                     b.view(), 0.0, c.view());
  return c;
}

/// Singular values of L_x^-1 C_xy L_y^-T, C_xx = L_x L_x^T and C_yy alike.
std::vector<double> sample_correlations(const hdf5::File& file) {
  const Matrix<double> x = centred(file.dataset("/x"));
  const Matrix<double> y = centred(file.dataset("/y"));
  const auto l_x = math::cholesky(covariance(x, x).view());
  const auto l_y = math::cholesky(covariance(y, y).view());
  Matrix<double> c = covariance(x, y);
  math::solve_lower(math::Side::left, Transpose::no, l_x.value().view(), c.view());
  math::solve_lower(math::Side::right, Transpose::yes, l_y.value().view(), c.view());
  return math::singular_values(c.view()).values;
}

class Generate : public test::Scratch {};

TEST_F(Generate, GaussianViewsHaveTheCanonicalCorrelationsAskedFor) {
  GaussianViews wanted;
  wanted.rows = 20'000;
  wanted.x_columns = 7;
  wanted.y_columns = 5;
  wanted.canonical_correlations = {0.5, -0.95, 0.8};
  wanted.seed = 3;
  generate_gaussian_views(wanted, file("v.h5"));

  const hdf5::File opened = hdf5::File::open(file("v.h5"));
  const std::vector<double> found = sample_correlations(opened);
  const std::vector<double> expected{0.95, 0.8, 0.5, 0.0, 0.0};
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t k = 0; k < expected.size(); ++k) {
    // Five times the asymptotic standard error (1 - rho^2) / sqrt(N); zeros are biased upwards by
    // about the root of the spare columns, 4, over that of N.
    const double error = (1.0 - expected[k] * expected[k]) / std::sqrt(20'000.0);
    EXPECT_NEAR(found[k], expected[k], (expected[k] > 0.0 ? 5.0 : 8.0) * error);
  }
  EXPECT_THAT(opened.reals_attribute("/", "canonical_correlations"),
              testing::ElementsAre(-0.95, 0.8, 0.5));
  EXPECT_DOUBLE_EQ(opened.real_attribute("/", "mutual_information"),
                   -0.5 * std::log((1 - 0.25) * (1 - 0.9025) * (1 - 0.64)));
}

TEST_F(Generate, GaussianViewsAreMixed) {
  GaussianViews wanted;
  wanted.rows = 5000;
  generate_gaussian_views(wanted, file("v.h5"));
  const Matrix<double> x = centred(hdf5::File::open(file("v.h5")).dataset("/x"));
  const auto spectrum = math::symmetric_eigen(covariance(x, x).view()).values;
  // Variances of the map's singular values 2 and 1/2, within sampling error.
  EXPECT_NEAR(spectrum.front(), 4.0, 0.6);
  EXPECT_NEAR(spectrum.back(), 0.25, 0.04);
  double off_diagonal = 0.0;
  const Matrix<double> c = covariance(x, x);
  for (std::size_t j = 1; j < c.columns(); ++j) {
    off_diagonal = std::max(off_diagonal, std::abs(c(0, j)));
  }
  EXPECT_GT(off_diagonal, 0.1);
}

TEST_F(Generate, RandomSamplesAreIndependentOfEachOther) {
  RandomSamples wanted;
  wanted.rows = 20'000;
  generate_random(wanted, file("r.h5"));
  const hdf5::File opened = hdf5::File::open(file("r.h5"));
  EXPECT_EQ(opened.dataset("/x").shape(), (std::vector<std::size_t>{20'000, 10}));
  EXPECT_EQ(opened.dataset("/y").shape(), (std::vector<std::size_t>{20'000, 5}));
  EXPECT_EQ(opened.dataset("/x").element_type(), hdf5::ElementType::f32);
  const std::vector<double> found = sample_correlations(opened);
  // sqrt(10) + sqrt(5) over sqrt(N) is where the largest lies.
  EXPECT_LT(found.front(), 1.3 * (std::sqrt(10.0) + std::sqrt(5.0)) / std::sqrt(20'000.0));
  const Matrix<double> x = centred(opened.dataset("/x"));
  EXPECT_NEAR(covariance(x, x)(3, 3), 1.0, 5.0 * std::sqrt(2.0 / 20'000.0));
}

TEST_F(Generate, ALongerDataSetBeginsWithTheShorterOne) {
  // Across a slab's end, and of another seed not.
  RandomSamples wanted;
  wanted.rows = 4100;
  generate_random(wanted, file("short.h5"));
  wanted.rows = 9000;
  generate_random(wanted, file("long.h5"));
  wanted.seed = 1;
  generate_random(wanted, file("other.h5"));

  const auto head = [&](const char* name) {
    std::vector<float> rows(4100 * 5);
    hdf5::File::open(file(name)).dataset("/y").read<float>(0, 4100, rows);
    return rows;
  };
  EXPECT_EQ(head("short.h5"), head("long.h5"));
  EXPECT_NE(head("short.h5"), head("other.h5"));
}

TEST_F(Generate, RefusesWhatCannotBe) {
  GaussianViews views;
  views.canonical_correlations = {0.5, 1.0};
  EXPECT_THROW(generate_gaussian_views(views, file("v.h5")), UsageError);
  views.canonical_correlations = std::vector<double>(11, 0.5);
  EXPECT_THROW(generate_gaussian_views(views, file("v.h5")), UsageError);
  RandomSamples samples;
  samples.outputs = 0;
  EXPECT_THROW(generate_random(samples, file("r.h5")), UsageError);
  EXPECT_FALSE(std::filesystem::exists(file("v.h5")));
}

}  // namespace
}  // namespace infomax::generators
