// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "mpi/objective_fixture.hpp"

namespace infomax {
namespace {

using objective::ObjectiveOptions;
using reference::Sides;

struct Error {
  double squared_difference = 0.0;
  double squared_norm = 0.0;
};

/// Adds the squared errors of one side's gradient against central differences. Collective: all
/// ranks go through all global entries, and the owner of each moves it.
Error against_differences(test::LocalSides<double>& local, Matrix<double>& side,
                          const Matrix<double>& gradient, std::size_t rows,
                          objective::Objective<double>& objective, const mpi::Communicator& world) {
  Error error;
  const Matrix<double> kept = gradient;
  for (std::size_t i = 0; i < rows; ++i) {
    const bool mine = i >= local.share.first && i < local.share.first + local.share.count;
    for (std::size_t j = 0; j < kept.columns(); ++j) {
      const double step = 1e-5;
      double value[2];
      for (const int direction : {0, 1}) {
        const double move = direction == 0 ? step : -step;
        const double before = mine ? side(i - local.share.first, j) : 0.0;
        if (mine) {
          side(i - local.share.first, j) = before + move;
        }
        value[direction] = local.evaluate(objective, world).objective;
        if (mine) {
          side(i - local.share.first, j) = before;
        }
      }
      if (mine) {
        const double difference =
            (value[0] - value[1]) / (2.0 * step) - kept(i - local.share.first, j);
        error.squared_difference += difference * difference;
        error.squared_norm += kept(i - local.share.first, j) * kept(i - local.share.first, j);
      }
    }
  }
  return {world.sum(error.squared_difference), world.sum(error.squared_norm)};
}

/// The objective's own parameters, which are the same on all ranks and move there together.
void check_parameters(test::LocalSides<double>& local, objective::Objective<double>& objective,
                      const mpi::Communicator& world, const std::string& what) {
  (void)local.evaluate(objective, world);
  std::vector<double> gradient = local.dparameters;
  world.sum(std::span<double>(gradient));
  double largest = 0.0;
  double difference = 0.0;
  for (std::size_t k = 0; k < gradient.size(); ++k) {
    const double step = 1e-5;
    const double before = local.parameters[k];
    local.parameters[k] = before + step;
    const double above = local.evaluate(objective, world).objective;
    local.parameters[k] = before - step;
    const double below = local.evaluate(objective, world).objective;
    local.parameters[k] = before;
    largest = std::max(largest, std::abs(gradient[k]));
    difference = std::max(difference, std::abs((above - below) / (2.0 * step) - gradient[k]));
  }
  EXPECT_GT(largest, 0.0) << what;
  EXPECT_LT(difference, 1e-6 * largest) << what << " parameters";
}

void check(const ObjectiveOptions& options, const Sides& sides) {
  const auto world = mpi::Communicator::world();
  test::LocalSides<double> local(world, sides);
  const auto objective = objective::make_objective<double>(options);
  const std::size_t p = local.a.columns();
  const std::size_t q = local.b.columns();
  local.parameters.resize(objective->parameter_count(p, q));
  objective->initialize(local.parameters, p, q, 5);
  (void)local.evaluate(*objective, world);
  const Matrix<double> da = local.da;
  const Matrix<double> db = local.db;
  const std::size_t rows = sides.a.size();
  const Error a = against_differences(local, local.a, da, rows, *objective, world);
  const Error b = against_differences(local, local.b, db, rows, *objective, world);
  const std::string what =
      options.objective + " " + *options.text("rho") + " " + *options.text("histogram-range");
  if (options.objective == "coding-rate") {
    EXPECT_EQ(a.squared_norm, 0.0) << what;  // it measures b alone
  } else {
    ASSERT_GT(a.squared_norm, 0.0) << what;
  }
  ASSERT_GT(b.squared_norm, 0.0) << what;
  EXPECT_LE(std::sqrt(a.squared_difference), 1e-6 * std::sqrt(a.squared_norm)) << what << " da";
  EXPECT_LT(std::sqrt(b.squared_difference / b.squared_norm), 1e-6) << what << " db";
  if (!local.parameters.empty()) {
    check_parameters(local, *objective, world, what);
  }
}

TEST(ObjectiveGradient, IsThatOfCentralDifferences) {
  struct Lambdas {
    double a;
    double b;
  };
  const Sides square = reference::keyed_sides(19, 2, 2, 31);
  const Sides oblong = reference::keyed_sides(17, 3, 2, 32);
  for (const std::string rho : {"pearson", "rv", "cca"}) {
    for (const std::string range : {"sigma:4", "sigma:1.25", "fixed:-1,1.5"}) {
      for (const Lambdas lambda : {Lambdas{0.0, 0.0}, Lambdas{0.2, 0.0}, Lambdas{-0.1, 0.3}}) {
        ObjectiveOptions options;
        options.set("rho", rho);
        options.set("lambda-a", lambda.a);
        options.set("lambda-b", lambda.b);
        options.set("bins", 12);
        options.set("histogram-range", range);
        check(options, rho == "pearson" ? square : oblong);
      }
    }
  }
}

TEST(ObjectiveGradient, OfTheEntropyAloneIsThatOfCentralDifferences) {
  // Weights that drown rho: an error of the small entropy term cannot hide behind it.
  for (const std::string range : {"sigma:4", "sigma:1.25", "fixed:-1,1.5"}) {
    ObjectiveOptions options;
    options.set("lambda-a", 1000.0);
    options.set("lambda-b", -1000.0);
    options.set("histogram-range", range);
    check(options, reference::keyed_sides(19, 2, 2, 33));
  }
}

TEST(ObjectiveGradient, OfFewComponentsAndALargeRidgeIsThatOfCentralDifferences) {
  ObjectiveOptions options;
  options.set("rho", "cca");
  options.set("components", 1);
  options.set("ridge", 0.5);  // where its way through the trace counts
  check(options, reference::keyed_sides(17, 3, 2, 34));
  options.set("components", 0);
  options.set("ridge-absolute", 0.3);
  check(options, reference::keyed_sides(17, 2, 3, 35));
}

TEST(ObjectiveGradient, OfCorrelationsIsThatOfCentralDifferences) {
  for (const std::string name : {"dcca", "vamp1", "vamp2", "gaussian-mi"}) {
    ObjectiveOptions options;
    options.objective = name;
    check(options, reference::keyed_sides(17, 3, 2, 37));
    options.set("components", 2);
    check(options, reference::keyed_sides(19, 3, 3, 38));
  }
}

TEST(ObjectiveGradient, OfReversibleCorrelationsIsThatOfCentralDifferences) {
  for (const std::string name : {"vamp1", "vamp2"}) {
    ObjectiveOptions options;
    options.objective = name;
    options.set("reversible", "true");
    check(options, reference::keyed_sides(17, 3, 3, 51));
    options.set("ridge", 0.1);
    options.set("components", 2);
    check(options, reference::keyed_sides(19, 3, 3, 52));
    check(options, reference::keyed_sides(5, 24, 24, 53));
  }
}

TEST(ObjectiveGradient, OfWideSidesIsThatOfCentralDifferences) {
  for (const std::string name : {"rv", "cca", "dcca", "vamp2"}) {
    ObjectiveOptions options;
    const bool is_rho = name == "rv" || name == "cca";
    options.objective = is_rho ? "infomax" : name;
    options.set("rho", is_rho ? name : "rv");
    options.set("ridge", 0.1);
    check(options, reference::keyed_sides(7, 20, 3, 44));
    check(options, reference::keyed_sides(7, 3, 20, 45));
    check(options, reference::keyed_sides(7, 17, 15, 46));
  }
  ObjectiveOptions options;
  options.objective = "coding-rate";
  check(options, reference::keyed_sides(7, 2, 17, 47));
  options = {};
  options.set("lambda", 0.2);
  check(options, reference::keyed_sides(7, 16, 15, 48));
}

TEST(ObjectiveGradient, OfPairedColumnsIsThatOfCentralDifferences) {
  for (const std::string name : {"barlow", "vicreg"}) {
    ObjectiveOptions options;
    options.objective = name;
    check(options, reference::keyed_sides(17, 3, 3, 39));
    options.set("barlow-lambda", 0.7);
    options.set("vicreg-covariance", 20.0);
    check(options, reference::keyed_sides(19, 1, 1, 40));
    check(options, reference::keyed_sides(19, 4, 4, 40));
  }
}

TEST(ObjectiveGradient, OfTheCodingRateIsThatOfCentralDifferences) {
  ObjectiveOptions options;
  options.objective = "coding-rate";
  check(options, reference::keyed_sides(17, 2, 4, 41));
  options.set("distortion", 1e-3);
  check(options, reference::keyed_sides(17, 2, 3, 42));
}

TEST(ObjectiveGradient, OfTheHistogramInformationIsThatOfCentralDifferences) {
  for (const std::string range : {"sigma:4", "sigma:1.25", "fixed:-1,1.5"}) {
    ObjectiveOptions options;
    options.objective = "histogram-mi";
    options.set("bins", 9);
    options.set("histogram-range", range);
    check(options, reference::keyed_sides(23, 2, 2, 43));
  }
}

TEST(ObjectiveGradient, OfTheSquaredErrorIsThatOfCentralDifferences) {
  ObjectiveOptions options;
  options.objective = "mse";
  check(options, reference::keyed_sides(17, 3, 3, 36));
}

TEST(ObjectiveGradient, OfPairScoresIsThatOfCentralDifferences) {
  for (const std::string name : {"infonce", "nt-xent"}) {
    for (const std::string critic : {"cosine", "dot"}) {
      for (const std::string symmetric : {"true", "false"}) {
        ObjectiveOptions options;
        options.objective = name;
        options.set("critic", critic).set("symmetric", symmetric).set("temperature", 0.3);
        check(options, reference::keyed_sides(17, 3, 3, 50));
        if (critic == "dot") {  // angles on a line have no gradient
          check(options, reference::keyed_sides(13, 1, 1, 51));
        }
      }
    }
  }
}

TEST(ObjectiveGradient, OfLearnedCriticsIsThatOfCentralDifferences) {
  for (const std::string name : {"infonce", "nt-xent", "jsd", "dv", "nwj", "sigmoid"}) {
    for (const std::string critic : {"cosine", "dot", "bilinear"}) {
      if (name == "nt-xent" && critic == "bilinear") {
        continue;  // it also scores rows of one side with each other
      }
      ObjectiveOptions options;
      options.objective = name;
      options.set("critic", critic).set("temperature", 0.4);
      if (critic != "bilinear") {
        options.set("learn-temperature", "true");
      }
      check(options, reference::keyed_sides(17, 3, 3, 52));
      if (critic == "bilinear") {
        check(options, reference::keyed_sides(13, 4, 2, 53));
      }
    }
  }
}

TEST(ObjectiveGradient, OfCriticsWithNetworksIsThatOfCentralDifferences) {
  for (const std::string name : {"infonce", "jsd", "dv", "nwj", "sigmoid"}) {
    for (const std::string critic :
         {"separable:dense:4,tanh,dense:3", "separable:layernorm,dense:2",
          "concat:dense:3,tanh,dense:1"}) {
      ObjectiveOptions options;
      options.objective = name;
      options.set("critic", critic);
      check(options, reference::keyed_sides(13, 4, 2, 55));
    }
  }
}

// The gradient of smile is that of jsd by definition, whatever its own value does.
TEST(ObjectiveGradient, OfSmileIsThatOfJsd) {
  const auto world = mpi::Communicator::world();
  const Sides sides = reference::keyed_sides(17, 3, 3, 54);
  ObjectiveOptions options;
  options.objective = "smile";
  options.set("critic", "dot").set("temperature", 0.4);
  test::LocalSides<double> local(world, sides);
  (void)local.evaluate(*objective::make_objective<double>(options), world);
  const Matrix<double> smile_a = local.da;
  const Matrix<double> smile_b = local.db;
  options.objective = "jsd";
  (void)local.evaluate(*objective::make_objective<double>(options), world);
  EXPECT_TRUE(std::ranges::equal(smile_a.span(), local.da.span()));
  EXPECT_TRUE(std::ranges::equal(smile_b.span(), local.db.span()));
}

}  // namespace
}  // namespace infomax
