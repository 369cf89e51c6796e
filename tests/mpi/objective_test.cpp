// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "infomax/core/error.hpp"
#include "mpi/objective_fixture.hpp"

namespace infomax {
namespace {

using objective::ObjectiveOptions;
using reference::Sides;
using test::compare;

ObjectiveOptions options_of(const std::string& rho, double lambda_a, double lambda_b,
                            const std::string& range) {
  ObjectiveOptions options;
  options.set("rho", rho);
  options.set("lambda-a", lambda_a);
  options.set("lambda-b", lambda_b);
  options.set("histogram-range", range);
  return options;
}

template <class T>
void compare_all(double tolerance) {
  const Sides square = reference::keyed_sides(157, 3, 3, 11);
  const Sides oblong = reference::keyed_sides(101, 4, 2, 12);
  for (const std::string rho : {"pearson", "rv", "cca"}) {
    for (const std::string range : {"sigma:4", "sigma:1.25", "fixed:-1,1.5"}) {
      compare<T>(options_of(rho, 0.1, -0.2, range), square, tolerance);
      compare<T>(options_of(rho, 0.0, 0.3, range), square, tolerance);
      if (rho != "pearson") {
        compare<T>(options_of(rho, 0.3, 0.0, range), oblong, tolerance);
      }
    }
  }
  compare<T>(options_of("rv", 0.0, 0.0, "sigma:4"), oblong, tolerance);
  ObjectiveOptions mse;
  mse.objective = "mse";
  compare<T>(mse, square, tolerance);
}

TEST(Objective, EqualsTheReferenceInDouble) { compare_all<double>(1e-12); }

TEST(Objective, EqualsTheReferenceInFloat) { compare_all<float>(1e-5); }

TEST(Objective, EqualsTheReferenceOverSeveralTiles) {
  const Sides sides = reference::keyed_sides(1803, 3, 3, 13);
  for (const std::string rho : {"pearson", "rv", "cca"}) {
    compare<double>(options_of(rho, 0.1, -0.2, "sigma:3"), sides, 1e-12);
    compare<float>(options_of(rho, 0.1, -0.2, "sigma:3"), sides, 1e-5);
  }
  ObjectiveOptions mse;
  mse.objective = "mse";
  compare<double>(mse, sides, 1e-12);
}

TEST(Objective, EqualsTheReferenceWithFewComponentsAndEitherRidge) {
  const Sides sides = reference::keyed_sides(97, 4, 3, 14);
  ObjectiveOptions options = options_of("cca", 0.1, 0.0, "sigma:4");
  options.set("components", 2);
  options.set("ridge", 0.05);
  compare<double>(options, sides, 1e-12);
  options.set("ridge-absolute", 0.2);
  compare<double>(options, sides, 1e-12);
}

TEST(Objective, TakesFewBinsAndSides) {
  ObjectiveOptions options = options_of("rv", 0.2, 0.1, "sigma:2");
  options.set("bins", 4);
  compare<double>(options, reference::keyed_sides(31, 1, 3, 15), 1e-12);
  options.set("bins", 7);
  compare<double>(options, reference::keyed_sides(31, 3, 1, 16), 1e-12);
}

TEST(Objective, ConstantColumnsAddNothing) {
  Sides sides = reference::keyed_sides(83, 3, 3, 17);
  for (auto& row : sides.a) {
    row[1] = 0.1L;  // whose mean in double is not 0.1
  }
  for (auto& row : sides.b) {
    row[2] = -3.3L;
  }
  sides.a = reference::rounded<double>(sides.a);
  sides.b = reference::rounded<double>(sides.b);
  for (auto& row : sides.a) {
    row[1] = 0.0L;  // the reference subtracts exactly only what needs no rounding
  }
  for (const std::string rho : {"pearson", "rv", "cca"}) {
    Sides shifted = sides;
    for (auto& row : shifted.b) {
      row[2] = 0.0L;
    }
    const ObjectiveOptions options = options_of(rho, 0.1, 0.2, "sigma:3");
    compare<double>(options, shifted, 1e-12);

    const auto world = mpi::Communicator::world();
    test::LocalSides<double> zero(world, shifted);
    for (auto& row : shifted.b) {
      row[2] = static_cast<reference::Real>(-3.3);
    }
    for (auto& row : shifted.a) {
      row[1] = static_cast<reference::Real>(0.1);
    }
    test::LocalSides<double> constant(world, shifted);
    const auto objective = objective::make_objective<double>(options);
    const double expected = zero.evaluate(*objective, world).objective;
    EXPECT_NEAR(constant.evaluate(*objective, world).objective, expected, 1e-13) << rho;
    for (std::size_t i = 0; i < constant.share.count; ++i) {
      EXPECT_NEAR(constant.db(i, 2), 0.0, 1e-13);
      EXPECT_NEAR(constant.da(i, 0), zero.da(i, 0), 1e-13);
    }
  }
}

TEST(Objective, ScalarSidesReduceToTheCorrelation) {
  const Sides sides = reference::keyed_sides(59, 1, 1, 18);
  const double r = static_cast<double>(reference::pearson(reference::covariance(sides.a, sides.a),
                                                          reference::covariance(sides.a, sides.b),
                                                          reference::covariance(sides.b, sides.b))
                                           .value);
  const auto world = mpi::Communicator::world();
  for (const double sign : {1.0, -1.0}) {
    Sides signed_sides = sides;
    for (auto& row : signed_sides.b) {
      row[0] *= sign;
    }
    test::LocalSides<double> local(world, signed_sides);
    for (const std::string rho : {"pearson", "rv", "cca"}) {
      ObjectiveOptions options = options_of(rho, 0.0, 0.0, "sigma:4");
      options.set("ridge", 0.0);
      const auto objective = objective::make_objective<double>(options);
      const double expected = rho == "pearson" ? sign * r : std::abs(r);
      EXPECT_NEAR(local.evaluate(*objective, world).dependence, expected, 1e-12) << rho;
    }
  }
}

TEST(Objective, UnwantedSidesAreLeftOut) {
  const auto world = mpi::Communicator::world();
  const Sides sides = reference::keyed_sides(71, 3, 3, 19);
  for (const std::string rho : {"pearson", "rv", "cca"}) {
    const auto objective = objective::make_objective<double>(options_of(rho, 0.2, 0.1, "sigma:3"));
    test::LocalSides<double> both(world, sides);
    const double expected = both.evaluate(*objective, world).objective;
    test::LocalSides<double> one(world, sides);
    const stats::MatrixRows<double> a(one.a.view());
    const stats::MatrixRows<double> b(one.b.view());

    EXPECT_NEAR(objective->evaluate(world, {{a, b}}, {{}, {}}).objective, expected, 1e-14);
    EXPECT_NEAR(objective->evaluate(world, {{a, b}}, {{}, one.db.view()}).objective, expected,
                1e-14);
    EXPECT_NEAR(objective->evaluate(world, {{a, b}}, {one.da.view(), {}}).objective, expected,
                1e-14);
    for (std::size_t i = 0; i < one.share.count; ++i) {
      for (std::size_t j = 0; j < 3; ++j) {
        EXPECT_NEAR(one.da(i, j), both.da(i, j), 1e-15) << rho;
        EXPECT_NEAR(one.db(i, j), both.db(i, j), 1e-15) << rho;
      }
    }
  }
}

/// Rows that exist only in the caller's scratch memory, as those of a data set do.
class CopiedRows final : public stats::RowSource<double> {
 public:
  explicit CopiedRows(MatrixView<const double> matrix) : matrix_(matrix) {}
  [[nodiscard]] std::size_t rows() const override { return matrix_.rows(); }
  [[nodiscard]] std::size_t columns() const override { return matrix_.columns(); }
  [[nodiscard]] MatrixView<const double> tile(std::size_t first, std::size_t count,
                                              Buffer<double>& scratch) const override {
    scratch.resize(count * matrix_.columns());
    std::copy_n(matrix_.row(first).data(), scratch.size(), scratch.data());
    return {scratch.data(), count, matrix_.columns()};
  }

 private:
  MatrixView<const double> matrix_;
};

TEST(Objective, TakesRowsThatExistTileByTile) {
  const auto world = mpi::Communicator::world();
  const Sides sides = reference::keyed_sides(1303, 3, 3, 23);
  ObjectiveOptions mse;
  mse.objective = "mse";
  for (const ObjectiveOptions& options :
       {options_of("rv", 0.2, 0.1, "sigma:3"), options_of("pearson", 0.2, 0.1, "sigma:3"), mse}) {
    const auto objective = objective::make_objective<double>(options);
    test::LocalSides<double> in_memory(world, sides);
    const double expected = in_memory.evaluate(*objective, world).objective;
    test::LocalSides<double> copied(world, sides);

    const auto value =
        objective->evaluate(world, {{CopiedRows(copied.a.view()), CopiedRows(copied.b.view())}},
                            {copied.da.view(), copied.db.view()});

    EXPECT_NEAR(value.objective, expected, 1e-14);
    for (std::size_t i = 0; i < copied.da.size(); ++i) {
      EXPECT_NEAR(copied.da.data()[i], in_memory.da.data()[i], 1e-15);
      EXPECT_NEAR(copied.db.data()[i], in_memory.db.data()[i], 1e-15);
    }
  }
}

TEST(Objective, OneRowIsFinite) {
  const auto world = mpi::Communicator::world();
  const Sides sides = reference::keyed_sides(1, 3, 3, 20);
  for (const std::string rho : {"pearson", "rv", "cca"}) {
    test::LocalSides<double> local(world, sides);
    const auto objective =
        objective::make_objective<double>(options_of(rho, 0.2, 0.1, "fixed:-1,1"));
    const objective::Value value = local.evaluate(*objective, world);
    EXPECT_EQ(value.objective, 0.0);
    EXPECT_EQ(value.samples, 1U);
    for (const double derivative : local.da.span()) {
      EXPECT_EQ(derivative, 0.0);
    }
  }
}

TEST(Objective, NonFiniteRowsGiveANonFiniteValue) {
  const auto world = mpi::Communicator::world();
  for (const double poison :
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    Sides sides = reference::keyed_sides(41, 3, 3, 21);
    sides.b[40][1] = poison;
    for (const std::string rho : {"pearson", "rv", "cca"}) {
      for (const std::string range : {"sigma:4", "fixed:-1,1"}) {
        test::LocalSides<double> local(world, sides);
        const auto objective = objective::make_objective<double>(options_of(rho, 0.2, 0.1, range));
        EXPECT_FALSE(std::isfinite(local.evaluate(*objective, world).objective)) << rho << range;
      }
    }
    ObjectiveOptions mse;
    mse.objective = "mse";
    test::LocalSides<double> local(world, sides);
    EXPECT_FALSE(
        std::isfinite(local.evaluate(*objective::make_objective<double>(mse), world).objective));
  }
}

TEST(Objective, SingularCovarianceWithoutRidgeNamesTheRidge) {
  const auto world = mpi::Communicator::world();
  Sides sides = reference::keyed_sides(50, 3, 2, 22);
  for (auto& row : sides.a) {
    row[2] = row[0];
  }
  ObjectiveOptions options = options_of("cca", 0.0, 0.0, "sigma:4");
  options.set("ridge", 0.0);
  test::LocalSides<double> local(world, sides);
  const auto objective = objective::make_objective<double>(options);
  try {
    (void)local.evaluate(*objective, world);
    FAIL() << "no error";
  } catch (const NumericError& error) {
    EXPECT_NE(std::string(error.what()).find("`ridge`"), std::string::npos);
  }
}

}  // namespace
}  // namespace infomax
