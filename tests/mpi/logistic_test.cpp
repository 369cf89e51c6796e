// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/analysis/logistic.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "infomax/data/blocks.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/math/lapack.hpp"
#include "probe_fixture.hpp"

namespace infomax::analysis {
namespace {

constexpr std::size_t features = 4;
constexpr std::size_t classes = 3;
constexpr double l2 = 0.01;

/// The definition, over all rows at once.
double naive_loss(const test::GlobalRows& rows, std::span<const double> w) {
  double sum = 0.0;
  for (std::size_t i = 0; i < rows.x.rows(); ++i) {
    std::vector<double> score(classes);
    double total = 0.0;
    for (std::size_t c = 0; c < classes; ++c) {
      score[c] = w[features * classes + c];
      for (std::size_t j = 0; j < features; ++j) {
        score[c] += rows.x(i, j) * w[j * classes + c];
      }
      total += std::exp(score[c]);
    }
    sum += std::log(total) - score[rows.labels[i]];
  }
  double penalty = 0.0;
  for (std::size_t k = 0; k < features * classes; ++k) {
    penalty += w[k] * w[k];
  }
  return sum / static_cast<double>(rows.x.rows()) + 0.5 * l2 * penalty;
}

std::vector<double> differences(const test::GlobalRows& rows, std::vector<double> at) {
  std::vector<double> slopes(at.size());
  constexpr double h = 1e-5;
  for (std::size_t k = 0; k < at.size(); ++k) {
    const double kept = at[k];
    at[k] = kept + h;
    const double above = naive_loss(rows, at);
    at[k] = kept - h;
    slopes[k] = (above - naive_loss(rows, at)) / (2.0 * h);
    at[k] = kept;
  }
  return slopes;
}

/// Features that stay as they are.
FeatureScale unscaled(std::size_t columns) {
  return {Buffer<double>(columns, 0.0), Buffer<double>(columns, 1.0)};
}

/// The value, gradient and Hessian of the definition, over all rows at once.
struct Reference {
  double f = 0.0;
  std::vector<double> gradient;
  Matrix<double> hessian;

  Reference(const test::GlobalRows& rows, std::size_t count, double penalty,
            std::span<const double> w)
      : gradient(w.size(), 0.0), hessian(w.size(), w.size(), 0.0) {
    const auto samples = static_cast<double>(rows.x.rows());
    for (std::size_t i = 0; i < rows.x.rows(); ++i) {
      const auto feature = [&](std::size_t j) { return j < features ? rows.x(i, j) : 1.0; };
      std::vector<double> p(count, 0.0);
      for (std::size_t k = 0; k < w.size(); ++k) {
        p[k % count] += feature(k / count) * w[k];
      }
      const double own = p[rows.labels[i]];
      double total = 0.0;
      for (double& score : p) {
        score = std::exp(score - own);
        total += score;
      }
      f += std::log1p(total - 1.0) / samples;
      for (double& score : p) {
        score /= total;
      }
      for (std::size_t k = 0; k < w.size(); ++k) {
        const std::size_t c = k % count;
        const double scaled = feature(k / count) / samples;
        gradient[k] += (p[c] - (c == rows.labels[i] ? 1.0 : 0.0)) * scaled;
        for (std::size_t l = 0; l < w.size(); ++l) {
          const std::size_t d = l % count;
          hessian(k, l) += p[c] * ((c == d ? 1.0 : 0.0) - p[d]) * scaled * feature(l / count);
        }
      }
    }
    for (std::size_t k = 0; k < w.size(); ++k) {
      const bool is_weight = k < features * count;
      f += is_weight ? 0.5 * penalty * w[k] * w[k] : 0.0;
      gradient[k] += is_weight ? penalty * w[k] : 0.0;
      // Biases are free up to a constant; this keeps their sum where it is.
      hessian(k, k) += is_weight ? penalty : 1e-9;
    }
  }
};

/// The least value of the definition, by Newton's method with the whole Hessian, halving steps that
/// go too far. Nothing is shared with the code but the rows.
double least_loss(const test::GlobalRows& rows, std::size_t count, double penalty) {
  std::vector<double> w((features + 1) * count, 0.0);
  for (int iteration = 0; iteration < 60; ++iteration) {
    const Reference at(rows, count, penalty, w);
    const auto factor = math::cholesky(at.hessian.view());
    if (!factor) {
      return std::numeric_limits<double>::quiet_NaN();
    }
    Matrix<double> step(w.size(), 1);
    std::ranges::copy(at.gradient, step.span().begin());
    math::solve_lower(math::Side::left, math::Transpose::no, factor->view(), step.view());
    math::solve_lower(math::Side::left, math::Transpose::yes, factor->view(), step.view());
    for (double length = 1.0; length > 1e-3; length *= 0.5) {
      std::vector<double> moved = w;
      for (std::size_t k = 0; k < w.size(); ++k) {
        moved[k] -= length * step(k, 0);
      }
      const double f = Reference(rows, count, penalty, moved).f;
      if (f <= at.f) {
        w = std::move(moved);
        if (at.f - f <= 1e-14 * f) {
          return f;
        }
        break;
      }
      if (length < 2e-3) {
        return at.f;
      }
    }
  }
  return std::numeric_limits<double>::quiet_NaN();
}

class Logistic : public testing::Test {
 protected:
  const mpi::Communicator world_ = mpi::Communicator::world();
  const test::GlobalRows global_{101, features, classes, 5};
  const test::Share share_{world_, 101};
};

TEST_F(Logistic, LossAndGradientAreThoseOfTheDefinition) {
  const test::LocalRows local(global_, share_);
  const auto scale = unscaled(features);
  LogisticLoss loss(world_, local.rows(), classes, scale);
  loss.set_penalty(std::vector<double>(features, l2));
  ASSERT_EQ(loss.parameter_count(), (features + 1) * classes);
  const CounterRandom random(6, RandomStream::generation);
  std::vector<double> at(loss.parameter_count());
  for (std::size_t k = 0; k < at.size(); ++k) {
    at[k] = random.normal(k);
  }
  std::vector<double> gradient(at.size());
  EXPECT_NEAR(loss(at, gradient), naive_loss(global_, at), 1e-13);
  const auto expected = differences(global_, at);
  for (std::size_t k = 0; k < at.size(); ++k) {
    EXPECT_NEAR(gradient[k], expected[k], 1e-9) << "parameter " << k;
  }
}

TEST_F(Logistic, HessianIsTheDerivativeOfTheGradient) {
  const test::LocalRows local(global_, share_);
  const FeatureScale scale{Buffer<double>(features, 0.3), Buffer<double>(features, 1.7)};
  LogisticLoss loss(world_, local.rows(), classes, scale);
  loss.set_penalty(std::vector<double>(features, l2));
  const CounterRandom random(7, RandomStream::generation);
  std::vector<double> at(loss.parameter_count());
  std::vector<double> direction(at.size());
  for (std::size_t k = 0; k < at.size(); ++k) {
    at[k] = 0.5 * random.normal(2 * k);
    direction[k] = random.normal(2 * k + 1);
  }
  std::vector<double> product(at.size());
  loss.multiply_by_hessian(at, direction, product);
  const auto gradient_at = [&](double along) {
    std::vector<double> moved = at;
    for (std::size_t k = 0; k < at.size(); ++k) {
      moved[k] += along * direction[k];
    }
    std::vector<double> gradient(at.size());
    (void)loss(moved, gradient);
    return gradient;
  };
  constexpr double h = 1e-5;
  const auto above = gradient_at(h);
  const auto below = gradient_at(-h);
  for (std::size_t k = 0; k < at.size(); ++k) {
    EXPECT_NEAR(product[k], (above[k] - below[k]) / (2.0 * h), 1e-9) << "parameter " << k;
  }
}

TEST_F(Logistic, ScoresAsLargeAsTheyComeStayFinite) {
  const test::LocalRows local(global_, share_);
  const auto scale = unscaled(features);
  LogisticLoss loss(world_, local.rows(), classes, scale);
  std::vector<double> at(loss.parameter_count(), 0.0);
  at[0] = 1e6;
  std::vector<double> gradient(at.size());
  EXPECT_TRUE(std::isfinite(loss(at, gradient)));
  for (const double slope : gradient) {
    EXPECT_TRUE(std::isfinite(slope));
  }
}

/// The loss is convex, so where its slopes vanish is its minimum.
TEST_F(Logistic, FitIsTheMinimum) {
  const test::LocalRows local(global_, share_);
  const auto fit = LogisticRegression(world_, local.rows(), classes).fit(l2, {});
  EXPECT_EQ(fit.outcome.ending, LogisticEnding::converged);
  EXPECT_NEAR(fit.outcome.f, naive_loss(global_, {fit.parameters.begin(), fit.parameters.end()}),
              1e-14);
  for (const double slope : differences(global_, {fit.parameters.begin(), fit.parameters.end()})) {
    EXPECT_NEAR(slope, 0.0, 1e-8);
  }
}

/// 1e-8 of the least loss, whatever makes the problem hard: features of different scales, classes
/// that can be separated, a small penalty, and up to ten classes.
TEST_F(Logistic, FitReachesTheLeastLoss) {
  for (const std::size_t count : {2U, 3U, 5U, 10U}) {
    for (const double spread : {1.0, 0.05}) {   // the smaller, the farther apart classes are
      for (const double ratio : {1.0, 10.0}) {  // of the scales of neighbouring features
        test::GlobalRows rows(60, features, count, 20 + count);
        for (std::size_t i = 0; i < rows.x.rows(); ++i) {
          for (std::size_t j = 0; j < features; ++j) {
            const double centre = static_cast<double>((rows.labels[i] * (j + 1) + j) % count);
            const double noise = rows.x(i, j) * static_cast<double>(1 + j) - centre;
            rows.x(i, j) =
                (centre + spread * noise) * std::pow(ratio, static_cast<double>(j) - 1.5);
          }
        }
        const test::Share share(world_, rows.x.rows());
        const test::LocalRows local(rows, share);
        LogisticRegression regression(world_, local.rows(), count);
        for (const double penalty : {1e-2, 1e-5}) {
          const auto fit = regression.fit(penalty, {});
          const double least = least_loss(rows, count, penalty);
          EXPECT_LE(std::abs(fit.outcome.f - least), 1e-8 * least)
              << count << " classes, spread " << spread << ", ratio " << ratio << ", l2 " << penalty
              << ": " << fit.outcome.f << " after " << fit.outcome.iterations << " steps and "
              << fit.outcome.passes << " passes, gap " << fit.outcome.relative_gap;
          EXPECT_TRUE(fit.outcome.has_converged());
          EXPECT_LE(fit.outcome.relative_gap, 1e-10);
        }
      }
    }
  }
}

TEST_F(Logistic, AFitThatWasCutShortDoesNotSayThatItConverged) {
  const test::LocalRows local(global_, share_);
  LogisticRegression regression(world_, local.rows(), classes);
  const auto fit = regression.fit(1e-5, {.iterations = 2});
  EXPECT_EQ(fit.outcome.ending, LogisticEnding::enough);
  EXPECT_FALSE(fit.outcome.has_converged());
  EXPECT_EQ(fit.outcome.iterations, 2U);
  EXPECT_GT(fit.outcome.relative_gap, 1e-10);
  const auto more = regression.fit(1e-5, {}, &fit);
  EXPECT_TRUE(more.outcome.has_converged());
  EXPECT_LT(more.outcome.f, fit.outcome.f);
}

TEST_F(Logistic, WithoutAPenaltySeparableClassesHaveNoMinimum) {
  test::GlobalRows rows(60, features, 2, 3);
  for (std::size_t i = 0; i < 60; ++i) {
    rows.x(i, 0) = rows.labels[i] == 0 ? -1.0 : 1.0;
  }
  const test::Share share(world_, 60);
  const test::LocalRows local(rows, share);
  const auto fit = LogisticRegression(world_, local.rows(), 2).fit(0.0, {});
  EXPECT_EQ(fit.outcome.ending, LogisticEnding::separable);
  EXPECT_FALSE(fit.outcome.has_converged());
}

TEST_F(Logistic, AClassWithoutRowsIsNeverPredictedAndChangesNothing) {
  const test::LocalRows local(global_, share_);
  const auto without = LogisticRegression(world_, local.rows(), classes).fit(l2, {});
  const auto with = LogisticRegression(world_, local.rows(), classes + 2).fit(l2, {});
  EXPECT_EQ(with.outcome.f, without.outcome.f);
  EXPECT_TRUE(with.outcome.has_converged());
  EXPECT_EQ(predict(with, local.rows()), predict(without, local.rows()));
  // Rows of an unseen class count for nothing, as their loss has no bound.
  const std::vector<std::uint32_t> unseen(share_.count, classes + 1);
  ClassifiedRows others = local.rows();
  others.labels = unseen;
  EXPECT_EQ(log_loss(world_, with, others).rows, 0.0);
  const auto seen = log_loss(world_, with, local.rows());
  EXPECT_EQ(seen.rows, 101.0);
  double penalty = 0.0;
  for (std::size_t k = 0; k < features * classes; ++k) {
    penalty += 0.5 * l2 * without.parameters[k] * without.parameters[k];
  }
  EXPECT_NEAR(seen.sum / seen.rows + penalty, with.outcome.f, 1e-12);
}

TEST_F(Logistic, OfASingleClassNothingIsLeftToFit) {
  const test::LocalRows local(global_, share_);
  const std::vector<std::uint32_t> same(share_.count, 1);
  ClassifiedRows rows = local.rows();
  rows.labels = same;
  const auto fit = LogisticRegression(world_, rows, classes).fit(l2, {});
  EXPECT_TRUE(fit.outcome.has_converged());
  EXPECT_EQ(fit.outcome.f, 0.0);
  EXPECT_EQ(predict(fit, rows), same);
}

/// A rank with all the rows finds what all ranks find together.
TEST_F(Logistic, FitIsTheSameOnAnyNumberOfRanks) {
  const mpi::Communicator alone = world_.split(world_.rank());
  const test::Share all(alone, 101);
  const test::LocalRows whole(global_, all);
  const auto apart = LogisticRegression(alone, whole.rows(), classes).fit(l2, {});
  const test::LocalRows local(global_, share_);
  const auto joint = LogisticRegression(world_, local.rows(), classes).fit(l2, {});
  for (std::size_t k = 0; k < joint.parameters.size(); ++k) {
    EXPECT_NEAR(joint.parameters[k], apart.parameters[k], 1e-9) << "parameter " << k;
  }
}

/// Where rows have the parts that every number of ranks has, so are the bits.
TEST_F(Logistic, WithPartsTheBitsAreTheSameOnAnyNumberOfRanks) {
  const data::Blocks blocks(101, 7);
  const auto fit_on = [&](const mpi::Communicator& communicator) {
    const auto shard = blocks.shard(communicator.rank(), communicator.size());
    test::Share share(communicator, 101);
    share.first = shard.first_row;
    share.count = shard.row_count;
    const test::LocalRows local(global_, share);
    stats::RowParts parts;
    for (std::size_t v = shard.first_block; v < shard.first_block + shard.block_count; ++v) {
      parts.ends.push_back(blocks.first_row(v + 1) - shard.first_row);
    }
    ClassifiedRows rows = local.rows();
    rows.parts = &parts;
    return LogisticRegression(communicator, rows, classes).fit(1e-4, {}).parameters;
  };
  EXPECT_EQ(fit_on(world_), fit_on(world_.split(world_.rank())));
}

TEST_F(Logistic, PredictsTheLikeliestClass) {
  const test::LocalRows local(global_, share_);
  LogisticFit fit{classes, Buffer<double>((features + 1) * classes, 0.0), {}};
  for (std::size_t c = 0; c < classes; ++c) {
    fit.parameters[c] = static_cast<double>(c);  // of feature 0
  }
  const auto predicted = predict(fit, local.rows());
  ASSERT_EQ(predicted.size(), share_.count);
  for (std::size_t i = 0; i < predicted.size(); ++i) {
    EXPECT_EQ(predicted[i], global_.x(share_.first + i, 0) > 0.0 ? 2U : 0U);
  }
  fit.parameters.assign(fit.parameters.size(), 0.0);
  for (const std::uint32_t c : predict(fit, local.rows())) {
    EXPECT_EQ(c, 0U);
  }
}

}  // namespace
}  // namespace infomax::analysis
