// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <utility>
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

/// The joint distribution of two views of known mutual information, and what is done to each view
/// afterwards, which changes none of it. After the benchmark of Czyz, Grabowski, Vogt, Beerenwinkel
/// and Marx (2023).
enum class JointDistribution : std::uint8_t {
  normal,   ///< x_k and y_k are standard normal with correlation rho_k, all else independent
  dense,    ///< all columns of both are standard normal, any two with the same correlation
  uniform,  ///< x uniform on (0, 1), y = x + noise uniform on (-noise, noise); one column each
  student   ///< normal with independent columns, all divided by one root of chi^2 / freedom
};

/// A bijection of each view on its own.
enum class ViewMap : std::uint8_t {
  none,       ///< rows as they are
  half_cube,  ///< each number z becomes sign(z) |z|^1.5: heavy tails
  wiggly,     ///< each number becomes an increasing function of it that is a line with waves
  spiral      ///< columns 2i, 2i + 1 are turned by the angle |z|^2 / D, z being the row
};

/// Their names, as a command line gives them.
inline constexpr std::array joint_distribution_names{
    std::pair{"normal", JointDistribution::normal}, std::pair{"dense", JointDistribution::dense},
    std::pair{"uniform", JointDistribution::uniform},
    std::pair{"student", JointDistribution::student}};
/// Their names, as a command line gives them.
inline constexpr std::array view_map_names{
    std::pair{"none", ViewMap::none}, std::pair{"half-cube", ViewMap::half_cube},
    std::pair{"wiggly", ViewMap::wiggly}, std::pair{"spiral", ViewMap::spiral}};

}  // namespace infomax::generators

/// By the names that users write.
template <>
struct infomax::FieldText<infomax::generators::JointDistribution>
    : infomax::ChoiceText<infomax::generators::JointDistribution,
                          infomax::generators::joint_distribution_names> {};
/// By the names that users write.
template <>
struct infomax::FieldText<infomax::generators::ViewMap>
    : infomax::ChoiceText<infomax::generators::ViewMap, infomax::generators::view_map_names> {};

namespace infomax::generators {

/// Two views /x [N, x_columns] and /y [N, y_columns], doubles, for estimators of mutual
/// information.
struct KnownInformation {
  std::size_t rows = 10'000;                                   ///< N
  std::size_t x_columns = 1;                                   ///< of /x
  std::size_t y_columns = 1;                                   ///< of /y
  JointDistribution distribution = JointDistribution::normal;  ///< of a row
  std::vector<double> correlations{0.75};  ///< rho_k of normal; of dense the first alone
  double noise = 0.1;                      ///< of uniform, above 0
  std::size_t freedom = 1;                 ///< degrees of freedom of student, 1 or more
  ViewMap map = ViewMap::none;             ///< of both views
  std::uint64_t seed = 0;                  ///< of all numbers
};

/// Names, help and ranges of the members that only these views have.
[[nodiscard]] inline FieldTable<KnownInformation> known_information_fields() {
  using Wanted = KnownInformation;
  FieldTable<Wanted> table;
  table.group("Views of known information")
      .add("distribution", &Wanted::distribution, "NAME",
           "normal (pairs of columns with `correlations`), dense (any two columns with the same "
           "correlation), uniform (one column, with noise added) or student (heavy tails)")
      .add("noise", &Wanted::noise, "E", "of uniform: y = x + noise from -E to E", above(0.0))
      .add("freedom", &Wanted::freedom, "NU", "of student: degrees of freedom", one_or_more())
      .add("map", &Wanted::map, "NAME",
           "of each view, which changes no information: none, half-cube (heavy tails), wiggly or "
           "spiral");
  return table;
}

/// Returns the mutual information in nats. Throws UsageError where the sizes do not fit the
/// distribution or a correlation is out of its range.
[[nodiscard]] double mutual_information(const KnownInformation& wanted);

/// The file's root has the attribute `mutual_information`. Throws as that function, and SystemError
/// where the output cannot be written.
void generate_known_information(const KnownInformation& wanted,
                                const std::filesystem::path& output);

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
