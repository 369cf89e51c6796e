// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "infomax/core/error.hpp"
#include "infomax/stats/summation.hpp"
#include "objective/contrastive.hpp"
#include "objective/list.hpp"
#include "objective/pair_critic.hpp"
#include "objective/pair_scores.hpp"

// N: global samples. B: local samples. p: columns of a and of b. The 2N rows c are those of a and b
// by turns: the other view of row k is k xor 1.

namespace infomax::objective {
namespace {

constexpr const char* nt_xent_name = "nt-xent";

/// J = (1/2N) sum_k [u_kk' - ln sum_{l != k} exp(u_kl)], u the scores of the rows c of both sides
/// and k' the other view of k (Chen et al. 2020).
template <math::Real T>
class NtXent final : public Objective<T> {
 public:
  explicit NtXent(const ObjectiveOptions& options)
      : needs_(needs_of(options)),
        unit_length_(options.of<ContrastiveOptions>().critic.value_or(Critic{}).form ==
                     Critic::Form::cosine),
        initial_temperature_(options.of<ContrastiveOptions>().temperature),
        learns_temperature_(options.of<ContrastiveOptions>().learn_temperature),
        report_(options) {}

  [[nodiscard]] std::size_t parameter_count(std::size_t /*p*/, std::size_t /*q*/) const override {
    return learns_temperature_ ? 1 : 0;
  }
  void initialize(std::span<T> parameters, std::size_t /*p*/, std::size_t /*q*/,
                  std::uint64_t /*seed*/) const override {
    std::ranges::fill(parameters, static_cast<T>(std::log(initial_temperature_)));
  }

  /// Collective.
  [[nodiscard]] Value evaluate(const mpi::Communicator& communicator, const Batch<T>& batch,
                               const Gradients<T>& gradients) override;

 private:
  void read(const stats::RowPairs<T>& rows);
  void write_gradients(const mpi::Communicator& communicator,
                       const typename PairScores<T>::Rows& pairs, double samples,
                       const Gradients<T>& gradients);
  void write_temperature_gradient(const stats::RowParts* parts, const Gradients<T>& gradients);

  /// Every other row of a matrix with 2B rows, from row `side` on.
  template <class Matrix>
  [[nodiscard]] static auto side_of(Matrix& rows, std::size_t side) {
    using Element = std::remove_pointer_t<decltype(rows.data())>;
    const std::size_t columns = rows.columns();
    return MatrixView<Element>(rows.data() + side * columns, rows.rows() / 2, columns, 2 * columns);
  }

  Needs needs_;
  bool unit_length_;
  double initial_temperature_;
  bool learns_temperature_;
  double temperature_ = 1.0;
  SideEntropies<T> report_;
  PairScores<T> scores_;
  ScoredRows<T> reader_a_;
  ScoredRows<T> reader_b_;
  Matrix<T> rows_;           // c, [2B, p]
  Matrix<T> gradient_;       // by c
  Buffer<double> log_sums_;  // [2B]
  stats::RowParts parts_;    // of c
  stats::Summation summation_;
};

template <math::Real T>
void NtXent<T>::read(const stats::RowPairs<T>& rows) {
  const std::size_t count = 2 * rows.count();
  rows_.resize(count, rows.a.columns());
  gradient_.resize(count, rows.a.columns());
  log_sums_.assign(count, 0.0);
  reader_a_.read(rows.a, unit_length_, side_of(rows_, 0));
  reader_b_.read(rows.b, unit_length_, side_of(rows_, 1));
  parts_.ends.clear();
  if (rows.parts != nullptr) {
    parts_.ends = rows.parts->ends;
    for (std::size_t& end : parts_.ends) {
      end *= 2;
    }
  }
}

template <math::Real T>
Value NtXent<T>::evaluate(const mpi::Communicator& communicator, const Batch<T>& batch,
                          const Gradients<T>& gradients) {
  const stats::RowPairs<T>& rows = batch.rows;
  require(needs_, nt_xent_name, {.p = rows.a.columns(), .q = rows.b.columns()});
  Value value = report_.measure(communicator, rows);
  temperature_ = learns_temperature_ && !batch.parameters.empty()
                     ? std::exp(static_cast<double>(batch.parameters.front()))
                     : initial_temperature_;
  read(rows);
  const typename PairScores<T>::Rows pairs{.staying = rows_.view(),
                                           .travelling = rows_.view(),
                                           .temperature = temperature_,
                                           .without_own = true,
                                           .parts = rows.parts == nullptr ? nullptr : &parts_};
  scores_.log_sums(communicator, pairs, log_sums_);
  std::array<double, 1> sums{};
  summation_.over(
      communicator, rows.parts, rows.count(), sums, [&](std::size_t first, std::size_t count) {
        for (std::size_t i = first; i < first + count; ++i) {
          const auto a = side_of(rows_, 0).row(i);
          const auto b = side_of(rows_, 1).row(i);
          sums[0] +=
              score_of<T>(a, b, temperature_) - 0.5 * (log_sums_[2 * i] + log_sums_[2 * i + 1]);
        }
      });
  const auto samples = static_cast<double>(std::max<std::uint64_t>(1, value.samples));
  value.objective = sums[0] / samples;
  value.dependence = value.objective;
  write_gradients(communicator, pairs, samples, gradients);
  return value;
}

/// By symmetry u_kl is a score of row k and of row l, so that both log sums have a part in it.
template <math::Real T>
void NtXent<T>::write_gradients(const mpi::Communicator& communicator,
                                const typename PairScores<T>::Rows& pairs, double samples,
                                const Gradients<T>& gradients) {
  if (gradients.a.columns() == 0 && gradients.b.columns() == 0 && gradients.parameters.empty()) {
    return;
  }
  // What the positive scores give is the other view / (N t).
  const auto scale = static_cast<T>(1.0 / (samples * temperature_));
  for (std::size_t k = 0; k < rows_.rows(); ++k) {
    std::ranges::transform(rows_.view().row(k ^ 1U), gradient_.view().row(k).begin(),
                           [scale](T x) { return scale * x; });
  }
  const double weight = -0.5 / samples;
  scores_.add_gradient(communicator, pairs, {weight, log_sums_, weight, log_sums_},
                       gradient_.view());
  if (gradients.a.columns() > 0) {
    reader_a_.write_gradient(side_of(rows_, 0), side_of(gradient_, 0), gradients.a);
  }
  if (gradients.b.columns() > 0) {
    reader_b_.write_gradient(side_of(rows_, 1), side_of(gradient_, 1), gradients.b);
  }
  if (!gradients.parameters.empty()) {
    write_temperature_gradient(pairs.parts, gradients);
  }
}

/// u depends on ln t by -u; a score is one of two rows, so that sum_kl dJ/du_kl u_kl is half of
/// sum_k dJ/dc_k . c_k.
template <math::Real T>
void NtXent<T>::write_temperature_gradient(const stats::RowParts* parts,
                                           const Gradients<T>& gradients) {
  stats::for_each_part(parts, rows_.rows(), [&](std::size_t first, std::size_t count) {
    double sum = 0.0;
    for (std::size_t k = first; k < first + count; ++k) {
      sum += score_of<T>(rows_.view().row(k), gradient_.view().row(k), 1.0);
    }
    gradients.parameters.front() -= static_cast<T>(0.5 * sum);
    if (gradients.exact_parameters != nullptr) {
      gradients.exact_parameters->template add<T>(0, gradients.parameters);
      std::ranges::fill(gradients.parameters, T{0});
    }
  });
}

}  // namespace

Description describe_nt_xent() {
  Description nt_xent{
      .name = nt_xent_name,
      .help =
          "mean [u_kk' - ln sum_{l != k} e^u_kl] over the 2N rows of both sides, k' the other "
          "view of k"};
  nt_xent.options = {contrastive_options(), histogram_options()};
  nt_xent.needs = [](const ObjectiveOptions&) { return Needs{.equal_columns = true}; };
  nt_xent.check = [](const ObjectiveOptions& options) {
    if (!options.of<ContrastiveOptions>().critic.value_or(Critic{}).is_product()) {
      throw UsageError(
          "nt-xent scores rows of one side with each other too: give `critic` dot or cosine");
    }
  };
  nt_xent.memory = critic_memory;
  nt_xent.factory = factory_of<NtXent<float>, NtXent<double>>();
  return nt_xent;
}

}  // namespace infomax::objective
