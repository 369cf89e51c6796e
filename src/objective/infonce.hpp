// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "infomax/objective/needs.hpp"
#include "infomax/objective/objective.hpp"
#include "infomax/stats/summation.hpp"
#include "objective/contrastive.hpp"
#include "objective/pair_critic.hpp"
#include "objective/pair_scores.hpp"

// N: global rows. B: local rows. p, q: columns of a and b.

namespace infomax::objective {

/// J = (1/N) sum_i [u_ii - ln (1/N) sum_j exp(u_ij)], u_ij the score of a_i and b_j, over the rows
/// of all ranks; symmetric: the mean of it and of its transpose. It is at most ln N (van den Oord
/// et al. 2018).
template <math::Real T>
class InfoNce final : public Objective<T> {
 public:
  /// The gradient is that of `weight` times J.
  explicit InfoNce(const ObjectiveOptions& options, double weight = 1.0)
      : needs_(needs_of_critic(options)),
        weight_(weight),
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
  double weight_;
  bool symmetric_;
  PairCritic<T> critic_;
  SideEntropies<T> report_;
  PairScores<T> scores_;
  Buffer<double> log_sums_a_;  // [B], over the rows of b
  Buffer<double> log_sums_b_;  // [B], over the rows of a
  Buffer<double> slopes_;      // [B], of J by the positive scores
  stats::Summation summation_;
};

extern template class InfoNce<float>;
extern template class InfoNce<double>;

}  // namespace infomax::objective
