// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/optim/optimizer.hpp"
#include "infomax/optim/optimizer_options.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "infomax/core/error.hpp"
#include "infomax/optim/schedule.hpp"

namespace infomax::optim {
namespace {

/// Parameters after three updates by the gradients g, 2 g, 3 g at rate 0.1.
std::vector<double> after_three(const OptimizerOptions& options) {
  std::vector<double> parameters{1.0, -2.0, 3.0};
  const auto optimizer = make_optimizer<double>(options, 3, {{0, 2}});
  for (int k = 1; k <= 3; ++k) {
    const std::vector<double> gradient{0.5 * k, -0.25 * k, 0.0};
    optimizer->ascend(parameters, gradient, 0.1);
  }
  return parameters;
}

TEST(Sgd, MovesByTheRateTimesTheGradient) {
  const auto parameters = after_three({.kind = OptimizerKind::sgd});
  EXPECT_DOUBLE_EQ(parameters[0], 1.0 + 0.1 * 0.5 * 6.0);
  EXPECT_DOUBLE_EQ(parameters[1], -2.0 - 0.1 * 0.25 * 6.0);
  EXPECT_DOUBLE_EQ(parameters[2], 3.0);
}

TEST(Sgd, MomentumKeepsAVelocity) {
  // v = g, 0.9 g + 2 g, 0.9 v + 3 g with g = 0.5.
  const double v1 = 0.5;
  const double v2 = 0.9 * v1 + 1.0;
  const double v3 = 0.9 * v2 + 1.5;
  const auto heavy = after_three({.kind = OptimizerKind::sgd, .momentum = 0.9});
  EXPECT_NEAR(heavy[0], 1.0 + 0.1 * (v1 + v2 + v3), 1e-14);

  const auto nesterov =
      after_three({.kind = OptimizerKind::sgd, .momentum = 0.9, .nesterov = true});
  EXPECT_NEAR(nesterov[0], 1.0 + 0.1 * (0.5 + 0.9 * v1 + 1.0 + 0.9 * v2 + 1.5 + 0.9 * v3), 1e-14);
}

/// The paper's own form of Adam, in one variable.
double adam_by_hand(double parameter, double unit, double decay) {
  double m = 0.0;
  double v = 0.0;
  for (int t = 1; t <= 3; ++t) {
    const double g = unit * t;
    parameter *= 1.0 - 0.1 * decay;
    m = 0.9 * m + 0.1 * g;
    v = 0.999 * v + 0.001 * g * g;
    const double m_hat = m / (1.0 - std::pow(0.9, t));
    const double v_hat = v / (1.0 - std::pow(0.999, t));
    parameter += 0.1 * m_hat / (std::sqrt(v_hat) + 1e-8);
  }
  return parameter;
}

TEST(Adam, FollowsThePaper) {
  const auto parameters = after_three({.kind = OptimizerKind::adam});
  EXPECT_NEAR(parameters[0], adam_by_hand(1.0, 0.5, 0.0), 1e-12);
  EXPECT_NEAR(parameters[1], adam_by_hand(-2.0, -0.25, 0.0), 1e-12);
  EXPECT_EQ(parameters[2], 3.0);
}

TEST(AdamW, ShrinksOnlyWhatDecays) {
  const auto parameters = after_three({.kind = OptimizerKind::adamw, .decoupled_decay = 0.5});
  EXPECT_NEAR(parameters[0], adam_by_hand(1.0, 0.5, 0.5), 1e-12);
  EXPECT_NEAR(parameters[1], adam_by_hand(-2.0, -0.25, 0.5), 1e-12);
  EXPECT_EQ(parameters[2], 3.0);  // outside the decayed range, and its gradient is zero
}

TEST(RmsProp, DividesByTheRootOfARunningMeanSquare) {
  const auto parameters = after_three({.kind = OptimizerKind::rmsprop, .smoothing = 0.9});
  // v = 0.1 g^2 (1, 0.9 + 4, 0.81 + 3.6 + 9) with g = 0.5.
  double expected = 1.0;
  for (const auto& [g, v] : {std::pair{0.5, 0.025}, {1.0, 0.1225}, {1.5, 0.33525}}) {
    expected += 0.1 * g / (std::sqrt(v) + 1e-8);
  }
  EXPECT_NEAR(parameters[0], expected, 1e-14);
  EXPECT_EQ(parameters[2], 3.0);
}

TEST(Adagrad, DividesByTheRootOfTheSumOfSquares) {
  const auto parameters = after_three({.kind = OptimizerKind::adagrad});
  // v = g^2 (1, 1 + 4, 1 + 4 + 9), whatever g; it cancels but for its sign.
  const double moved = 1.0 + 2.0 / std::sqrt(5.0) + 3.0 / std::sqrt(14.0);
  EXPECT_NEAR(parameters[0], 1.0 + 0.1 * moved, 1e-7);
  EXPECT_NEAR(parameters[1], -2.0 - 0.1 * moved, 1e-7);
  EXPECT_EQ(parameters[2], 3.0);
}

TEST(Lars, MovesALayersWeightsByAShareOfTheirNorm) {
  // Two layers of two weights and a bias each; the second layer's gradient is zero.
  std::vector<double> parameters{3.0, 4.0, 1.0, 1.0, 2.0, 0.0};
  const auto optimizer = make_optimizer<double>(
      {.kind = OptimizerKind::lars, .momentum = 0.5, .trust = 0.01}, 6, {{0, 2}, {3, 2}});
  const std::vector<double> gradient{0.6, -0.8, 0.2, 0.0, 0.0, 7.0};
  optimizer->ascend(parameters, gradient, 2.0);
  // |p| = 5, |g| = 1: the trust ratio is 0.05, and rate times that 0.1. Biases: rate 2.
  EXPECT_NEAR(parameters[0], 3.06, 1e-14);
  EXPECT_NEAR(parameters[1], 3.92, 1e-14);
  EXPECT_NEAR(parameters[2], 1.4, 1e-14);
  EXPECT_EQ(parameters[3], 1.0);
  EXPECT_EQ(parameters[4], 2.0);
  EXPECT_NEAR(parameters[5], 14.0, 1e-14);

  optimizer->ascend(parameters, gradient, 2.0);
  const double ratio = 0.01 * std::hypot(3.06, 3.92);
  EXPECT_NEAR(parameters[0], 3.06 + 0.5 * 0.06 + 2.0 * ratio * 0.6, 1e-14);
  EXPECT_NEAR(parameters[2], 1.4 + 0.5 * 0.4 + 0.4, 1e-14);
}

TEST(Lars, TakesWeightsThatAreZeroAtTheFullRate) {
  std::vector<double> parameters{0.0, 0.0};
  const auto optimizer = make_optimizer<double>({.kind = OptimizerKind::lars}, 2, {{0, 2}});
  optimizer->ascend(parameters, std::vector<double>{1.0, -2.0}, 0.5);
  EXPECT_DOUBLE_EQ(parameters[0], 0.5);
  EXPECT_DOUBLE_EQ(parameters[1], -1.0);
}

/// What a checkpoint keeps is enough: a second optimiser given it goes on as the first does.
TEST(Optimizer, GoesOnFromItsState) {
  for (const auto kind : {OptimizerKind::sgd, OptimizerKind::adam, OptimizerKind::rmsprop,
                          OptimizerKind::adagrad, OptimizerKind::lars}) {
    const OptimizerOptions options{.kind = kind, .momentum = 0.9};
    const auto first = make_optimizer<double>(options, 3, {{0, 2}});
    const auto second = make_optimizer<double>(options, 3, {{0, 2}});
    std::vector<double> parameters{1.0, -2.0, 3.0};
    const std::vector<double> gradient{0.5, -0.25, 2.0};
    first->ascend(parameters, gradient, 0.1);

    const auto from = first->state();
    const auto to = second->state();
    ASSERT_EQ(from.size(), to.size());
    ASSERT_FALSE(from.empty());
    for (std::size_t k = 0; k < from.size(); ++k) {
      std::ranges::copy(from[k], to[k].begin());
    }
    second->set_updates(first->updates());
    std::vector<double> others = parameters;
    first->ascend(parameters, gradient, 0.1);
    second->ascend(others, gradient, 0.1);
    EXPECT_EQ(parameters, others);
  }
}

TEST(Optimizer, RefusesWhatIsOutOfRange) {
  EXPECT_THROW((void)make_optimizer<double>({.kind = OptimizerKind::sgd, .momentum = 1.0}, 1, {}),
               UsageError);
  EXPECT_THROW((void)make_optimizer<double>({.kind = OptimizerKind::sgd, .nesterov = true}, 1, {}),
               UsageError);
  EXPECT_THROW((void)make_optimizer<double>({.beta2 = 1.0}, 1, {}), UsageError);
  EXPECT_THROW((void)make_optimizer<double>({.epsilon = 0.0}, 1, {}), UsageError);
  EXPECT_THROW((void)make_optimizer<double>({.smoothing = 1.0}, 1, {}), UsageError);
  EXPECT_THROW((void)make_optimizer<double>({.trust = 0.0}, 1, {}), UsageError);
  EXPECT_THROW((void)parse_optimizer("sdg"), UsageError);
}

TEST(Schedule, WarmsUpLinearlyThenFollowsItsKind) {
  Schedule schedule{.kind = ScheduleKind::constant, .peak = 2.0, .warmup_steps = 4};
  EXPECT_DOUBLE_EQ(schedule.rate(0), 0.5);
  EXPECT_DOUBLE_EQ(schedule.rate(3), 2.0);
  EXPECT_DOUBLE_EQ(schedule.rate(1000), 2.0);

  schedule.kind = ScheduleKind::step;
  schedule.period_steps = 10;
  schedule.factor = 0.5;
  EXPECT_DOUBLE_EQ(schedule.rate(13), 2.0);
  EXPECT_DOUBLE_EQ(schedule.rate(14), 1.0);
  EXPECT_DOUBLE_EQ(schedule.rate(24), 0.5);

  schedule.kind = ScheduleKind::cosine;
  schedule.total_steps = 104;
  schedule.final_fraction = 0.1;
  EXPECT_DOUBLE_EQ(schedule.rate(4), 2.0);
  EXPECT_NEAR(schedule.rate(54), 2.0 * 0.55, 1e-12);
  EXPECT_NEAR(schedule.rate(104), 0.2, 1e-12);
  EXPECT_NEAR(schedule.rate(500), 0.2, 1e-12);
}

TEST(Schedule, RefusesWhatIsOutOfRange) {
  EXPECT_THROW((Schedule{.peak = 0.0}.check()), UsageError);
  EXPECT_THROW((Schedule{.peak = std::nan("")}.check()), UsageError);
  EXPECT_THROW((Schedule{.kind = ScheduleKind::step}.check()), UsageError);
  EXPECT_THROW((void)parse_schedule("linear"), UsageError);
}

}  // namespace
}  // namespace infomax::optim
