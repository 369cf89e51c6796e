// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "infomax/analysis/bootstrap.hpp"
#include "infomax/analysis/independence_tests.hpp"
#include "infomax/analysis/permutation_test.hpp"
#include "infomax/data/datasets.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/model/examples.hpp"
#include "infomax/model/model_file.hpp"
#include "infomax/model/settings.hpp"
#include "infomax/model/whole_sides.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/objective/objective.hpp"
#include "infomax/objective/options.hpp"
#include "infomax/objective/view_relations.hpp"

/// What one does with a model: evaluation, encoding, probes, neighbours, held-out correlations.
namespace infomax::analysis {

struct Evaluation;

/// Collective. Throws DataError, the same on every rank, unless examples are of the model's kind:
/// of its features, of the classes it knows, and of the tokens it knows.
void require_kind(const mpi::Communicator& communicator, const model::StoredModel& stored,
                  const model::PairSettings& pair, const model::Examples& examples);

/// Collective. A data set of the model's kind: of its features, and of the classes it knows. `pair`
/// is the model's own, but may name other data sets of the file; `block_count` as
/// model::load_examples takes it. Sequences have room for `least` steps, and for as many as those
/// of the training; model::fitted_to() makes the model one for longer ones. Throws DataError, the
/// same on every rank.
[[nodiscard]] model::Examples load_for_model(const mpi::Communicator& communicator,
                                             const model::StoredModel& stored,
                                             const model::PairSettings& pair,
                                             const std::string& path, std::size_t block_count,
                                             const model::Steps& least = {},
                                             const data::Streaming& streaming = {});

/// Collective. The exact objective of a model over all rows of `source`, which has the data sets
/// that the model was trained on ("/x"), as one global batch, as `infomax evaluate` computes it,
/// and with `fit` under the fit to all rows of that source. A rank encodes `micro_batch` rows at a
/// time, 0 = all; `reproducible` as model::WholeSides takes it. Throws as load_for_model() and
/// evaluate().
template <math::Real T>
[[nodiscard]] Evaluation evaluate_model(const mpi::Communicator& communicator,
                                        const model::Model<T>& model, data::Datasets& source,
                                        std::size_t micro_batch = 4096, bool reproducible = false,
                                        data::Datasets* fit = nullptr);

/// The values of a model on a data set. The lists are empty unless the objective is one of
/// canonical correlations.
struct Evaluation {
  objective::Value value;            ///< of the objective over all rows
  std::vector<double> correlations;  ///< on the data: of the fit to other data, else of its own
  std::vector<double> fitted;        ///< on the data that was fitted to
  std::vector<double> timescales;    ///< of the pair `lag`, in rows
  /// Correlations with the signs of eigenvalues, as objective::CanonicalFit has them: of the fit.
  std::vector<double> eigenvalues;
  /// The correlations without the bias of their fit (adjusted_correlations()), as if the outputs
  /// were given; empty where other data was fitted to.
  std::vector<double> adjusted;
  std::optional<objective::ViewRelations> relations;  ///< of an objective of several views
  std::optional<PermutationTest> permutation;         ///< where the caller made one
  std::optional<BootstrapIntervals> intervals;        ///< where the caller made some
  std::vector<NumberInterval> timescale_intervals;    ///< of the pair `lag`, with `intervals`
  std::optional<IndependenceTests> tests;             ///< where the caller made some
};

/// Collective. The objective and its parts over all rows, as one global batch. With `fitted`, the
/// sides of other data, no canonical correlation is fitted to the data itself, and the objective
/// becomes that of the correlations under the fit; for vamp1 and vamp2 it becomes the
/// cross-validated score of variational_scores(), and `vamp_e` is reported too. Throws as
/// Objective::evaluate, NumericError where a number is not finite, and UsageError where `fitted` is
/// given to an objective that has no canonical correlations.
template <math::Real T>
[[nodiscard]] Evaluation evaluate(const mpi::Communicator& communicator,
                                  const objective::ObjectiveOptions& options,
                                  const model::PairSettings& pair,
                                  const model::WholeSides<T>& sides,
                                  const model::WholeSides<T>* fitted);

}  // namespace infomax::analysis
