// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <cmath>
#include <functional>

#include "generators/generator_support.hpp"
#include "infomax/core/pending_file.hpp"
#include "infomax/generators/generator.hpp"

namespace infomax::generators {
namespace {

constexpr std::size_t stated_correlations = 16;

/// Replaces s in the first `count` columns of `rows` by +-exp(s / 2 - 1/4): variance 1, kurtosis e.
void hide(std::uint64_t seed, Purpose purpose, std::size_t first, std::size_t count,
          MatrixView<double> rows) {
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    const CounterRandom random = row_numbers(seed, purpose, first + i);
    for (std::size_t k = 0; k < count; ++k) {
      const double size = std::exp(0.5 * rows(i, k) - 0.25);
      rows(i, k) = random.uniform(k) < 0.5 ? -size : size;
    }
  }
}

}  // namespace

std::vector<double> maximal_correlations(const std::vector<double>& correlations,
                                         std::size_t count) {
  // Products of powers of the correlations so far, the largest first; the first is the empty
  // product.
  std::vector<double> products{1.0};
  for (const double correlation : correlations) {
    const double rho = std::abs(correlation);
    const std::vector<double> without = products;
    double power = rho;
    for (std::size_t n = 1; n <= count && power > 0.0; ++n, power *= rho) {
      for (const double product : without) {
        products.push_back(product * power);
      }
    }
    std::ranges::sort(products, std::greater<>());
    products.resize(std::min(products.size(), count + 1));
  }
  products.erase(products.begin());
  return products;
}

void generate_nonlinear_views(const NonlinearViews& wanted, const std::filesystem::path& output) {
  const auto& rhos = wanted.correlations;
  check_views(wanted.rows, wanted.x_columns, wanted.y_columns, rhos);
  PendingFile pending(output);
  hdf5::File file = hdf5::File::create(pending.path());
  write_latent_views(file, {wanted.rows, wanted.x_columns, wanted.y_columns, rhos, wanted.seed},
                     [&](std::size_t first, MatrixView<double> u, MatrixView<double> v) {
                       hide(wanted.seed, Purpose::x_sign, first, rhos.size(), u);
                       hide(wanted.seed, Purpose::y_sign, first, rhos.size(), v);
                     });
  file.write_attribute("/", "correlations", rhos);
  file.write_attribute("/", "maximal_correlations",
                       maximal_correlations(rhos, stated_correlations));
  file.write_attribute("/", "mutual_information", mutual_information(rhos));
  file.close();
  pending.commit();
}

}  // namespace infomax::generators
