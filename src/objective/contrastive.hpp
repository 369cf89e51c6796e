// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>

#include "infomax/objective/entropy.hpp"
#include "infomax/objective/value.hpp"
#include "infomax/stats/means.hpp"
#include "infomax/stats/moments.hpp"
#include "objective/description.hpp"

/// @file
/// What the objectives of pair scores have in common. N: global rows. B: local rows. p: columns of
/// a and of b.

namespace infomax::objective {

/// How a row of a is scored with a row of b.
struct Critic {
  /// The form of the score.
  enum class Form : std::uint8_t {
    dot,        ///< a . b / t
    cosine,     ///< a . b / (|a| |b| t)
    bilinear,   ///< a . W b, W learned
    separable,  ///< g(a) . h(b), two networks of the same text
    concat      ///< f([a, b]), a network of one output
  };
  Form form = Form::cosine;
  std::string network = {};  ///< of the last two, such as "dense:512,relu,dense:128"

  /// Whether scores are products of rows as they are, so that sides have equal columns and there is
  /// a temperature.
  [[nodiscard]] bool is_product() const { return form == Form::dot || form == Form::cosine; }

  /// The same form and text.
  friend bool operator==(const Critic&, const Critic&) = default;
};

/// The critic of an objective of pair scores unless another is chosen: of bounds of mutual
/// information, one of any scale and of sides of any width.
[[nodiscard]] Critic default_critic(std::string_view objective);

/// The options of the objectives that compare all pairs of rows.
struct ContrastiveOptions {
  std::optional<Critic> critic;    ///< unset: cosine
  double temperature = 0.1;        ///< t
  bool learn_temperature = false;  ///< in ln t, from `temperature` on
  std::optional<bool> symmetric;   ///< of infonce; unset: where both sides are encoded views
};

[[nodiscard]] OptionGroup contrastive_options();

/// Sides of equal columns, where the critic takes no others.
[[nodiscard]] Needs needs_of_critic(const ObjectiveOptions& options);

/// Throws UsageError where the critic's network is none, or a temperature of no effect is learned.
void check_critic(const ObjectiveOptions& options);

/// ln (1 + e^x).
[[nodiscard]] inline double softplus_of(double x) {
  return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x)));
}
/// 1 / (1 + e^-x).
[[nodiscard]] inline double sigmoid_of(double x) { return 1.0 / (1.0 + std::exp(-x)); }

/// Returns x . y / temperature, summed in double; x, y [p].
template <math::Real T>
[[nodiscard]] double score_of(std::span<const T> x, std::span<const T> y, double temperature);

/// The local rows of a side in memory, scaled to unit length for the critic cosine; a row of zeros
/// stays one, and has no gradient then.
template <math::Real T>
class ScoredRows {
 public:
  /// Reads the rows of a source into `rows` [B, p].
  void read(const stats::RowSource<T>& source, bool unit_length, MatrixView<T> rows);

  /// Turns derivatives by what read() wrote into those by the rows themselves: `gradient` [B, p]
  /// gets those of `scored`, both with the rows of the last read().
  void write_gradient(MatrixView<const T> rows, MatrixView<const T> scored, MatrixView<T> gradient);

 private:
  Buffer<double> inverse_norms_;  // [B], empty where rows are not scaled
  Buffer<T> scratch_;
};

/// What every objective reports besides its value: samples and the entropies of both sides.
template <math::Real T>
class SideEntropies {
 public:
  explicit SideEntropies(const ObjectiveOptions& options);

  /// Collective.
  [[nodiscard]] Value measure(const mpi::Communicator& communicator,
                              const stats::RowPairs<T>& rows);

 private:
  stats::MeanPass<T> mean_pass_;
  stats::MomentPass<T> moment_pass_;
  EntropyTerms<T> entropy_;
};

}  // namespace infomax::objective

/// By their names.
template <>
struct infomax::FieldText<infomax::objective::Critic> {
  /// @{ As FieldText describes it.
  static std::optional<objective::Critic> parse(std::string_view text);
  static std::string format(const objective::Critic& critic);
  static std::string expected();
  /// @}
};
