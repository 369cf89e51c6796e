// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "infomax/core/matrix.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/objective/options.hpp"
#include "infomax/stats/row_source.hpp"

/// @file
/// Inputs h_a [N, m] and h_b [N, n] of two linear layers, or of one; q outputs.

namespace infomax::objective {

/// Which sides of an objective are outputs of a linear layer that is to be found.
enum class LinearSides : std::uint8_t {
  b,           ///< b = W^T h_b, and a = h_a is data
  both,        ///< a = V^T h_a, b = W^T h_b
  both_alike,  ///< a = W^T h_a, b = W^T h_b
};

/// How the layers of greatest J among the linear ones are found, from second moments C of the
/// inputs. E whitens a covariance (E^T C E = I) and keeps to its column space, so that inputs that
/// depend on each other need no ridge.
enum class LinearForm : std::uint8_t {
  /// For objectives of canonical correlations: of K = E_a^T C_ab E_b = U S V^T (Hotelling 1936),
  /// the maps E_a U diag(d_a) and E_b V diag(d_b); outputs are uncorrelated. Where side a is data,
  /// K = L^-1 C_ab E_b with C_aa + r I = L L^T as in the objective. Only the outputs' variances d^2
  /// depend on the objective's ridge, which is one of the outputs. The singular values of T are
  /// bounded by s_i c_i, where c_i is what the ridge leaves of an output of variance d_i^2 (Horn
  /// 1950, in sums of any h(e^x) that is convex, as of all objectives here), and these maps reach
  /// the bound. With a relative ridge r > 0 the variances solve a problem in as many unknowns
  /// (variance_shares.hpp): it costs to let an output vary that is not counted, so such outputs are
  /// 0. With an absolute ridge J has a bound but no maximum (linear_scale.hpp).
  canonical,
  /// The same with one map for both sides: a closed form where the sides may be exchanged, a search
  /// from there elsewhere (shared_map.hpp).
  canonical_alike,
  /// For the rv coefficient with a fixed side a: E diag(s) times V, where s_i and V are the q
  /// largest singular values and right singular vectors of C_ab E. For h_a = h_b these are
  /// the leading principal directions, orthonormal. The value is
  ///
  ///     J^2 = sqrt(sum_{i<=q} s_i^4) / |C_aa|_F.
  ///
  /// With W' = C_bb^1/2 W, G = W' W'^T and M = C_bb^-1/2 C_ba C_ab C_bb^-1/2, J^2 |C_aa|_F is tr(G
  /// M) / |G|_F; of all G of rank q, the leading q terms of M's eigenvalue decomposition make it
  /// greatest.
  rv,
  /// For coding-rate, which grows with the outputs' scale: of all W with W^T W = I, the leading
  /// principal directions of h_b. J = 1/2 sum_{i<=q} ln(1 + (q / e) l_i), l the eigenvalues of
  /// C_bb.
  principal,
  /// For pls, which grows with the outputs' scale: the leading singular vectors of C_ab,
  /// orthonormal
  /// weights of greatest covariances.
  covariance,
  /// For pls with a mode that deflates either side by its own output: pairs of outputs one after
  /// the other.
  deflated_covariance,
  /// For pls with the mode that deflates both sides by the output of the side that predicts, a
  /// where it has a layer, else b.
  regressed_covariance,
  /// For pls with weights of which many are 0.
  sparse_covariance,
};

/// The form of an objective of canonical correlations; nothing where covariances are shrunk, which
/// makes J depend on more than second moments.
[[nodiscard]] std::optional<LinearForm> canonical_form(const ObjectiveOptions& options,
                                                       LinearSides sides);

/// The form of an objective, as its description has it; nothing where it has none.
[[nodiscard]] std::optional<LinearForm> linear_form(const ObjectiveOptions& options,
                                                    LinearSides sides);

/// The objectives that have a linear solution, and for which sides, for messages.
[[nodiscard]] std::string linear_objectives();

/// Whether there is nothing to train: J would grow without end with the outputs' scale.
[[nodiscard]] bool is_only_linear(const ObjectiveOptions& options);

/// The most outputs that a form has directions for, for h_a of m and h_b of n columns;
/// `a_has_layer` unless side a is data.
[[nodiscard]] std::size_t largest_outputs(LinearForm form, std::size_t m, std::size_t n,
                                          bool a_has_layer);

/// A layer y = W^T (h - mean).
struct LinearLayer {
  Buffer<double> mean;    ///< [n]
  Matrix<double> weight;  ///< [n, q]
};

/// The layers of both sides at the greatest J.
struct LinearSolution {
  LinearLayer a;  ///< of a side with a layer of its own; else empty
  LinearLayer b;  ///< always filled
  /// The correlations of the outputs' directions, descending, before any ridge of the outputs, or
  /// those of regularised CCA, of LinearForm::canonical; of the forms of covariances these, of
  /// pairs of outputs. Else empty.
  std::vector<double> correlations;
};

/// Returns J at x, and writes its gradient.
using SmoothFunction = std::function<double(std::span<const double> x, std::span<double> gradient)>;

/// Collective. Moves x to a local maximum of the function and returns the value there, on every
/// rank the root's. Only the root's x and function count.
using Maximiser = std::function<double(std::span<double> x, const SmoothFunction& function)>;

/// What regularised CCA (Vinod 1976; Leurgans, Moyeed and Silverman 1993) adds to the variances of
/// the inputs of either side.
struct LinearRidges {
  std::optional<double> a;  ///< of the inputs of side a, or of side a where it is data; unset: 0
  std::optional<double> b;  ///< of the inputs of side b

  /// Whether either is set, which makes the solution that of regularised CCA.
  [[nodiscard]] bool given() const { return a || b; }

  /// @{ As texts that travel with a model.
  void to_settings(std::map<std::string, std::string>& settings) const;
  [[nodiscard]] static LinearRidges from_settings(
      const std::map<std::string, std::string>& settings);
  /// @}
};

/// What to solve, for which layers.
struct LinearProblem {
  LinearForm form = LinearForm::canonical;  ///< that of the objective
  std::size_t outputs_a = 0;                ///< 0: side a has no layer
  std::size_t outputs_b = 0;                ///< at most largest_outputs(), as outputs_a
  Maximiser maximise;                       ///< called by LinearForm::canonical_alike only
  /// Of LinearForm::canonical. Where given, the layers are those of regularised CCA and not the
  /// objective's: C_ii + L_i I takes the place of C_ii, and outputs are E_a U and E_b V.
  LinearRidges ridges;
};

/// Collective. Returns the layers that the form finds; that of a side without outputs is empty. The
/// result is the same on every rank, and on any number of ranks up to rounding, which a search
/// magnifies to about the root of J's own rounding: signs are chosen so
/// that in each column of b, the first component that is about as large as any is positive. Warns
/// where inputs depend on each other, and of outputs that are 0. Throws NumericError where there is
/// no variance, or the covariance of a side that is data is not positive definite with its ridge.
template <math::Real T>
[[nodiscard]] LinearSolution solve_linear(const mpi::Communicator& communicator,
                                          const LinearProblem& problem,
                                          const ObjectiveOptions& options,
                                          const stats::RowPairs<T>& rows);

}  // namespace infomax::objective
