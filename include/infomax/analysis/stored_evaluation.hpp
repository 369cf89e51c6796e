// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "infomax/analysis/evaluation.hpp"
#include "infomax/core/field.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/model/examples.hpp"
#include "infomax/model/model_file.hpp"
#include "infomax/model/settings.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/objective/linear_solution.hpp"

namespace infomax::analysis {

/// What is asked of chance: how often it does as well, and how far the numbers may be off.
struct InferenceOptions {
  std::size_t permutations = 0;                  ///< K; 0: no test
  std::optional<std::size_t> permutation_block;  ///< unset: by the pair and its lag
  std::uint64_t seed = 1;                        ///< of pairings and drawings
  std::size_t bootstrap = 0;                     ///< K; 0: no intervals
  std::optional<std::size_t> bootstrap_block;    ///< unset: as permutation_block
  double confidence = 0.95;                      ///< of each interval
  bool tests = false;                            ///< Wilks' lambda and tests that it gives
};

/// Names, help and checks of InferenceOptions.
[[nodiscard]] FieldTable<InferenceOptions> inference_fields();

/// Rows that a stored model is evaluated on or fitted to.
struct EvaluatedRows {
  const model::Examples& examples;  ///< of the model's kind
  bool trained_on = false;          ///< whether its networks were trained on them
};

/// Collective. What `infomax evaluate` reports of a model: evaluate() of the rows, under the fit to
/// others where `fit` is given; of a linear solution on the rows that it was fitted to,
/// correlations without the bias of that; and what `inference` asks for, with a warning where
/// networks would have to be trained anew. `pair` is the model's own, but may name other data sets;
/// `maximise` searches where a linear form has a search in it. Throws as evaluate(),
/// test_by_permutation() and bootstrap() do.
template <math::Real T>
[[nodiscard]] Evaluation evaluate_stored(const mpi::Communicator& communicator,
                                         const model::StoredModel& stored,
                                         const model::PairSettings& pair, const EvaluatedRows& rows,
                                         const EvaluatedRows* fit, std::size_t micro_batch,
                                         const InferenceOptions& inference,
                                         const objective::Maximiser& maximise);

}  // namespace infomax::analysis
