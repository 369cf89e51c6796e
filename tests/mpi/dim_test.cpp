// SPDX-License-Identifier: BSD-3-Clause
// Deep InfoMax: the value by plain loops over all pairs, and gradients by central differences, at
// any number of ranks.
#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "infomax/core/random.hpp"
#include "infomax/nn/executor.hpp"
#include "mpi/objective_fixture.hpp"

namespace infomax {
namespace {

using objective::ObjectiveOptions;
using reference::Table;

constexpr std::size_t samples = 11;
constexpr std::size_t outputs = 3;
constexpr std::size_t channels = 2;
constexpr std::size_t places = 6;  // of a map of 2 x 3
constexpr std::size_t features = channels * places;
constexpr const char* head = "residual(dense:4,relu,dense:4),layernorm";
constexpr const char* tail = "conv:3:2,tanh,dense:5";

ObjectiveOptions options_of(const std::string& estimator, const std::string& prior = "entropy") {
  ObjectiveOptions options;
  options.objective = "dim";
  options.set("dim-estimator", estimator).set("dim-units", 4).set("feature-shape", "[2,2,3]");
  options.set("global-network", tail).set("dim-prior-by", prior).set("bins", 8);
  options.set("dim-global", 0.7).set("dim-local", 0.9).set("dim-prior", 0.3);
  return options;
}

/// Outputs and feature maps of all samples.
reference::Sides data() { return reference::keyed_sides(samples, features, outputs, 90); }

/// This rank's samples, and room for gradients.
struct Local {
  test::Share share;
  Matrix<double> a;
  Matrix<double> y;
  Matrix<double> f;
  Matrix<double> da;
  Matrix<double> dy;
  Matrix<double> df;
  std::vector<std::uint64_t> numbers;
  std::vector<double> parameters;
  std::vector<double> dparameters;
  stats::RowParts parts;

  Local(const objective::Objective<double>& objective, const test::Share& wanted)
      : share(wanted),
        a(share.count, 1, 0.5),
        y(test::local_rows<double>(data().b, share)),
        f(test::local_rows<double>(data().a, share)),
        da(share.count, 1, 77.0),
        dy(share.count, outputs, 77.0),
        df(share.count, features, 77.0),
        numbers(share.count),
        parameters(objective.parameter_count(1, outputs)) {
    std::iota(numbers.begin(), numbers.end(), std::uint64_t{share.first});
    objective.initialize(parameters, 1, outputs, 7);
    for (std::size_t i = 0; i < share.count; ++i) {
      parts.ends.push_back(i + 1);
    }
  }

  objective::Value evaluate(objective::Objective<double>& objective,
                            const mpi::Communicator& communicator, bool differentiates,
                            stats::ExactSum* exact = nullptr) {
    const stats::MatrixRows<double> rows_a(a.view());
    const stats::MatrixRows<double> rows_y(y.view());
    const stats::MatrixRows<double> rows_f(f.view());
    const std::array<const stats::RowSource<double>*, 1> tapped{&rows_f};
    const std::array dtapped{df.view()};
    dparameters.assign(parameters.size(), 0.0);
    objective::Gradients<double> gradients;
    if (differentiates) {
      gradients = {da.view(), dy.view(), dtapped, dparameters, exact};
    }
    return objective.evaluate(
        communicator,
        {{rows_a, rows_y, exact != nullptr ? &parts : nullptr}, numbers, tapped, parameters},
        gradients);
  }
};

/// What a network makes of rows.
Table through(const std::string& spec, const nn::Shape& input, std::span<const double>& parameters,
              const Table& rows) {
  const nn::Network<double> network(nn::parse_spec(spec), input);
  nn::Executor<double> executor(
      network, {.batch_rows = rows.size()}, [&](std::size_t first, MatrixView<double> inputs) {
        for (std::size_t i = 0; i < inputs.rows(); ++i) {
          std::ranges::transform(rows[first + i], inputs.row(i).begin(),
                                 [](auto x) { return static_cast<double>(x); });
        }
      });
  const auto made = executor.forward(parameters.first(network.parameter_count()), rows.size(), {});
  parameters = parameters.subspan(network.parameter_count());
  Table table(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    table[i].assign(made.row(i).begin(), made.row(i).end());
  }
  return table;
}

double score(const Table& phi, std::size_t i, const Table& psi, std::size_t r) {
  return static_cast<double>(
      std::inner_product(phi[i].begin(), phi[i].end(), psi[r].begin(), reference::Real{0}));
}

double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }

/// The bound of n vectors phi and n * l places psi, by its definition.
double bound_of(const std::string& estimator, const Table& phi, const Table& psi) {
  const std::size_t n = phi.size();
  const std::size_t l = psi.size() / n;
  const double pairs = static_cast<double>(n * (n - 1));
  double value = 0.0;
  if (estimator == "infonce") {
    for (std::size_t i = 0; i < n; ++i) {
      double others = 0.0;
      for (std::size_t r = 0; r < psi.size(); ++r) {
        others += r / l == i ? 0.0 : std::exp(score(phi, i, psi, r));
      }
      for (std::size_t r = i * l; r < (i + 1) * l; ++r) {
        const double own = score(phi, i, psi, r);
        value += (own - std::log(std::exp(own) + others)) / static_cast<double>(n * l);
      }
    }
    return value + std::log(1.0 + static_cast<double>((n - 1) * l));
  }
  for (std::size_t place = 0; place < l; ++place) {
    double own = 0.0;
    double others = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < n; ++j) {
        const double v = score(phi, i, psi, j * l + place);
        if (i == j) {
          own += (estimator == "jsd" ? -softplus(-v) : v) / static_cast<double>(n);
        } else if (estimator == "jsd") {
          others += softplus(v) / pairs;
        } else {
          others += std::exp(estimator == "nwj" ? v - 1.0 : v) / pairs;
        }
      }
    }
    const double at_place = estimator == "dv" ? own - std::log(others) : own - others;
    value += (estimator == "jsd" ? 2.0 * std::numbers::ln2 + at_place : at_place) /
             static_cast<double>(l);
  }
  return value;
}

struct Expected {
  double local = 0.0;
  double global = 0.0;
};

/// Both bounds of all samples; feature maps lie place by place, and networks read them by channels.
Expected bounds_of(const std::string& estimator, std::span<const double> parameters) {
  const auto sides = data();
  Table at_places;
  Table maps;
  for (const auto& row : sides.a) {
    std::vector<reference::Real> map(features);
    for (std::size_t l = 0; l < places; ++l) {
      const auto place = row.begin() + static_cast<std::ptrdiff_t>(l * channels);
      at_places.emplace_back(place, place + channels);
      for (std::size_t c = 0; c < channels; ++c) {
        map[c * places + l] = row[l * channels + c];
      }
    }
    maps.push_back(map);
  }
  Expected expected;
  const Table local_phi = through(head, outputs, parameters, sides.b);
  expected.local = bound_of(estimator, local_phi, through(head, channels, parameters, at_places));
  const Table global_phi = through(head, outputs, parameters, sides.b);
  expected.global = bound_of(
      estimator, global_phi,
      through(std::string(tail) + "," + head, nn::parse_shape("[2,2,3]"), parameters, maps));
  return expected;
}

double figure(const objective::Value& value, const std::string& name) {
  const auto found = std::ranges::find(value.figures, name, &std::pair<std::string, double>::first);
  return found == value.figures.end() ? std::nan("") : found->second;
}

TEST(DeepInfoMax, BoundsAreThoseOfTheirDefinitions) {
  const auto world = mpi::Communicator::world();
  for (const std::string estimator : {"jsd", "infonce", "dv", "nwj"}) {
    const auto objective = objective::make_objective<double>(options_of(estimator));
    Local local(*objective, test::Share(world, samples));
    const auto value = local.evaluate(*objective, world, false);
    const Expected expected = bounds_of(estimator, local.parameters);
    EXPECT_NEAR(figure(value, "local"), expected.local, 1e-11) << estimator;
    EXPECT_NEAR(figure(value, "global"), expected.global, 1e-11) << estimator;
    EXPECT_NEAR(value.objective,
                0.9 * expected.local + 0.7 * expected.global + 0.3 * figure(value, "prior"), 1e-11)
        << estimator;
    EXPECT_EQ(value.samples, samples);
  }
}

TEST(DeepInfoMax, ThePriorIsThatOfItsDefinition) {
  const auto world = mpi::Communicator::world();
  reference::Table squashed = data().b;
  for (auto& row : squashed) {
    for (auto& x : row) {
      x = 1 / (1 + std::exp(-x));
    }
  }
  const auto objective = objective::make_objective<double>(options_of("jsd"));
  Local local(*objective, test::Share(world, samples));
  ObjectiveOptions histogram;
  histogram.set("bins", 8).set("histogram-range", "fixed:0,1");
  const auto entropies = reference::evaluate(histogram, squashed, squashed);
  EXPECT_NEAR(figure(local.evaluate(*objective, world, false), "prior"),
              static_cast<double>(entropies.entropy_b) - std::log(8.0), 1e-12);

  const auto adversarial = objective::make_objective<double>(options_of("jsd", "adversarial"));
  Local taught(*adversarial, test::Share(world, samples));
  std::span<const double> parameters = taught.parameters;
  const nn::Network<double> critic(nn::parse_spec("dense:1000,relu,dense:200,relu,dense:1"),
                                   outputs);
  parameters = parameters.last(critic.parameter_count());
  double expected = 0.0;
  for (const auto& row : through(critic.spec().text, outputs, parameters, squashed)) {
    expected -= softplus(-static_cast<double>(row[0])) / samples;
  }
  EXPECT_NEAR(figure(taught.evaluate(*adversarial, world, false), "prior"), expected, 1e-12);
}

/// The slope of what `value` returns where an entry of this rank's data, or of every rank's
/// parameters, is moved.
template <class ValueOf>
double slope(double* entry, const ValueOf& value_of) {
  constexpr double step = 1e-5;
  std::array<double, 2> value{};
  for (const std::size_t direction : {0U, 1U}) {
    const double before = entry != nullptr ? *entry : 0.0;
    if (entry != nullptr) {
      *entry = before + (direction == 0 ? step : -step);
    }
    value[direction] = value_of();
    if (entry != nullptr) {
      *entry = before;
    }
  }
  return (value[0] - value[1]) / (2.0 * step);
}

TEST(DeepInfoMax, GradientsAreThoseOfCentralDifferences) {
  const auto world = mpi::Communicator::world();
  for (const std::string estimator : {"jsd", "infonce", "dv", "nwj"}) {
    const auto objective = objective::make_objective<double>(options_of(estimator));
    Local local(*objective, test::Share(world, samples));
    (void)local.evaluate(*objective, world, true);
    std::vector<double> gradient = local.dparameters;
    world.sum(std::span<double>(gradient));
    const Matrix<double> dy = local.dy;
    const Matrix<double> df = local.df;
    EXPECT_TRUE(std::ranges::all_of(local.da.span(), [](double x) { return x == 0.0; }));
    const auto value = [&] { return local.evaluate(*objective, world, false).objective; };
    for (std::size_t k = 0; k < gradient.size(); k += 3) {
      EXPECT_NEAR(slope(&local.parameters[k], value), gradient[k],
                  1e-6 * std::max(1.0, std::abs(gradient[k])))
          << estimator << k;
    }
    std::size_t compared = 0;
    for (std::size_t i = 0; i < samples; i += 2) {
      const bool mine = i >= local.share.first && i < local.share.first + local.share.count;
      const std::size_t row = i - local.share.first;
      for (std::size_t j = 0; j < features; ++j) {
        const double by_f = slope(mine ? &local.f(row, j) : nullptr, value);
        const double by_y = slope(mine ? &local.y(row, j % outputs) : nullptr, value);
        if (mine) {
          EXPECT_NEAR(df(row, j), by_f, 1e-6 * std::max(1.0, std::abs(by_f)))
              << estimator << i << " " << j;
          EXPECT_NEAR(dy(row, j % outputs), by_y, 1e-6 * std::max(1.0, std::abs(by_y)))
              << estimator << i << " " << j;
          ++compared;
        }
      }
    }
    EXPECT_EQ(world.sum(static_cast<std::uint64_t>(compared)), 6 * features);
  }
}

TEST(DeepInfoMax, TheDiscriminatorClimbsItsOwnObjectiveAndTheEncoderAnother) {
  const auto world = mpi::Communicator::world();
  const auto objective = objective::make_objective<double>(options_of("jsd", "adversarial"));
  Local local(*objective, test::Share(world, samples));
  (void)local.evaluate(*objective, world, true);
  std::vector<double> gradient = local.dparameters;
  world.sum(std::span<double>(gradient));
  const Matrix<double> dy = local.dy;
  const auto value = [&] { return local.evaluate(*objective, world, false).objective; };
  for (std::size_t j = 0; j < outputs; ++j) {
    const bool mine = local.share.count > 0 && local.share.first == 0;
    const double expected = slope(mine ? &local.y(0, j) : nullptr, value);
    if (mine) {
      EXPECT_NEAR(dy(0, j), expected, 2e-8);
    }
  }
  // What the discriminator maximises, by its definition.
  Table squashed = data().b;
  Table uniform = squashed;
  for (std::size_t i = 0; i < samples; ++i) {
    for (std::size_t j = 0; j < outputs; ++j) {
      squashed[i][j] = 1 / (1 + std::exp(-squashed[i][j]));
      uniform[i][j] = CounterRandom(0, RandomStream::prior, i).uniform(j);
    }
  }
  const nn::Network<double> critic(nn::parse_spec("dense:1000,relu,dense:200,relu,dense:1"),
                                   outputs);
  const std::size_t first = local.parameters.size() - critic.parameter_count();
  const auto taught = [&] {
    double sum = 0.0;
    for (const auto& [rows, sign] : {std::pair{&squashed, 1.0}, std::pair{&uniform, -1.0}}) {
      std::span<const double> parameters = std::span(local.parameters).subspan(first);
      for (const auto& row : through(critic.spec().text, outputs, parameters, *rows)) {
        sum -= softplus(sign * static_cast<double>(row[0])) / samples;
      }
    }
    return 0.3 * sum;
  };
  for (std::size_t k = first; k < gradient.size(); k += 12345) {
    EXPECT_NEAR(slope(&local.parameters[k], taught), gradient[k], 2e-8) << k;
  }
  EXPECT_NEAR(slope(&local.parameters.back(), taught), gradient.back(), 2e-8);
}

TEST(DeepInfoMax, BitsOfPartsAreThoseOfOneRank) {
  const auto world = mpi::Communicator::world();
  const mpi::Communicator alone = world.split(world.rank());
  for (const std::string estimator : {"jsd", "infonce", "dv", "nwj"}) {
    for (const std::string prior : {"entropy", "adversarial"}) {
      const auto objective = objective::make_objective<double>(options_of(estimator, prior));
      const test::Share everything(alone, samples);
      Local one(*objective, everything);
      Local shared(*objective, test::Share(world, samples));
      stats::ExactSum sum_of_one(3);
      stats::ExactSum sum(3);
      sum_of_one.start(one.parameters.size());
      sum.start(shared.parameters.size());
      const double expected = one.evaluate(*objective, alone, true, &sum_of_one).objective;
      EXPECT_EQ(shared.evaluate(*objective, world, true, &sum).objective, expected) << estimator;
      sum_of_one.finish(alone, std::span<double>(one.dparameters));
      sum.finish(world, std::span<double>(shared.dparameters));
      EXPECT_TRUE(std::ranges::equal(one.dparameters, shared.dparameters)) << estimator << prior;
      for (std::size_t i = 0; i < shared.share.count; ++i) {
        const std::size_t row = shared.share.first + i;
        EXPECT_TRUE(std::ranges::equal(shared.dy.view().row(i), one.dy.view().row(row)));
        EXPECT_TRUE(std::ranges::equal(shared.df.view().row(i), one.df.view().row(row)));
      }
      // Without parts the same, up to rounding.
      EXPECT_NEAR(shared.evaluate(*objective, world, false).objective, expected, 1e-12);
    }
  }
}

}  // namespace
}  // namespace infomax
