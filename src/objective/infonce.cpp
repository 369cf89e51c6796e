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
  /// Collective. Writes ln sum_j exp(u_ij) of the rows of a and, where it counts, of those of b.
  void measure(const mpi::Communicator& communicator, const stats::RowParts* parts);

  /// Collective. Writes the gradients by the scored rows that are wanted.
  void differentiate(const mpi::Communicator& communicator, const Batch<T>& batch, double samples,
                     const Gradients<T>& gradients);

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
  measure(communicator, rows.parts);
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
  differentiate(communicator, batch, samples, gradients);
  critic_.write_gradients(batch, {}, gradients);
  return value;
}

template <math::Real T>
void InfoNce<T>::measure(const mpi::Communicator& communicator, const stats::RowParts* parts) {
  const auto pairs = critic_.pairs(true, parts);
  // The other direction has weight 0 in J unless it is symmetric.
  if (symmetric_ && PairScores<T>::goes_both_ways(pairs)) {
    scores_.log_sums_of_both(communicator, pairs, log_sums_a_, log_sums_b_);
    return;
  }
  scores_.log_sums(communicator, pairs, log_sums_a_);
  if (symmetric_) {
    scores_.log_sums(communicator, critic_.pairs(false, parts), log_sums_b_);
  }
}

template <math::Real T>
void InfoNce<T>::differentiate(const mpi::Communicator& communicator, const Batch<T>& batch,
                               double samples, const Gradients<T>& gradients) {
  const double forth = (symmetric_ ? 0.5 : 1.0) / samples;
  const double back = symmetric_ ? forth : 0.0;
  const typename PairScores<T>::Weights of_a{-forth, log_sums_a_, -back, log_sums_b_};
  const typename PairScores<T>::Weights of_b{-back, log_sums_b_, -forth, log_sums_a_};
  critic_.differentiate(batch, slopes_, gradients,
                        [&](bool a, const typename PairScores<T>::Rows& pairs,
                            MatrixView<T> gradient, MatrixView<T> other) {
                          scores_.add_gradient(communicator, pairs, a ? of_a : of_b, gradient,
                                               other);
                        });
}

}  // namespace

Description describe_infonce() {
  Description infonce{
      .name = infonce_name,
      .help = "mean [u_ii - ln mean_j e^u_ij], u_ij the score of a_i and b_j, at most ln N"};
  infonce.options = {contrastive_options(), histogram_options()};
  infonce.needs = needs_of_critic;
  infonce.check = check_critic;
  infonce.memory = critic_memory;
  infonce.factory = factory_of<InfoNce<float>, InfoNce<double>>();
  return infonce;
}

}  // namespace infomax::objective
