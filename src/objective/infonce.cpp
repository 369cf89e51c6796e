// SPDX-License-Identifier: BSD-3-Clause
#include "objective/infonce.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>

#include <fmt/format.h>

#include "infomax/core/logging.hpp"
#include "objective/list.hpp"
#include "objective/predictive.hpp"

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

}  // namespace

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
  slopes_.assign(rows.count(), weight_ / samples);
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
  const double forth = (symmetric_ ? 0.5 : 1.0) * weight_ / samples;
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

template class InfoNce<float>;
template class InfoNce<double>;

namespace {

template <math::Real T>
std::unique_ptr<Objective<T>> make_infonce(const ObjectiveOptions& options) {
  if (is_predictive(options)) {
    return make_predictive<T>(options);
  }
  return std::make_unique<InfoNce<T>>(options);
}

}  // namespace

Description describe_infonce() {
  Description infonce{
      .name = infonce_name,
      .help = "mean [u_ii - ln mean_j e^u_ij], u_ij the score of a_i and b_j, at most ln N"};
  infonce.options = {contrastive_options(), histogram_options(), predictive_options()};
  infonce.needs = [](const ObjectiveOptions& options) {
    return is_predictive(options) ? predictive_needs() : needs_of_critic(options);
  };
  infonce.check = check_critic;
  infonce.memory = [](const ObjectiveOptions& options, const stats::BatchExtent& batch) {
    return is_predictive(options) ? predictive_memory(options, batch)
                                  : critic_memory(options, batch);
  };
  infonce.factory = {[](const ObjectiveOptions& options) { return make_infonce<float>(options); },
                     [](const ObjectiveOptions& options) { return make_infonce<double>(options); }};
  return infonce;
}

}  // namespace infomax::objective
