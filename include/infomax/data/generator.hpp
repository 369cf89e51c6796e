#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

/// Synthetic data sets. Each number is keyed by the seed and its row, so a longer data set begins
/// with the shorter one. Written in slabs, and under the output's name only when whole. Serial.
namespace infomax::data {

/// Samples without any dependence: /x [N, inputs] and /y [N, outputs], independent standard normal
/// floats.
struct RandomSamples {
  std::size_t rows = 100;
  std::size_t inputs = 10;
  std::size_t outputs = 5;
  std::uint64_t seed = 0;
};

/// Throws UsageError where a size is 0, SystemError where the output cannot be written.
void generate_random(const RandomSamples& wanted, const std::filesystem::path& output);

/// Two jointly Gaussian views /x [N, x_columns] and /y [N, y_columns], doubles, whose canonical
/// correlations are known: u_i and v_i = rho_i u_i + sqrt(1 - rho_i^2) e_i are pairs of standard
/// normal variables, all else independent; x and y are u and v, with independent columns added,
/// each under an invertible linear map of condition number 4, which changes no canonical
/// correlation.
struct GaussianViews {
  std::size_t rows = 10'000;
  std::size_t x_columns = 10;
  std::size_t y_columns = 10;
  std::vector<double> canonical_correlations{0.9, 0.7, 0.5, 0.3};  ///< rho_i
  std::uint64_t seed = 0;
};

/// Mutual information of such views in nats, -1/2 sum ln(1 - rho_i^2).
[[nodiscard]] double mutual_information(const std::vector<double>& canonical_correlations);

/// The file's root has the attributes `canonical_correlations` (in descending order of magnitude)
/// and `mutual_information`. Throws UsageError where a size is 0, there are more correlations than
/// columns in either view, or one is not in (-1, 1); SystemError where the output cannot be
/// written.
void generate_gaussian_views(const GaussianViews& wanted, const std::filesystem::path& output);

}  // namespace infomax::data
