// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "infomax/core/logging.hpp"
#include "infomax/stats/summation.hpp"
#include "objective/contrastive.hpp"
#include "objective/list.hpp"
#include "objective/pair_critic.hpp"

// N: global rows. B: local rows. p, q: columns of a and b.

namespace infomax::objective {
namespace {

constexpr const char* infonce_name = "infonce";

/// Says once that J is about as large as it can be for N rows, whatever the mutual information.
void warn_of_bound(double objective, double samples) {
  constexpr double near_share = 0.9;
  const double bound = std::log(samples);
  if (samples > 1.0 && objective > near_share * bound) {
    log::warning_once(
        "infonce-bound",
        fmt::format("infonce is {:.3f}, and of {} rows it is at most ln N = {:.3f} nats: it cannot "
                    "tell more mutual information than that; a larger `batch` can",
                    objective, samples, bound));
  }
}

/// J = (1/N) sum_i [u_ii - ln (1/N) sum_j exp(u_ij)], u_ij the score of a_i and b_j, over the rows
/// of all ranks; symmetric: the mean of it and of its transpose. It is at most ln N (van den Oord
/// et al. 2018).
template <math::Real T>
class InfoNce final : public Objective<T> {
 public:
  explicit InfoNce(const ObjectiveOptions& options)
      : needs_(needs_of(options)),
        symmetric_(options.of<ContrastiveOptions>().symmetric.value_or(false)),
        critic_(options.of<ContrastiveOptions>()),
        report_(options) {}

  [[nodiscard]] std::size_t parameter_count(std::size_t p, std::size_t q) const override {
    return critic_.parameter_count(p, q);
  }
  void initialize(std::span<T> parameters, std::size_t p, std::size_t q,
                  std::uint64_t seed) const override {
    critic_.initialize(parameters, p, q, seed);
  }

  /// Collective.
  [[nodiscard]] Value evaluate(const mpi::Communicator& communicator, const Batch<T>& batch,
                               const Gradients<T>& gradients) override;

 private:
  /// Collective. Writes the gradient by the scored rows of one side; `weight` and `other_weight`
  /// are those of the log sums of this side's and the other side's rows in J.
  void differentiate(const mpi::Communicator& communicator, const Batch<T>& batch, bool of_a,
                     double weight, double other_weight, const Gradients<T>& gradients);

  Needs needs_;
  bool symmetric_;
  PairCritic<T> critic_;
  SideEntropies<T> report_;
  PairScores<T> scores_;
  Buffer<double> log_sums_a_;  // [B], over the rows of b
  Buffer<double> log_sums_b_;  // [B], over the rows of a
  Buffer<double> slopes_;      // [B], of J by the positive scores
  stats::Summation summation_;
};

template <math::Real T>
Value InfoNce<T>::evaluate(const mpi::Communicator& communicator, const Batch<T>& batch,
                           const Gradients<T>& gradients) {
  const stats::RowPairs<T>& rows = batch.rows;
  require(needs_, infonce_name, {.p = rows.a.columns(), .q = rows.b.columns()});
  Value value = report_.measure(communicator, rows);
  critic_.read(batch);
  log_sums_a_.assign(rows.count(), 0.0);
  log_sums_b_.assign(rows.count(), 0.0);
  scores_.log_sums(communicator, critic_.pairs(true, rows.parts), log_sums_a_);
  // The other direction has weight 0 in J unless it is symmetric.
  if (symmetric_) {
    scores_.log_sums(communicator, critic_.pairs(false, rows.parts), log_sums_b_);
  }
  const double share = symmetric_ ? 0.5 : 1.0;
  std::array<double, 1> sums{};
  summation_.over(communicator, rows.parts, rows.count(), sums,
                  [&](std::size_t first, std::size_t count) {
                    for (std::size_t i = first; i < first + count; ++i) {
                      sums[0] += critic_.positive(i) - share * (log_sums_a_[i] + log_sums_b_[i]);
                    }
                  });
  const auto samples = static_cast<double>(std::max<std::uint64_t>(1, value.samples));
  value.objective = sums[0] / samples + std::log(samples);
  value.dependence = value.objective;
  warn_of_bound(value.objective, samples);
  slopes_.assign(rows.count(), 1.0 / samples);
  const double forth = share / samples;
  const double back = symmetric_ ? forth : 0.0;
  if (critic_.wants_a(gradients)) {
    differentiate(communicator, batch, true, forth, back, gradients);
  }
  if (critic_.wants_b(gradients)) {
    differentiate(communicator, batch, false, back, forth, gradients);
  }
  critic_.write_gradients(batch, {}, gradients);
  return value;
}

template <math::Real T>
void InfoNce<T>::differentiate(const mpi::Communicator& communicator, const Batch<T>& batch,
                               bool of_a, double weight, double other_weight,
                               const Gradients<T>& gradients) {
  critic_.start_gradient(of_a, batch, slopes_, gradients);
  scores_.add_gradient(
      communicator, critic_.pairs(of_a, batch.rows.parts),
      {-weight, of_a ? log_sums_a_ : log_sums_b_, -other_weight, of_a ? log_sums_b_ : log_sums_a_},
      of_a ? critic_.gradient_a() : critic_.gradient_b());
}

}  // namespace

Description describe_infonce() {
  Description infonce{
      .name = infonce_name,
      .help = "mean [u_ii - ln mean_j e^u_ij], u_ij the score of a_i and b_j, at most ln N"};
  infonce.options = {contrastive_options(), histogram_options()};
  infonce.needs = needs_of_critic;
  infonce.check = check_critic;
  infonce.scores_all_pairs = true;
  infonce.factory = factory_of<InfoNce<float>, InfoNce<double>>();
  return infonce;
}

}  // namespace infomax::objective
