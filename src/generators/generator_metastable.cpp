// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <cmath>
#include <numbers>
#include <span>
#include <vector>

#include "generators/generator_support.hpp"
#include "infomax/core/pending_file.hpp"
#include "infomax/generators/generator.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/math/lapack.hpp"

// n cells; energies in units of kT.
namespace infomax::generators {
namespace {

using std::numbers::pi;

/// The diffusion over the cells: its stationary probabilities and the spectrum of its generator.
struct Spectrum {
  std::vector<double> roots;   ///< [n], square roots of the stationary probabilities
  std::vector<double> rates;   ///< [n], ascending from 0, per frame
  math::SymmetricEigen eigen;  ///< of the generator, symmetrised
};

void check(const MetastableTrajectories& wanted) {
  metastable_fields().check(wanted);
  require(wanted.columns >= 2, "metastable trajectories need 2 columns or more");
  require(wanted.cells_per_well >= 4 && wanted.cells_per_well <= 200,
          "there must be 4 to 200 cells a well");
}

/// The rate of jumps from cell i to its neighbour j is exp(-(V_j - V_i) / 2), up to a factor (Lie,
/// Fackeldey and Weber 2013, square root approximation). Symmetrised by the square roots of the
/// stationary probabilities exp(-V), both directions have rate 1.
Spectrum spectrum_of(const MetastableTrajectories& wanted) {
  const std::size_t n = wanted.wells * wanted.cells_per_well;
  Spectrum result;
  result.roots.resize(n);
  for (std::size_t i = 0; i < n; ++i) {
    const double q = (static_cast<double>(i) + 0.5) / static_cast<double>(wanted.cells_per_well);
    result.roots[i] = std::exp(-0.25 * wanted.barrier * std::cos(2.0 * pi * q));
  }
  Matrix<double> generator(n, n, 0.0);
  for (std::size_t i = 0; i < n; ++i) {
    const double below = i > 0 ? result.roots[i - 1] : 0.0;
    const double above = i + 1 < n ? result.roots[i + 1] : 0.0;
    generator(i, i) = -(below + above) / result.roots[i];
    if (i > 0) {
      generator(i, i - 1) = 1.0;
      generator(i - 1, i) = 1.0;
    }
  }
  result.eigen = math::symmetric_eigen(generator.view());
  const double per_frame = 1.0 / (-result.eigen.values[1] * wanted.timescale);
  for (const double value : result.eigen.values) {
    result.rates.push_back(std::max(0.0, -value * per_frame));
  }
  result.rates[0] = 0.0;
  const double norm = math::norm(std::span<const double>(result.roots));
  math::scale(1.0 / norm, std::span<double>(result.roots));
  return result;
}

/// Row i holds the cumulative probabilities of the cell one frame after cell i. The last row, n,
/// holds those in equilibrium.
Matrix<double> cumulative_transitions(const Spectrum& spectrum) {
  const std::size_t n = spectrum.roots.size();
  Matrix<double> half(n, n);  // vectors exp(-rates / 2), so that half half^T is symmetric
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < n; ++k) {
      half(i, k) = spectrum.eigen.vectors(i, k) * std::exp(-0.5 * spectrum.rates[k]);
    }
  }
  Matrix<double> cumulative(n + 1, n);
  math::gemm<double>(math::Transpose::no, math::Transpose::yes, 1.0, half.view(), half.view(), 0.0,
                     cumulative.view().row_range(0, n));
  for (std::size_t i = 0; i <= n; ++i) {
    double sum = 0.0;
    for (std::size_t j = 0; j < n; ++j) {
      const double root = spectrum.roots[j];
      // The probabilities of distant cells are rounding errors of either sign.
      sum += i < n ? std::max(0.0, cumulative(i, j)) * root / spectrum.roots[i] : root * root;
      cumulative(i, j) = sum;
    }
    math::scale(1.0 / sum, cumulative.view().row(i));
  }
  return cumulative;
}

/// Makes the frames of all trajectories, one after another, before the linear map.
class Motion {
 public:
  explicit Motion(const MetastableTrajectories& wanted, const Spectrum& spectrum)
      : wanted_(&wanted),
        cumulative_(cumulative_transitions(spectrum)),
        cell_(spectrum.roots.size()) {}

  /// Makes the next rows, the first of which is `first`, and their positions q.
  void advance(std::size_t first, MatrixView<double> out, std::span<double> positions) {
    const std::size_t n = cumulative_.columns();
    for (std::size_t i = 0; i < out.rows(); ++i) {
      const std::size_t row = first + i;
      const CounterRandom random = row_numbers(wanted_->seed, Purpose::motion, row);
      const std::size_t from = row % wanted_->frames == 0 ? n : cell_;
      const auto next = cumulative_.view().row(from);
      const auto chosen = std::ranges::upper_bound(next, random.uniform(0));
      cell_ = std::min(n - 1, static_cast<std::size_t>(chosen - next.begin()));
      const double place =
          (static_cast<double>(cell_) + random.uniform(1)) / static_cast<double>(n);  // q / wells
      positions[i] = place * static_cast<double>(wanted_->wells);
      const double radius = 0.5 + 2.0 * place;
      const double angle = 2.0 * pi * random.uniform(2);
      out(i, 0) = radius * std::cos(angle);
      out(i, 1) = radius * std::sin(angle);
    }
  }

 private:
  const MetastableTrajectories* wanted_;
  Matrix<double> cumulative_;
  std::size_t cell_;
};

void write_rows(hdf5::File& file, const MetastableTrajectories& wanted, const Spectrum& spectrum) {
  const std::size_t rows = wanted.trajectories * wanted.frames;
  hdf5::Dataset x =
      file.create_dataset("/x", hdf5::element_type_of<double>(), {rows, wanted.columns});
  hdf5::Dataset position =
      file.create_dataset("/position", hdf5::element_type_of<double>(), {rows});
  const Matrix<double> map = random_map(wanted.seed, Purpose::x_map, wanted.columns);
  Motion motion(wanted, spectrum);
  Matrix<double> latent(slab_rows, wanted.columns);
  Matrix<double> seen(slab_rows, wanted.columns);
  std::vector<double> positions(slab_rows);
  for (std::size_t first = 0; first < rows; first += slab_rows) {
    const std::size_t count = std::min(slab_rows, rows - first);
    const auto rows_here = latent.view().row_range(0, count);
    fill_normal(wanted.seed, Purpose::x, first, rows_here);
    const auto where = std::span(positions).first(count);
    motion.advance(first, rows_here, where);
    position.write<double>(first, count, where);
    const auto out = seen.view().row_range(0, count);
    math::gemm<double>(math::Transpose::no, math::Transpose::no, 1.0, rows_here, map.view(), 0.0,
                       out);
    x.write<double>(first, count, {out.data(), out.size()});
  }
  hdf5::Dataset lengths =
      file.create_dataset("/lengths", hdf5::element_type_of<std::int64_t>(), {wanted.trajectories});
  const std::vector<std::int64_t> equal(wanted.trajectories,
                                        static_cast<std::int64_t>(wanted.frames));
  lengths.write<std::int64_t>(0, equal.size(), equal);
}

std::vector<double> timescales(const Spectrum& spectrum) {
  std::vector<double> result;
  for (std::size_t k = 1; k < spectrum.rates.size(); ++k) {
    result.push_back(1.0 / spectrum.rates[k]);
  }
  return result;
}

}  // namespace

std::vector<double> timescales(const MetastableTrajectories& wanted) {
  check(wanted);
  return timescales(spectrum_of(wanted));
}

void generate_metastable(const MetastableTrajectories& wanted,
                         const std::filesystem::path& output) {
  check(wanted);
  const Spectrum spectrum = spectrum_of(wanted);
  std::vector<double> stated = timescales(spectrum);
  stated.resize(std::min(stated.size(), 2 * wanted.wells));
  std::vector<double> eigenvalues;
  eigenvalues.reserve(stated.size());
  for (const double timescale : stated) {
    eigenvalues.push_back(std::exp(-1.0 / timescale));
  }

  PendingFile pending(output);
  hdf5::File file = hdf5::File::create(pending.path());
  write_rows(file, wanted, spectrum);
  file.write_attribute("/", "timescales", stated);
  file.write_attribute("/", "eigenvalues", eigenvalues);
  file.write_attribute("/", "lag", 1);
  file.write_attribute("/", "slow_timescales", wanted.wells - 1);
  file.close();
  pending.commit();
}

}  // namespace infomax::generators
