// SPDX-License-Identifier: BSD-3-Clause
#include <cmath>
#include <string>

#include <gtest/gtest.h>

#include "infomax/core/error.hpp"
#include "infomax/core/random.hpp"
#include "mpi/objective_fixture.hpp"

namespace infomax {
namespace {

using objective::ObjectiveOptions;
using reference::Real;
using reference::Sides;

enum class Case : std::uint8_t {
  independent,
  constant_column,
  constant_side,
  identical,
  perfectly_correlated,
  repeated_columns,
  uneven_scales,
  far_from_zero,
  few_values,
};
constexpr std::uint64_t cases = 9;

/// Numbers drawn one after the other, the same on every rank.
class Draws {
 public:
  explicit Draws(std::uint64_t seed) : random_(seed, RandomStream::generation) {}
  std::uint64_t below(std::uint64_t bound) { return random_.below(bound, index_++); }
  double normal() { return random_.normal(index_++); }

 private:
  CounterRandom random_;
  std::uint64_t index_ = 0;
};

reference::Table noise(std::size_t rows, std::size_t columns, Draws& draws) {
  reference::Table table = reference::zeros(rows, columns);
  for (auto& row : table) {
    for (Real& value : row) {
      value = draws.normal();
    }
  }
  return table;
}

/// Sides of equal widths, so that every objective takes them.
Sides sides_of(Case which, std::size_t rows, std::size_t columns, Draws& draws) {
  Sides sides{noise(rows, columns, draws), noise(rows, columns, draws)};
  for (std::size_t i = 0; i < rows; ++i) {
    auto& a = sides.a[i];
    auto& b = sides.b[i];
    for (std::size_t j = 0; j < columns; ++j) {
      switch (which) {
        case Case::independent:
          break;
        case Case::constant_column:
          b[0] = 0.1L;
          break;
        case Case::constant_side:
          b[j] = 1e5L / 3;
          break;
        case Case::identical:
          b[j] = a[j];
          break;
        case Case::perfectly_correlated:
          b[j] = -3 * a[columns - 1 - j] + 2;
          break;
        case Case::repeated_columns:
          a[j] = a[0];
          break;
        case Case::uneven_scales:
          b[j] *= std::pow(10.0L, static_cast<Real>(j % 7) - 3);
          break;
        case Case::far_from_zero:
          a[j] += 1e4L;
          break;
        case Case::few_values:
          a[j] = a[j] > 0 ? 1 : 0;
          b[j] = i == 0 ? 1 : 0;
          break;
      }
    }
  }
  return sides;
}

ObjectiveOptions drawn_options(std::string_view name, std::size_t columns, Draws& draws) {
  ObjectiveOptions options;
  options.objective = name;
  const std::string rhos[] = {"pearson", "rv", "cca"};
  options.set("rho", rhos[draws.below(3)]);
  if (name == "infomax") {
    options.set("lambda-a", draws.normal());
    options.set("lambda-b", draws.normal());
  }
  options.set("bins", 4 + draws.below(20));
  options.set("histogram-range", draws.below(2) == 0 ? "sigma:3" : "fixed:-1,1");
  options.set("components", draws.below(columns + 1));
  if (draws.below(4) == 0) {
    options.set("ridge", 0.0);
  }
  return options;
}

struct Tally {
  int finite = 0;
  int refused = 0;
};

/// Finite value and gradients, or a NumericError with advice, and that on every rank.
template <class T>
void expect_sound(const ObjectiveOptions& options, const Sides& sides, const std::string& what,
                  Tally& tally) {
  const auto world = mpi::Communicator::world();
  test::LocalSides<T> local(world, sides);
  const auto objective = objective::make_objective<T>(options);
  double sound = 1.0;
  try {
    const objective::Value value = local.evaluate(*objective, world);
    EXPECT_TRUE(std::isfinite(value.objective)) << what;
    EXPECT_TRUE(std::isfinite(value.entropy_a) && std::isfinite(value.entropy_b)) << what;
    for (const auto& [name, number] : value.figures) {
      EXPECT_TRUE(std::isfinite(number)) << what << " " << name;
    }
    bool finite = true;
    for (const Matrix<T>* gradient : {&local.da, &local.db}) {
      for (const T derivative : gradient->span()) {
        finite = finite && std::isfinite(derivative);
      }
    }
    EXPECT_TRUE(finite) << what << ": gradient";
    ++tally.finite;
  } catch (const NumericError& error) {
    sound = 0.0;
    if (options.objective == "nwj") {
      EXPECT_NE(std::string(error.what()).find("`critic`"), std::string::npos) << error.what();
      ++tally.refused;
    } else {
      EXPECT_EQ(options.text("ridge"), "0") << what << ": " << error.what();
      EXPECT_NE(std::string(error.what()).find("`ridge`"), std::string::npos) << error.what();
      ++tally.refused;
    }
  }
  const double all = world.sum(sound);
  EXPECT_TRUE(all == 0.0 || all == world.size()) << what << ": ranks disagree";
}

template <class T>
void fuzz(std::uint64_t seed) {
  Draws draws(seed);
  Tally tally;
  for (const std::string& name : test::objectives_of_sides()) {
    for (std::uint64_t trial = 0; trial < 5 * cases; ++trial) {
      const auto which = static_cast<Case>(trial % cases);
      const std::size_t columns = draws.below(4) == 0 ? 1 : 1 + draws.below(9);
      // From one row, so that some ranks hold none and batches are smaller than the output.
      const std::size_t rows = draws.below(2) == 0 ? 1 + draws.below(8) : 20 + draws.below(60);
      const Sides sides = sides_of(which, rows, columns, draws);
      const ObjectiveOptions options = drawn_options(name, columns, draws);
      const std::string what = name + " " + *options.text("rho") + " case " +
                               std::to_string(trial % cases) + " of " + std::to_string(rows) +
                               " rows, " + std::to_string(columns) + " columns, ridge " +
                               *options.text("ridge");
      expect_sound<T>(options, sides, what, tally);
    }
  }
  EXPECT_GT(tally.finite, 300);
  EXPECT_GT(tally.refused, 0);  // without ridge, dependent columns must have been met
}

TEST(ObjectiveFuzz, AnswersAreFiniteOrSayWhatToChangeInDouble) { fuzz<double>(71); }

TEST(ObjectiveFuzz, AnswersAreFiniteOrSayWhatToChangeInFloat) { fuzz<float>(72); }

}  // namespace
}  // namespace infomax
