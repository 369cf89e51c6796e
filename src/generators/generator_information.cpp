// SPDX-License-Identifier: BSD-3-Clause
#include <cmath>
#include <cstddef>

#include <boost/math/special_functions/digamma.hpp>

#include "generators/generator_support.hpp"
#include "infomax/core/pending_file.hpp"
#include "infomax/generators/generator.hpp"

namespace infomax::generators {
namespace {

void check(const KnownInformation& wanted) {
  known_information_fields().check(wanted);
  switch (wanted.distribution) {
    case JointDistribution::normal:
      check_views(wanted.rows, wanted.x_columns, wanted.y_columns, wanted.correlations);
      break;
    case JointDistribution::dense:
      require(wanted.correlations.size() == 1 && wanted.correlations[0] >= 0.0 &&
                  wanted.correlations[0] < 1.0,
              "the distribution dense has one correlation of any two columns, in [0, 1)");
      break;
    case JointDistribution::uniform:
      require(wanted.x_columns == 1 && wanted.y_columns == 1,
              "the distribution uniform has one column a view");
      break;
    case JointDistribution::student:
      break;
  }
  require(wanted.rows > 0 && wanted.x_columns > 0 && wanted.y_columns > 0,
          "views need at least one row and one column each");
  require(wanted.map != ViewMap::spiral || (wanted.x_columns > 1 && wanted.y_columns > 1),
          "the map spiral turns pairs of columns: give both views 2 or more");
}

/// ln of the determinant of a matrix [d, d] with ones on its diagonal and r elsewhere.
double log_determinant(double d, double r) {
  return (d - 1.0) * std::log1p(-r) + std::log1p((d - 1.0) * r);
}

/// The entropy of a Student distribution of d columns, but for terms that cancel in an information
/// (Arellano-Valle, Contreras-Reyes and Genton 2013), as a function of x = freedom + d.
double student_term(double x) {
  return std::lgamma(0.5 * x) - 0.5 * x * boost::math::digamma(0.5 * x);
}

/// An increasing function: its derivative is 0.16 or more.
double wave(double z) {
  return z + 0.4 * std::sin(z) + 0.2 * std::sin(1.7 * z + 1.0) + 0.03 * std::sin(3.3 * z - 2.5);
}

void apply(ViewMap map, std::span<double> row) {
  if (map == ViewMap::spiral) {
    double square = 0.0;
    for (const double z : row) {
      square += z * z;
    }
    const double angle = square / static_cast<double>(row.size());
    for (std::size_t k = 0; k + 1 < row.size(); k += 2) {
      const double first = row[k];
      row[k] = std::cos(angle) * first - std::sin(angle) * row[k + 1];
      row[k + 1] = std::sin(angle) * first + std::cos(angle) * row[k + 1];
    }
    return;
  }
  for (double& z : row) {
    if (map == ViewMap::half_cube) {
      z *= std::sqrt(std::abs(z));
    } else if (map == ViewMap::wiggly) {
      z = wave(z);
    }
  }
}

/// Adds what both views of a row have in common.
void join(const KnownInformation& wanted, std::size_t number, std::span<double> x,
          std::span<double> y) {
  const CounterRandom random = row_numbers(wanted.seed, Purpose::shared, number);
  if (wanted.distribution == JointDistribution::uniform) {
    x[0] = random.uniform(0);
    y[0] = x[0] + wanted.noise * (2.0 * random.uniform(1) - 1.0);
  } else if (wanted.distribution == JointDistribution::dense) {
    const double r = wanted.correlations[0];
    const double common = std::sqrt(r) * random.normal(0);
    for (const auto view : {x, y}) {
      for (double& z : view) {
        z = common + std::sqrt(1.0 - r) * z;
      }
    }
  } else if (wanted.distribution == JointDistribution::student) {
    double squares = 0.0;
    for (std::size_t k = 0; k < wanted.freedom; ++k) {
      squares += std::pow(random.normal(k), 2.0);
    }
    const double divisor = std::sqrt(squares / static_cast<double>(wanted.freedom));
    for (const auto view : {x, y}) {
      for (double& z : view) {
        z /= divisor;
      }
    }
  }
}

}  // namespace

double mutual_information(const KnownInformation& wanted) {
  check(wanted);
  const auto p = static_cast<double>(wanted.x_columns);
  const auto q = static_cast<double>(wanted.y_columns);
  switch (wanted.distribution) {
    case JointDistribution::normal:
      return mutual_information(wanted.correlations);
    case JointDistribution::dense: {
      const double r = wanted.correlations[0];
      return 0.5 * (log_determinant(p, r) + log_determinant(q, r) - log_determinant(p + q, r));
    }
    case JointDistribution::uniform:
      return wanted.noise <= 0.5 ? wanted.noise - std::log(2.0 * wanted.noise)
                                 : 0.25 / wanted.noise;
    case JointDistribution::student: {
      const auto nu = static_cast<double>(wanted.freedom);
      return student_term(nu) + student_term(nu + p + q) - student_term(nu + p) -
             student_term(nu + q);
    }
  }
  return 0.0;
}

void generate_known_information(const KnownInformation& wanted,
                                const std::filesystem::path& output) {
  const double information = mutual_information(wanted);
  PendingFile pending(output);
  hdf5::File file = hdf5::File::create(pending.path());
  write_pair<double>(file, wanted.rows, wanted.x_columns, wanted.y_columns,
                     [&](std::size_t first, MatrixView<double> x, MatrixView<double> y) {
                       fill_normal(wanted.seed, Purpose::x, first, x);
                       fill_normal(wanted.seed, Purpose::y, first, y);
                       if (wanted.distribution == JointDistribution::normal) {
                         correlate(wanted.correlations, x, y);
                       }
                       for (std::size_t i = 0; i < x.rows(); ++i) {
                         join(wanted, first + i, x.row(i), y.row(i));
                         apply(wanted.map, x.row(i));
                         apply(wanted.map, y.row(i));
                       }
                     });
  file.write_attribute("/", "mutual_information", information);
  file.close();
  pending.commit();
}

}  // namespace infomax::generators
