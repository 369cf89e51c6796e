// SPDX-License-Identifier: BSD-3-Clause
#include <string>

#include <gtest/gtest.h>

#include "mpi/objective_fixture.hpp"

namespace infomax {
namespace {

using objective::ObjectiveOptions;
using reference::Sides;
using test::compare;

ObjectiveOptions named(const std::string& name) {
  ObjectiveOptions options;
  options.objective = name;
  return options;
}

template <class T>
void compare_spectral(double tolerance) {
  for (const std::string name : {"dcca", "vamp1", "vamp2", "gaussian-mi"}) {
    ObjectiveOptions options = named(name);
    compare<T>(options, reference::keyed_sides(157, 3, 3, 41), tolerance);
    compare<T>(options, reference::keyed_sides(803, 2, 4, 42), tolerance);
    options.set("components", 2);
    options.set("ridge", 0.05);
    compare<T>(options, reference::keyed_sides(101, 4, 3, 43), tolerance);
    options.set("ridge-absolute", 0.2);
    compare<T>(options, reference::keyed_sides(101, 4, 3, 44), tolerance);
  }
}

TEST(ObjectiveFamily, OfCorrelationsEqualsTheReferenceInDouble) { compare_spectral<double>(1e-12); }

TEST(ObjectiveFamily, OfCorrelationsEqualsTheReferenceInFloat) { compare_spectral<float>(1e-5); }

template <class T>
void compare_barlow(double tolerance) {
  ObjectiveOptions options = named("barlow");
  compare<T>(options, reference::keyed_sides(157, 3, 3, 51), tolerance);
  compare<T>(options, reference::keyed_sides(803, 1, 1, 52), tolerance);
  options.set("barlow-lambda", 0.5);
  compare<T>(options, reference::keyed_sides(101, 5, 5, 53), tolerance);
}

TEST(ObjectiveFamily, BarlowEqualsTheReference) {
  compare_barlow<double>(1e-12);
  compare_barlow<float>(1e-5);
}

template <class T>
void compare_vicreg(double tolerance) {
  ObjectiveOptions options = named("vicreg");
  compare<T>(options, reference::keyed_sides(157, 3, 3, 54), tolerance);
  compare<T>(options, reference::keyed_sides(803, 1, 1, 55), tolerance);
  options.set("vicreg-similarity", 0.0);
  options.set("vicreg-covariance", 7.0);
  compare<T>(options, reference::keyed_sides(101, 5, 5, 56), tolerance);
  options.set("vicreg-similarity", 2.0);
  options.set("vicreg-variance", 0.0);
  compare<T>(options, reference::keyed_sides(101, 5, 5, 57), tolerance);
}

TEST(ObjectiveFamily, VicregEqualsTheReference) {
  compare_vicreg<double>(1e-12);
  compare_vicreg<float>(1e-5);
}

template <class T>
void compare_coding_rate(double tolerance) {
  ObjectiveOptions options = named("coding-rate");
  compare<T>(options, reference::keyed_sides(157, 3, 4, 58), tolerance);
  compare<T>(options, reference::keyed_sides(803, 2, 1, 59), tolerance);
  options.set("distortion", 0.05);
  compare<T>(options, reference::keyed_sides(101, 1, 5, 60), tolerance);
}

TEST(ObjectiveFamily, CodingRateEqualsTheReference) {
  compare_coding_rate<double>(1e-12);
  compare_coding_rate<float>(1e-5);
}

template <class T>
void compare_histogram_information(double tolerance) {
  ObjectiveOptions options = named("histogram-mi");
  for (const std::string range : {"sigma:4", "sigma:1.25", "fixed:-1,1.5"}) {
    options.set("histogram-range", range);
    options.set("bins", 12);
    compare<T>(options, reference::keyed_sides(157, 3, 3, 61), tolerance);
    options.set("bins", 4);
    compare<T>(options, reference::keyed_sides(803, 1, 1, 62), tolerance);
    options.set("bins", 17);
    compare<T>(options, reference::keyed_sides(31, 2, 2, 63), tolerance);
  }
  options.set("histogram-range", "sigma:4");
  compare<T>(options, reference::keyed_sides(41, 35, 35, 64), tolerance);  // two blocks of columns
}

TEST(ObjectiveFamily, HistogramInformationEqualsTheReference) {
  compare_histogram_information<double>(1e-12);
  compare_histogram_information<float>(1e-5);
}

TEST(ObjectiveFamily, UnwantedSidesAreLeftOut) {
  const auto world = mpi::Communicator::world();
  const Sides sides = reference::keyed_sides(71, 3, 3, 65);
  std::vector<ObjectiveOptions> all;
  for (const std::string& name : test::objectives_of_sides()) {
    all.push_back(named(name));
  }
  all.push_back(named("infonce").set("symmetric", "true"));  // scores of both directions
  for (const ObjectiveOptions& options : all) {
    const std::string& name = options.objective;
    const auto objective = objective::make_objective<double>(options);
    test::LocalSides<double> both(world, sides);
    const double expected = both.evaluate(*objective, world).objective;
    test::LocalSides<double> one(world, sides);
    const stats::MatrixRows<double> a(one.a.view());
    const stats::MatrixRows<double> b(one.b.view());

    EXPECT_NEAR(objective->evaluate(world, {{a, b}}, {{}, {}}).objective, expected, 1e-12) << name;
    EXPECT_NEAR(objective->evaluate(world, {{a, b}}, {{}, one.db.view()}).objective, expected,
                1e-12);
    EXPECT_NEAR(objective->evaluate(world, {{a, b}}, {one.da.view(), {}}).objective, expected,
                1e-12);
    for (std::size_t i = 0; i < one.da.size(); ++i) {
      EXPECT_NEAR(one.da.data()[i], both.da.data()[i], 1e-14) << name;
      EXPECT_NEAR(one.db.data()[i], both.db.data()[i], 1e-14) << name;
    }
  }
}

TEST(ObjectiveFamily, HistogramInformationOfAConstantColumnIsThatOfTheOthers) {
  const auto world = mpi::Communicator::world();
  Sides sides = reference::keyed_sides(83, 2, 2, 66);
  const ObjectiveOptions options = named("histogram-mi");
  Sides first = sides;
  for (std::size_t i = 0; i < 83; ++i) {
    first.a[i].resize(1);
    first.b[i].resize(1);
    sides.b[i][1] = 0.0L;
  }
  compare<double>(options, sides, 1e-12);
  const auto objective = objective::make_objective<double>(options);
  test::LocalSides<double> with_constant(world, sides);
  test::LocalSides<double> alone(world, first);
  EXPECT_NEAR(with_constant.evaluate(*objective, world).objective,
              0.5 * alone.evaluate(*objective, world).objective, 1e-14);
}

}  // namespace
}  // namespace infomax
