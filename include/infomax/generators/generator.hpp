// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "infomax/core/field.hpp"

/// Synthetic data sets. Every number is a function of the seed and its row, so a longer data set
/// begins with the shorter one. The generators write in slabs, and the output gets its name when it
/// is complete. Serial.
namespace infomax::generators {

/// Samples without any dependence: /x [N, inputs] and /y [N, outputs] are independent standard
/// normal floats.
struct RandomSamples {
  std::size_t rows = 100;   ///< N
  std::size_t inputs = 10;  ///< columns of /x
  std::size_t outputs = 5;  ///< columns of /y
  std::uint64_t seed = 0;   ///< of all numbers
};

/// Throws UsageError if a size is 0, SystemError if the output cannot be written.
void generate_random(const RandomSamples& wanted, const std::filesystem::path& output);

/// Two jointly Gaussian views /x [N, x_columns] and /y [N, y_columns], doubles, whose canonical
/// correlations are known. The latent variables are pairs of standard normal variables,
///
///   u_i and v_i = rho_i u_i + sqrt(1 - rho_i^2) e_i,
///
/// and independent columns beside them. x and y are u and v under invertible linear maps of
/// condition number 4, which change no canonical correlation.
struct GaussianViews {
  std::size_t rows = 10'000;   ///< N
  std::size_t x_columns = 10;  ///< at least as many as there are correlations
  std::size_t y_columns = 10;  ///< at least as many as there are correlations
  std::vector<double> canonical_correlations{0.9, 0.7, 0.5, 0.3};  ///< rho_i
  std::uint64_t seed = 0;                                          ///< of all numbers
};

/// Returns the mutual information of such views in nats, -1/2 sum ln(1 - rho_i^2).
[[nodiscard]] double mutual_information(const std::vector<double>& canonical_correlations);

/// The file's root has the attributes `canonical_correlations` (in descending order of magnitude)
/// and `mutual_information`. Throws UsageError if a size is 0, a view has fewer columns than there
/// are correlations, or a correlation is not in (-1, 1); SystemError if the output cannot be
/// written.
void generate_gaussian_views(const GaussianViews& wanted, const std::filesystem::path& output);

/// Two views /x [N, x_columns] and /y [N, y_columns], doubles, that depend on each other although
/// no linear functions of them are correlated. (s_i, t_i) are standard normal pairs of correlation
/// rho_i. The views have the columns
///
///   u_i = +-exp(s_i / 2 - 1/4) and v_i = +-exp(t_i / 2 - 1/4),
///
/// where every sign is an independent fair coin; further columns and linear maps are those of
/// GaussianViews. Since s_i = 2 ln|u_i| + 1/2 is a function of the view, the views have the mutual
/// information of the normal pairs and their maximal correlations (Lancaster 1958).
struct NonlinearViews {
  std::size_t rows = 10'000;                        ///< N
  std::size_t x_columns = 10;                       ///< at least as many as there are correlations
  std::size_t y_columns = 10;                       ///< at least as many as there are correlations
  std::vector<double> correlations{0.9, 0.7, 0.5};  ///< rho_i
  std::uint64_t seed = 0;                           ///< of all numbers
};

/// Returns the `count` largest correlations that uncorrelated functions of two views can have, if
/// the views hold independent normal pairs of the given correlations: the products of powers
/// |rho_1|^n_1 |rho_2|^n_2 ..., not all n zero, in descending order.
[[nodiscard]] std::vector<double> maximal_correlations(const std::vector<double>& correlations,
                                                       std::size_t count);

/// The file's root has the attributes `correlations` (as requested), `maximal_correlations` (the 16
/// largest) and `mutual_information`. Throws what generate_gaussian_views() throws.
void generate_nonlinear_views(const NonlinearViews& wanted, const std::filesystem::path& output);

/// Sequences whose class is set by their first token: /x [N, steps], token ids 1 to `tokens` - 1,
/// uniform and independent, as 16-bit integers; /y [N], (first id - 1) modulo `classes`. The other
/// tokens say nothing of the class, so an encoder that reads them in order must remember the first
/// one to the end. If `shortest` is set, lengths are uniform from there to `steps`, /x_lengths says
/// them, and 0 pads the rest.
struct FirstToken {
  std::size_t rows = 10'000;  ///< N
  std::size_t steps = 100;    ///< T
  std::size_t tokens = 16;    ///< ids with that of padding, 3 to 65536
  std::size_t classes = 2;    ///< 2 or more, fewer than `tokens`
  std::size_t shortest = 0;   ///< steps of the shortest sequences; 0: all have `steps`
  std::uint64_t seed = 0;     ///< of all numbers
};

/// Names, help and ranges of the members that only these sequences have.
[[nodiscard]] inline FieldTable<FirstToken> first_token_fields() {
  using Wanted = FirstToken;
  FieldTable<Wanted> table;
  table.group("Sequences whose first token is their class")
      .add("steps", &Wanted::steps, "T", "steps of a sequence", one_or_more())
      .add("tokens", &Wanted::tokens, "V", "different token ids, of which 0 is padding",
           whole_from_to(3, 65536))
      .add("classes", &Wanted::classes, "C", "classes, fewer than tokens", one_or_more())
      .add("shortest", &Wanted::shortest, "S",
           "steps of the shortest sequences, whose lengths are then random; default all have T");
  return table;
}

/// Throws UsageError if a number is out of its range, SystemError if the output cannot be written.
void generate_first_token(const FirstToken& wanted, const std::filesystem::path& output);

/// Trajectories of a particle that diffuses along a line of `wells` equal potential wells, with
/// reflecting ends, and is observed through a nonlinear map. The potential, in units of kT, is
///
///   V(q) = barrier / 2 cos(2 pi q), 0 <= q <= wells.
///
/// Two columns are r cos(phi) and r sin(phi), r = 1/2 + 2 q / wells, phi uniform; the others are
/// standard normal; phi and these are independent in each frame. All columns are under a linear map
/// like that of GaussianViews. No linear functions of two frames are correlated.
///
/// The motion is a Markov chain over `cells_per_well` cells a well: the exponential of the
/// diffusion's generator, discretised with detailed balance. Its timescales are therefore exact at
/// any lag. Each trajectory starts in equilibrium.
struct MetastableTrajectories {
  std::size_t trajectories = 10;    ///< 1 or more
  std::size_t frames = 10'000;      ///< of each trajectory
  std::size_t columns = 10;         ///< of /x, 2 or more
  std::size_t wells = 2;            ///< 2 to 8; there are `wells` - 1 slow timescales
  double barrier = 6.0;             ///< between wells, in kT, 0 to 20
  double timescale = 100.0;         ///< the slowest, in frames
  std::size_t cells_per_well = 50;  ///< of the Markov chain, 4 to 200
  std::uint64_t seed = 0;           ///< of all numbers
};

/// Names, help and ranges of the members that only these trajectories have.
[[nodiscard]] inline FieldTable<MetastableTrajectories> metastable_fields() {
  using Wanted = MetastableTrajectories;
  FieldTable<Wanted> table;
  table.group("Metastable trajectories")
      .add("trajectories", &Wanted::trajectories, "T", "number of trajectories", one_or_more())
      .add("frames", &Wanted::frames, "N", "rows of each trajectory", one_or_more())
      .add("wells", &Wanted::wells, "W",
           "potential wells, 2 to 8; one more than there are slow timescales", whole_from_to(2, 8))
      .add("barrier", &Wanted::barrier, "E", "height of the barrier between wells, in kT",
           {[](double barrier) { return barrier >= 0.0 && barrier <= 20.0; },
            "a number from 0 to 20"})
      .add("timescale", &Wanted::timescale, "T", "the slowest implied timescale, in frames",
           above(0.0));
  return table;
}

/// Returns the implied timescales of the motion in frames, in descending order, without the
/// stationary one: -1 / ln(eigenvalue of the transition matrix of one frame). Throws UsageError.
[[nodiscard]] std::vector<double> timescales(const MetastableTrajectories& wanted);

/// Writes /x [trajectories * frames, columns], doubles; /lengths [trajectories], 64-bit integers;
/// and the position q of each frame as /position [trajectories * frames]. The root has the
/// attributes `timescales` (the slowest 2 `wells`, in frames), `lag` (1), `eigenvalues` (of the
/// transition over that lag) and `slow_timescales` (`wells` - 1). Throws UsageError if a number is
/// out of its range, SystemError if the output cannot be written.
void generate_metastable(const MetastableTrajectories& wanted, const std::filesystem::path& output);

}  // namespace infomax::generators
