// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/generators/generator.hpp"

#include <algorithm>
#include <cmath>

#include "generators/generator_support.hpp"
#include "infomax/core/pending_file.hpp"
#include "infomax/hdf5/file.hpp"

namespace infomax::generators {

void generate_random(const RandomSamples& wanted, const std::filesystem::path& output) {
  require(wanted.rows > 0 && wanted.inputs > 0 && wanted.outputs > 0,
          "random samples need at least one row, input and output");
  PendingFile pending(output);
  hdf5::File file = hdf5::File::create(pending.path());
  write_pair<float>(file, wanted.rows, wanted.inputs, wanted.outputs,
                    [&](std::size_t first, MatrixView<float> x, MatrixView<float> y) {
                      fill_normal(wanted.seed, Purpose::x, first, x);
                      fill_normal(wanted.seed, Purpose::y, first, y);
                    });
  file.close();
  pending.commit();
}

double mutual_information(const std::vector<double>& canonical_correlations) {
  double nats = 0.0;
  for (const double rho : canonical_correlations) {
    nats -= 0.5 * std::log1p(-rho * rho);
  }
  return nats;
}

void generate_gaussian_views(const GaussianViews& wanted, const std::filesystem::path& output) {
  check_views(wanted.rows, wanted.x_columns, wanted.y_columns, wanted.canonical_correlations);
  PendingFile pending(output);
  hdf5::File file = hdf5::File::create(pending.path());
  write_latent_views(
      file,
      {wanted.rows, wanted.x_columns, wanted.y_columns, wanted.canonical_correlations, wanted.seed},
      [](std::size_t, MatrixView<double>, MatrixView<double>) {});
  std::vector<double> sorted = wanted.canonical_correlations;
  std::sort(sorted.begin(), sorted.end(),
            [](double a, double b) { return std::abs(a) > std::abs(b); });
  file.write_attribute("/", "canonical_correlations", sorted);
  file.write_attribute("/", "mutual_information",
                       mutual_information(wanted.canonical_correlations));
  file.close();
  pending.commit();
}

}  // namespace infomax::generators
