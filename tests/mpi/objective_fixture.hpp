// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "infomax/core/matrix.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/objective/make.hpp"
#include "infomax/objective/needs.hpp"
#include "reference/keyed_data.hpp"
#include "reference/objective_reference.hpp"

namespace infomax::test {

/// Consecutive global rows of one rank: unequal shares, rank 1 without any.
struct Share {
  std::size_t first = 0;
  std::size_t count = 0;

  Share(const mpi::Communicator& communicator, std::size_t rows) {
    const auto weight = [](int rank) {
      return rank == 1 ? std::size_t{0} : std::size_t{2} + static_cast<std::size_t>(rank);
    };
    std::size_t before = 0;
    std::size_t total = 0;
    for (int rank = 0; rank < communicator.size(); ++rank) {
      before += rank < communicator.rank() ? weight(rank) : 0;
      total += weight(rank);
    }
    first = rows * before / total;
    count = rows * (before + weight(communicator.rank())) / total - first;
  }
};

template <class T>
Matrix<T> local_rows(const reference::Table& global, const Share& share) {
  Matrix<T> local(share.count, global[0].size());
  for (std::size_t i = 0; i < share.count; ++i) {
    for (std::size_t j = 0; j < local.columns(); ++j) {
      local(i, j) = static_cast<T>(global[share.first + i][j]);
    }
  }
  return local;
}

/// The objectives that read the two sides alone.
inline std::vector<std::string> objectives_of_sides() {
  std::vector<std::string> names;
  for (const std::string_view name : objective::objective_names()) {
    objective::ObjectiveOptions options;
    options.objective = name;
    const auto read = objective::fields_of(options);
    const bool of_views = std::ranges::find(read, "view-outputs") != read.end();
    if (!of_views && objective::needs_of(options).tapped_features == 0) {
      names.emplace_back(name);
    }
  }
  return names;
}

/// This rank's rows of both sides, and room for their gradients.
template <class T>
struct LocalSides {
  Share share;
  Matrix<T> a;
  Matrix<T> b;
  Matrix<T> da;
  Matrix<T> db;
  std::vector<T> parameters;   // the objective's own
  std::vector<T> dparameters;  // of the local rows

  LocalSides(const mpi::Communicator& communicator, const reference::Sides& global)
      : share(communicator, global.a.size()),
        a(local_rows<T>(global.a, share)),
        b(local_rows<T>(global.b, share)),
        da(share.count, a.columns(), T{77}),  // must be overwritten
        db(share.count, b.columns(), T{77}) {}

  objective::Value evaluate(objective::Objective<T>& objective,
                            const mpi::Communicator& communicator) {
    const stats::MatrixRows<T> a_rows(a.view());
    const stats::MatrixRows<T> b_rows(b.view());
    dparameters.assign(parameters.size(), T{0});
    return objective.evaluate(communicator, {{a_rows, b_rows}, {}, {}, parameters},
                              {da.view(), db.view(), {}, dparameters});
  }
};

/// Every column of the local gradient against the reference, relative to the largest entry of the
/// column over all rows. Returns the number of comparisons.
template <class T>
std::size_t expect_gradient(const Matrix<T>& local, const reference::Table& expected,
                            const Share& share, double tolerance, const std::string& what) {
  std::size_t compared = 0;
  for (std::size_t j = 0; j < local.columns(); ++j) {
    reference::Real largest = 0;
    for (const auto& row : expected) {
      largest = std::max(largest, std::abs(row[j]));
    }
    for (std::size_t i = 0; i < local.rows(); ++i) {
      const auto difference =
          static_cast<reference::Real>(local(i, j)) - expected[share.first + i][j];
      EXPECT_LE(std::abs(difference), tolerance * largest)
          << what << " row " << share.first + i << " column " << j << ": " << local(i, j)
          << ", reference " << static_cast<double>(expected[share.first + i][j]);
      ++compared;
    }
  }
  return compared;
}

/// Value, parts and gradients at this number of ranks against the reference on the full data.
template <class T>
void compare(const objective::ObjectiveOptions& options, const reference::Sides& exact,
             double tolerance) {
  const auto world = mpi::Communicator::world();
  const reference::Sides sides{reference::rounded<T>(exact.a), reference::rounded<T>(exact.b)};
  LocalSides<T> local(world, sides);
  const auto objective = objective::make_objective<T>(options);
  const auto expected = reference::evaluate(options, sides.a, sides.b);
  const auto gradients = reference::gradients(options, sides.a, sides.b);
  const std::string what = options.objective + " " + *options.text("rho") + " " +
                           *options.text("histogram-range") + " N " +
                           std::to_string(sides.a.size());

  for (int call = 0; call < 2; ++call) {  // the second with memory of the first
    const objective::Value value = local.evaluate(*objective, world);

    const auto near = [&](double got, reference::Real want, const char* name) {
      EXPECT_NEAR(got, static_cast<double>(want), tolerance * std::max(1.0, std::abs(got)))
          << what << " " << name;
    };
    near(value.objective, expected.objective, "objective");
    near(value.dependence, expected.dependence, "dependence");
    near(value.entropy_a, expected.entropy_a, "entropy_a");
    near(value.entropy_b, expected.entropy_b, "entropy_b");
    EXPECT_EQ(value.samples, sides.a.size());
    ASSERT_EQ(value.figures.size(), expected.parts.size()) << what;
    for (std::size_t k = 0; k < value.figures.size(); ++k) {
      EXPECT_EQ(value.figures[k].first, expected.parts[k].first) << what;
      near(value.figures[k].second, expected.parts[k].second, value.figures[k].first.c_str());
    }
    const std::size_t compared =
        expect_gradient(local.da, gradients.a, local.share, tolerance, what + " da") +
        expect_gradient(local.db, gradients.b, local.share, tolerance, what + " db");
    EXPECT_EQ(compared, local.share.count * (local.a.columns() + local.b.columns()));
  }
}

}  // namespace infomax::test
