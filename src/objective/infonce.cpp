// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <array>
#include <cmath>

#include "infomax/stats/summation.hpp"
#include "objective/contrastive.hpp"
#include "objective/list.hpp"
#include "objective/pair_scores.hpp"

// N: global rows. B: local rows. p: columns of a and of b.

namespace infomax::objective {
namespace {

constexpr const char* infonce_name = "infonce";

/// J = (1/N) sum_i [u_ii - ln (1/N) sum_j exp(u_ij)], u_ij the score of a_i and b_j, over the rows
/// of all ranks; symmetric: the mean of it and of its transpose. It is at most ln N (van den Oord
/// et al. 2018).
template <math::Real T>
class InfoNce final : public Objective<T> {
 public:
  explicit InfoNce(const ObjectiveOptions& options)
      : needs_(needs_of(options)),
        unit_length_(options.of<ContrastiveOptions>().critic.value_or(Critic::cosine) ==
                     Critic::cosine),
        symmetric_(options.of<ContrastiveOptions>().symmetric.value_or(false)),
        temperature_(options.of<ContrastiveOptions>().temperature),
        report_(options) {}

  /// Collective.
  [[nodiscard]] Value evaluate(const mpi::Communicator& communicator, const Batch<T>& batch,
                               const Gradients<T>& gradients) override;

 private:
  /// A side's rows as they are scored, and what is known of each.
  struct ScoredSide {
    ScoredRows<T> reader;
    Matrix<T> rows;           // [B, p]
    Matrix<T> gradient;       // [B, p], by these rows
    Buffer<double> log_sums;  // [B], over the rows of the other side
  };

  [[nodiscard]] typename PairScores<T>::Rows pairs(const ScoredSide& staying,
                                                   const ScoredSide& travelling,
                                                   const stats::RowParts* parts) const {
    return {.staying = staying.rows.view(),
            .travelling = travelling.rows.view(),
            .temperature = temperature_,
            .parts = parts};
  }

  void read(const stats::RowSource<T>& source, ScoredSide& side) {
    if (side.rows.rows() != source.rows() || side.rows.columns() != source.columns()) {
      side.rows = Matrix<T>(source.rows(), source.columns());
      side.gradient = Matrix<T>(source.rows(), source.columns());
    }
    side.log_sums.assign(source.rows(), 0.0);
    side.reader.read(source, unit_length_, side.rows.view());
  }

  /// The score of a pair that belongs together.
  [[nodiscard]] double positive(std::size_t i) const {
    return score_of<T>(a_.rows.view().row(i), b_.rows.view().row(i), temperature_);
  }

  /// Collective. The gradient of one side; `weight` and `other_weight` are those of the log sums of
  /// this side's and the other side's rows in J.
  void write_gradient(const mpi::Communicator& communicator, const stats::RowParts* parts,
                      double samples, double weight, double other_weight, ScoredSide& side,
                      const ScoredSide& other, MatrixView<T> gradient);

  Needs needs_;
  bool unit_length_;
  bool symmetric_;
  double temperature_;
  SideEntropies<T> report_;
  PairScores<T> scores_;
  ScoredSide a_;
  ScoredSide b_;
  stats::Summation summation_;
};

template <math::Real T>
Value InfoNce<T>::evaluate(const mpi::Communicator& communicator, const Batch<T>& batch,
                           const Gradients<T>& gradients) {
  const stats::RowPairs<T>& rows = batch.rows;
  require(needs_, infonce_name, {.p = rows.a.columns(), .q = rows.b.columns()});
  Value value = report_.measure(communicator, rows);
  read(rows.a, a_);
  read(rows.b, b_);
  scores_.log_sums(communicator, pairs(a_, b_, rows.parts), a_.log_sums);
  // The other direction has weight 0 in J unless it is symmetric.
  if (symmetric_) {
    scores_.log_sums(communicator, pairs(b_, a_, rows.parts), b_.log_sums);
  }
  const double share = symmetric_ ? 0.5 : 1.0;
  std::array<double, 1> sums{};
  summation_.over(communicator, rows.parts, rows.count(), sums,
                  [&](std::size_t first, std::size_t count) {
                    for (std::size_t i = first; i < first + count; ++i) {
                      sums[0] += positive(i) - share * (a_.log_sums[i] + b_.log_sums[i]);
                    }
                  });
  const auto samples = static_cast<double>(std::max<std::uint64_t>(1, value.samples));
  value.objective = sums[0] / samples + std::log(samples);
  value.dependence = value.objective;
  const double forth = share / samples;
  const double back = symmetric_ ? forth : 0.0;
  if (gradients.a.columns() > 0) {
    write_gradient(communicator, rows.parts, samples, forth, back, a_, b_, gradients.a);
  }
  if (gradients.b.columns() > 0) {
    write_gradient(communicator, rows.parts, samples, back, forth, b_, a_, gradients.b);
  }
  return value;
}

template <math::Real T>
void InfoNce<T>::write_gradient(const mpi::Communicator& communicator, const stats::RowParts* parts,
                                double samples, double weight, double other_weight,
                                ScoredSide& side, const ScoredSide& other, MatrixView<T> gradient) {
  // What the positive scores give is other.rows / (N t).
  std::ranges::copy(other.rows.span(), side.gradient.span().begin());
  math::scale(static_cast<T>(1.0 / (samples * temperature_)), side.gradient.span());
  scores_.add_gradient(communicator, pairs(side, other, parts),
                       {-weight, side.log_sums, -other_weight, other.log_sums},
                       side.gradient.view());
  side.reader.write_gradient(side.rows.view(), side.gradient.view(), gradient);
}

}  // namespace

Description describe_infonce() {
  Description infonce{
      .name = infonce_name,
      .help = "mean [u_ii - ln mean_j e^u_ij], u_ij the score of a_i and b_j, at most ln N"};
  infonce.options = {contrastive_options(), histogram_options()};
  infonce.needs = [](const ObjectiveOptions&) { return Needs{.equal_columns = true}; };
  infonce.scores_all_pairs = true;
  infonce.factory = factory_of<InfoNce<float>, InfoNce<double>>();
  return infonce;
}

}  // namespace infomax::objective
