// SPDX-License-Identifier: BSD-3-Clause
#include <memory>
#include <utility>

#include "infomax/core/error.hpp"
#include "infomax/objective/entropy.hpp"
#include "infomax/objective/histogram_options.hpp"
#include "infomax/stats/means.hpp"
#include "infomax/stats/moment_gradient.hpp"
#include "infomax/stats/moments.hpp"
#include "objective/clear_rows.hpp"
#include "objective/description.hpp"
#include "objective/list.hpp"
#include "objective/view_functions.hpp"

namespace infomax::objective {
namespace {

/// A function of the second moments of side b, whose columns are those of several views. Side a,
/// the rows that the views are made of, is not read: its entropy is reported as 0.
template <math::Real T>
class ViewsObjective final : public Objective<T> {
 public:
  explicit ViewsObjective(const ObjectiveOptions& options)
      : options_(options),
        moment_pass_(view_needs()),
        pull_back_(view_needs()),
        entropy_(options.of<HistogramOptions>(), 0.0, 0.0) {}

  /// Collective.
  [[nodiscard]] Value evaluate(const mpi::Communicator& communicator, const Batch<T>& batch,
                               const Gradients<T>& gradients) override {
    if (!function_) {
      function_ = make_view_function(options_);
    }
    clear_rows(gradients.a);
    const NothingBeside<T> nothing(batch.rows.count());
    const stats::RowPairs<T> rows{nothing, batch.rows.b, batch.rows.parts};
    const stats::Means& means = mean_pass_.measure(communicator, rows, false);
    const stats::SecondMoments& moments = moment_pass_.measure(communicator, rows, means);
    const bool wanted = gradients.b.columns() != 0;
    if (wanted) {
      gradient_.wanted_a = false;
      gradient_.wanted_b = true;
      gradient_.reset(view_needs(), rows.a.columns(), rows.b.columns());
    }
    Value value;
    const auto entropy = entropy_.measure(communicator, rows, means, moments, false, false);
    value.entropy_a = entropy.a;
    value.entropy_b = entropy.b;
    value.objective = function_->evaluate(moments, wanted ? &gradient_ : nullptr);
    if (wanted) {
      pull_back_.apply(rows, means, gradient_, {}, gradients.b);
    }
    value.dependence = value.objective;
    value.samples = static_cast<std::uint64_t>(means.samples);
    function_->append_figures(value.figures);
    return value;
  }

 private:
  ObjectiveOptions options_;
  std::unique_ptr<MomentFunction> function_;  // made when the views are known
  stats::MeanPass<T> mean_pass_;
  stats::MomentPass<T> moment_pass_;
  stats::MomentGradient gradient_;
  stats::MomentPullBack<T> pull_back_;
  EntropyTerms<T> entropy_;
};

/// Moments as of two sides of Q columns, of which one is full, and what is made of them.
stats::MemoryUse memory_of_views(const ObjectiveOptions& /*options*/,
                                 const stats::BatchExtent& batch) {
  stats::BatchExtent outputs = batch;
  outputs.p = batch.q;
  outputs.data_a = false;
  outputs.wanted_a = false;
  constexpr std::size_t matrices = 8;  // of eigenproblems and derivatives
  stats::MemoryUse use = stats::moment_memory(view_needs(), outputs);
  use += {0, matrices * batch.q * batch.q * sizeof(double)};
  return use;
}

Description describe_views(std::string name, std::string help) {
  Description views{.name = std::move(name), .help = std::move(help)};
  views.options = {canonical_options(), histogram_options(), view_options()};
  views.check = [](const ObjectiveOptions& options) {
    if (options.of<CanonicalOptions>().ridge.shrinkage != Shrinkage::none) {
      throw UsageError("`shrinkage` auto is for objectives of two sides, and `objective` " +
                       options.objective + " has more; use `ridge`");
    }
    if (options.of<ViewOptions>().view_outputs) {
      (void)make_view_function(options);
    }
  };
  views.factory = factory_of<ViewsObjective<float>, ViewsObjective<double>>();
  views.memory = memory_of_views;
  return views;
}

}  // namespace

Description describe_maxvar() {
  return describe_views("maxvar",
                        "of `pair` multi: sum of the largest eigenvalues of the mean over views of "
                        "the projections on their outputs (MAX-VAR generalised CCA)");
}

Description describe_sumcor() {
  return describe_views(
      "sumcor", "of `pair` multi: sum s_i over all pairs of views (SUMCOR generalised CCA)");
}

}  // namespace infomax::objective
