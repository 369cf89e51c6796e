// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "infomax/data/normalization.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/model/examples.hpp"
#include "infomax/model/model.hpp"
#include "infomax/model/settings.hpp"
#include "infomax/model/views.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/objective/linear_solution.hpp"
#include "infomax/objective/options.hpp"
#include "infomax/stats/row_source.hpp"

namespace infomax::analysis {

/// A model whose networks are the linear solution (`encoder` linear:K), as something that can be
/// fitted again: to the same rows, paired otherwise.
template <math::Real T>
class LinearRefit {
 public:
  /// Whether a model is of this kind.
  [[nodiscard]] static bool is_possible(const model::Model<T>& model,
                                        const model::PairSettings& pair,
                                        const objective::ObjectiveOptions& options);

  /// Of a model for which is_possible(). All but the settings must outlive this. `maximise`
  /// searches where a form has a search in it.
  LinearRefit(const model::Model<T>& model, const model::Examples& examples,
              const model::PairSettings& pair, const objective::ObjectiveOptions& options,
              objective::Maximiser maximise);
  LinearRefit(const LinearRefit&) = delete;
  LinearRefit& operator=(const LinearRefit&) = delete;

  /// What the linear maps read: the preprocessed rows of both sides, under the layers before them,
  /// or a side that is data.
  [[nodiscard]] stats::RowPairs<T> inputs() const { return {*a_, *b_}; }

  /// Whether the maps are those of canonical correlation analysis without a ridge of the inputs.
  [[nodiscard]] bool is_plain_cca() const {
    return problem_.form == objective::LinearForm::canonical && !problem_.ridges.given();
  }

  /// Collective. Fits the linear solution to rows like inputs(), and calls `use` with both sides
  /// under it. Throws as objective::solve_linear.
  void fit(const mpi::Communicator& communicator, const stats::RowPairs<T>& inputs,
           const std::function<void(const stats::RowPairs<T>&)>& use) const;

 private:
  const model::Model<T>* model_;
  objective::ObjectiveOptions options_;
  objective::LinearProblem problem_;
  model::Views views_;
  data::Normalization as_they_are_;  // of targets
  std::vector<std::size_t> rows_a_;
  std::vector<std::size_t> rows_b_;
  std::unique_ptr<stats::RowSource<T>> a_;
  std::unique_ptr<stats::RowSource<T>> b_;
};

}  // namespace infomax::analysis
