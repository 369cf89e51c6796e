// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/analysis/logistic.hpp"

#include <cmath>

#include <gtest/gtest.h>

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

class Logistic : public testing::Test {
 protected:
  const mpi::Communicator world_ = mpi::Communicator::world();
  const test::GlobalRows global_{101, features, classes, 5};
  const test::Share share_{world_, 101};
};

TEST_F(Logistic, LossAndGradientAreThoseOfTheDefinition) {
  const test::LocalRows<double> local(global_, share_);
  LogisticLoss<double> loss(world_, local.rows(), classes, l2);
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

TEST_F(Logistic, ScoresAsLargeAsTheyComeStayFinite) {
  const test::LocalRows<double> local(global_, share_);
  LogisticLoss<double> loss(world_, local.rows(), classes, 0.0);
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
  const test::LocalRows<double> local(global_, share_);
  const auto fit =
      fit_logistic(world_, local.rows(), classes, l2, {.tolerance = 1e-8, .iterations = 500});
  EXPECT_EQ(fit.outcome.ending, optim::SearchEnding::converged);
  for (const double slope : differences(global_, {fit.parameters.begin(), fit.parameters.end()})) {
    EXPECT_NEAR(slope, 0.0, 1e-7);
  }
}

/// A rank with all the rows finds what all ranks find together; in float too.
TEST_F(Logistic, FitIsTheSameOnAnyNumberOfRanks) {
  const mpi::Communicator alone = world_.split(world_.rank());
  const test::Share all(alone, 101);
  const optim::SearchOptions options{.tolerance = 1e-6, .iterations = 500};
  const auto apart =
      fit_logistic(alone, test::LocalRows<double>(global_, all).rows(), classes, l2, options);
  const test::LocalRows<double> local(global_, share_);
  const auto joint = fit_logistic(world_, local.rows(), classes, l2, options);
  const test::LocalRows<float> narrow(global_, share_);
  const auto single = fit_logistic(world_, narrow.rows(), classes, l2, options);
  for (std::size_t k = 0; k < joint.parameters.size(); ++k) {
    EXPECT_NEAR(joint.parameters[k], apart.parameters[k], 1e-9) << "parameter " << k;
    EXPECT_NEAR(single.parameters[k], apart.parameters[k], 1e-3) << "parameter " << k;
  }
}

TEST_F(Logistic, PredictsTheLikeliestClass) {
  const test::LocalRows<double> local(global_, share_);
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
