// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

/// Synthetic data sets. Each number is keyed by the seed and its row, so a longer data set begins
/// with the shorter one. Written in slabs, and under the output's name only when whole. Serial.
namespace infomax::generators {

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

/// Two views /x [N, x_columns] and /y [N, y_columns], doubles, that depend on each other though no
/// linear map of one is correlated with one of the other. (s_i, t_i) are standard normal pairs of
/// correlation rho_i; the views show them as u_i = +-exp(s_i / 2 - 1/4) and v_i = +-exp(t_i / 2 -
/// 1/4), every sign a fair coin of its own; further columns and linear maps as in GaussianViews.
/// s_i = 2 ln|u_i| + 1/2 is a function of the view, so what is known of normal pairs is true of
/// these: mutual information, and Lancaster's (1958) maximal correlations.
struct NonlinearViews {
  std::size_t rows = 10'000;
  std::size_t x_columns = 10;
  std::size_t y_columns = 10;
  std::vector<double> correlations{0.9, 0.7, 0.5};  ///< rho_i
  std::uint64_t seed = 0;
};

/// The `count` largest correlations that uncorrelated functions of two views can have, where the
/// views hold independent normal pairs of the given correlations: the products of powers
/// |rho_1|^n_1 |rho_2|^n_2 ..., not all n zero, in descending order.
[[nodiscard]] std::vector<double> maximal_correlations(const std::vector<double>& correlations,
                                                       std::size_t count);

/// The file's root has the attributes `correlations` (as asked for), `maximal_correlations` (the 16
/// largest) and `mutual_information`. Throws as generate_gaussian_views.
void generate_nonlinear_views(const NonlinearViews& wanted, const std::filesystem::path& output);

/// Trajectories of a particle that diffuses along a line of `wells` equal potential wells,
/// V(q) = barrier / 2 cos(2 pi q) in units of kT on 0 <= q <= wells with reflecting ends, seen
/// through a nonlinear map: two columns are r cos(phi) and r sin(phi), r = 1/2 + 2 q / wells, phi
/// uniform and fresh each frame; the others are fresh standard normal; all under a linear map as in
/// GaussianViews. No linear function of a frame is correlated with one of another frame.
///
/// The motion is a Markov chain over `cells_per_well` cells a well: the diffusion's generator,
/// discretised with detailed balance, exponentiated. So its timescales are exact, at any lag. Each
/// trajectory starts in equilibrium.
struct MetastableTrajectories {
  std::size_t trajectories = 10;
  std::size_t frames = 10'000;  ///< of each
  std::size_t columns = 10;     ///< of /x, 2 or more
  std::size_t wells = 2;        ///< 2 to 8; there are as many slow timescales less one
  double barrier = 6.0;         ///< between wells, in kT, 0 to 20
  double timescale = 100.0;     ///< the slowest, in frames
  std::size_t cells_per_well = 50;
  std::uint64_t seed = 0;
};

/// The implied timescales -1 / ln(eigenvalue of the transition matrix of one frame) of such
/// motion, in frames, descending, without the stationary one. Throws UsageError.
[[nodiscard]] std::vector<double> timescales(const MetastableTrajectories& wanted);

/// Writes /x [trajectories * frames, columns], doubles; /lengths [trajectories], 64-bit integers;
/// and the truth behind each frame, q, as /position [trajectories * frames]. The root has the
/// attributes `timescales` (in frames; the slowest 2 `wells`), `lag` (1), `eigenvalues` (those of
/// the transition over that lag) and `slow_timescales` (`wells` - 1). Throws UsageError where a
/// number is out of its range, SystemError where the output cannot be written.
void generate_metastable(const MetastableTrajectories& wanted, const std::filesystem::path& output);

}  // namespace infomax::generators
