// SPDX-License-Identifier: BSD-3-Clause
#include <cmath>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "generators/generator_support.hpp"
#include "infomax/core/error.hpp"
#include "infomax/generators/generator.hpp"
#include "infomax/hdf5/file.hpp"
#include "support/scratch.hpp"
#include "support/unmix.hpp"

namespace infomax::generators {
namespace {

/// The timescale of a function of frames, by its autocorrelation over `lag` and twice that, which
/// one slow process dominates.
double timescale_of(const std::vector<double>& values, std::size_t frames, std::size_t lag) {
  const auto autocovariance = [&](std::size_t apart) {
    double mean = 0.0;
    for (const double value : values) {
      mean += value / static_cast<double>(values.size());
    }
    double sum = 0.0;
    double pairs = 0.0;
    for (std::size_t i = 0; i + apart < values.size(); ++i) {
      if (i % frames + apart < frames) {
        sum += (values[i] - mean) * (values[i + apart] - mean);
        pairs += 1.0;
      }
    }
    return sum / pairs;
  };
  return static_cast<double>(lag) / std::log(autocovariance(lag) / autocovariance(2 * lag));
}

class Metastable : public test::Scratch {};

TEST_F(Metastable, HopsBetweenWellsAsSlowlyAsAsked) {
  MetastableTrajectories wanted;
  wanted.trajectories = 20;
  wanted.frames = 10'000;
  wanted.columns = 4;
  wanted.timescale = 40.0;
  wanted.seed = 2;
  generate_metastable(wanted, file("m.h5"));
  const hdf5::File opened = hdf5::File::open(file("m.h5"));
  const auto latent = test::unmixed(opened, "/x", random_map(2, Purpose::x_map, 4));

  const auto position = opened.dataset("/position").read_all<double>();
  ASSERT_EQ(position.size(), latent.rows());
  std::vector<double> well(latent.rows());
  std::vector<double> first(latent.rows());
  double right = 0.0;
  for (std::size_t i = 0; i < latent.rows(); ++i) {
    const double radius = std::hypot(latent(i, 0), latent(i, 1));
    ASSERT_GT(radius, 0.5 - 1e-9);
    ASSERT_LT(radius, 2.5 + 1e-9);
    ASSERT_NEAR(radius, 0.5 + position[i], 1e-9);
    well[i] = radius < 1.5 ? -1.0 : 1.0;
    right += well[i] > 0.0 ? 1.0 : 0.0;
    first[i] = latent(i, 0);
  }
  // 200,000 frames are 2,500 independent times 2 t, so 2 % of t; of the share 1 %. Five times that.
  EXPECT_NEAR(timescale_of(well, wanted.frames, 20), 40.0, 0.1 * 40.0);
  EXPECT_NEAR(right / static_cast<double>(latent.rows()), 0.5, 0.05);

  // What is linear in a frame has no memory.
  double product = 0.0;
  double square = 0.0;
  for (std::size_t i = 0; i + 1 < first.size(); ++i) {
    product += first[i] * first[i + 1];
    square += first[i] * first[i];
  }
  EXPECT_LT(std::abs(product / square), 5.0 / std::sqrt(static_cast<double>(first.size())));
}

TEST_F(Metastable, TheFileSaysItsTruth) {
  MetastableTrajectories wanted;
  wanted.trajectories = 3;
  wanted.frames = 50;
  wanted.wells = 3;
  generate_metastable(wanted, file("m.h5"));
  const hdf5::File opened = hdf5::File::open(file("m.h5"));
  EXPECT_EQ(opened.dataset("/x").shape(), (std::vector<std::size_t>{150, 10}));
  EXPECT_THAT(opened.dataset("/lengths").read_all<std::int64_t>(),
              testing::ElementsAre(50, 50, 50));
  const auto stated = opened.reals_attribute("/", "timescales");
  const auto eigenvalues = opened.reals_attribute("/", "eigenvalues");
  ASSERT_EQ(stated.size(), 6U);
  ASSERT_EQ(eigenvalues.size(), 6U);
  EXPECT_NEAR(eigenvalues[1], std::exp(-1.0 / stated[1]), 1e-15);
  EXPECT_EQ(opened.integer_attribute("/", "lag"), 1);
  EXPECT_EQ(opened.integer_attribute("/", "slow_timescales"), 2);
}

TEST(MetastableTimescales, AreThoseOfTheDiffusion) {
  // Without a barrier, a particle between reflecting walls: timescales fall as 1 / k^2.
  MetastableTrajectories wanted;
  wanted.barrier = 0.0;
  wanted.cells_per_well = 100;
  const auto free = timescales(wanted);
  EXPECT_NEAR(free[0], 100.0, 1e-6);
  EXPECT_NEAR(free[1], 100.0 / 4.0, 1e-2);
  EXPECT_NEAR(free[4], 100.0 / 25.0, 1e-2);

  // Wells hop like a chain of W sites: rates 1 - cos(k pi / W), as the barrier grows.
  wanted.wells = 4;
  wanted.barrier = 14.0;
  wanted.cells_per_well = 60;
  const auto chain = timescales(wanted);
  const auto rate = [](int k) { return 1.0 - std::cos(k * std::acos(-1.0) / 4.0); };
  EXPECT_NEAR(chain[1] / chain[0], rate(1) / rate(2), 1e-3);
  EXPECT_NEAR(chain[2] / chain[0], rate(1) / rate(3), 1e-3);
  EXPECT_LT(chain[3], chain[2] / 1000.0);
}

TEST(MetastableTimescales, DependLittleOnTheCells) {
  MetastableTrajectories wanted;
  wanted.wells = 3;
  const auto coarse = timescales(wanted);
  wanted.cells_per_well = 100;
  const auto fine = timescales(wanted);
  for (std::size_t k = 0; k < 3; ++k) {
    EXPECT_NEAR(coarse[k] / fine[k], 1.0, 0.01);
  }
}

TEST_F(Metastable, MoreTrajectoriesBeginWithTheFewer) {
  MetastableTrajectories wanted;
  wanted.trajectories = 2;
  wanted.frames = 3000;
  generate_metastable(wanted, file("short.h5"));
  wanted.trajectories = 3;
  generate_metastable(wanted, file("long.h5"));
  const auto head = [&](const char* name) {
    std::vector<double> rows(6000 * 10);
    hdf5::File::open(file(name)).dataset("/x").read<double>(0, 6000, rows);
    return rows;
  };
  EXPECT_EQ(head("short.h5"), head("long.h5"));
}

TEST_F(Metastable, RefusesWhatCannotBe) {
  MetastableTrajectories wanted;
  wanted.wells = 1;
  EXPECT_THROW(generate_metastable(wanted, file("m.h5")), UsageError);
  wanted = {};
  wanted.columns = 1;
  EXPECT_THROW(generate_metastable(wanted, file("m.h5")), UsageError);
  wanted = {};
  wanted.timescale = std::nan("");
  EXPECT_THROW((void)timescales(wanted), UsageError);
  EXPECT_FALSE(std::filesystem::exists(file("m.h5")));
}

}  // namespace
}  // namespace infomax::generators
