// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>

#include "infomax/objective/difference.hpp"
#include "infomax/objective/entropy.hpp"
#include "infomax/stats/means.hpp"
#include "infomax/stats/moments.hpp"
#include "objective/description.hpp"
#include "objective/list.hpp"

namespace infomax::objective {
namespace {

constexpr const char* mse_name = "mse";

/// J = -1/2 (1/N) sum_i |a_i - b_i|^2, p = q. Reported as the dependence as well; the entropies are
/// reported, and J does not depend on them.
template <math::Real T>
class MeanSquaredError final : public Objective<T> {
 public:
  explicit MeanSquaredError(const ObjectiveOptions& options);

  /// Collective.
  [[nodiscard]] Value evaluate(const mpi::Communicator& communicator, const Batch<T>& batch,
                               const Gradients<T>& gradients) override;

 private:
  Needs needs_;
  stats::MeanPass<T> mean_pass_;
  stats::MomentPass<T> moment_pass_;
  EntropyTerms<T> entropy_;
  DifferenceGradient<T> difference_;
};

template <math::Real T>
MeanSquaredError<T>::MeanSquaredError(const ObjectiveOptions& options)
    : needs_(needs_of(options)),
      moment_pass_(stats::MomentNeeds{}),
      entropy_(options.of<HistogramOptions>(), 0.0, 0.0) {}

template <math::Real T>
Value MeanSquaredError<T>::evaluate(const mpi::Communicator& communicator, const Batch<T>& batch,
                                    const Gradients<T>& gradients) {
  const stats::RowPairs<T>& rows = batch.rows;
  require(needs_, mse_name, {.p = rows.a.columns(), .q = rows.b.columns()});
  const stats::Means& means = mean_pass_.measure(communicator, rows, true);
  const stats::SecondMoments& moments = moment_pass_.measure(communicator, rows, means);
  const auto entropy = entropy_.measure(communicator, rows, means, moments, false, false);
  const double samples = std::max(1.0, means.samples);
  difference_.write(1.0 / samples, true, rows, gradients);

  Value value;
  value.objective = -0.5 * means.squared_difference / samples;
  value.dependence = value.objective;
  value.entropy_a = entropy.a;
  value.entropy_b = entropy.b;
  value.samples = static_cast<std::uint64_t>(means.samples);
  return value;
}

}  // namespace

Description describe_mse() {
  Description mse{.name = mse_name, .help = "-1/2 mean |a - b|^2"};
  mse.options = {histogram_options()};
  mse.needs = [](const ObjectiveOptions&) { return Needs{.equal_columns = true}; };
  mse.factory = factory_of<MeanSquaredError<float>, MeanSquaredError<double>>();
  return mse;
}

}  // namespace infomax::objective
