// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "infomax/core/error.hpp"
#include "infomax/stats/summation.hpp"
#include "objective/list.hpp"
#include "objective/pair_critic.hpp"

// N: global rows. B: local rows. u_ij: the score of a_i and b_j. P: the mean over i of what is said
// of u_ii, Q: the mean over the N (N - 1) pairs i != j. sp(x) = ln(1 + e^x).

namespace infomax::objective {
namespace {

enum class Bound : std::uint8_t { jsd, dv, mine, nwj, smile, sigmoid };

struct SmileOptions {
  double clip = 5.0;
};

struct MineOptions {
  double decay = 0.9;
};

constexpr double initial_shift = -10.0;  // of sigmoid (Zhai et al. 2023)

ContrastiveOptions with_critic(const ObjectiveOptions& options) {
  ContrastiveOptions own = options.of<ContrastiveOptions>();
  own.critic = own.critic.value_or(default_critic(options.objective));
  return own;
}

/// The logarithm of a moving average of positive numbers that no number may hold themselves: of
/// those so far, the later the more, whatever their count is.
struct MovingLog {
  static constexpr std::size_t size = 2;  // numbers in the objective's parameters

  double log = 0.0;
  double weight = 0.0;  // 1 - decay^count

  [[nodiscard]] MovingLog after(double next, double decay) const {
    const double old_share = decay * weight;
    const double new_share = 1.0 - decay;
    const double top = weight > 0.0 ? std::max(log, next) : next;
    const double old_part = weight > 0.0 ? old_share * std::exp(log - top) : 0.0;
    const double sum = old_part + new_share * std::exp(next - top);
    return {top + std::log(sum / (old_share + new_share)), old_share + new_share};
  }
};

/// The bounds and losses that are a mean over pairs that belong together less a function of all
/// others:
///   jsd      2 ln 2 - P sp(-u) - Q sp(u)                 (Hjelm et al. 2019)
///   dv       P u - ln Q e^u                              (Donsker and Varadhan 1983)
///   mine     dv; in the gradient Q e^u is divided by its moving average over steps
///                                                        (Belghazi et al. 2018)
///   nwj      P u - Q e^(u - 1)                           (Nguyen, Wainwright and Jordan 2010)
///   smile    P u - ln Q e^clip(u); the gradient is that of jsd      (Song and Ermon 2020)
///   sigmoid  -P sp(-(u + s)) - (N - 1) Q sp(u + s), s learned       (Zhai et al. 2023)
template <math::Real T, Bound bound>
class PairBound final : public Objective<T> {
 public:
  explicit PairBound(const ObjectiveOptions& options)
      : needs_(needs_of(options)),
        name_(options.objective),
        clip_(options.of<SmileOptions>().clip),
        decay_(options.of<MineOptions>().decay),
        critic_(with_critic(options),
                bound == Bound::sigmoid ? std::optional(initial_shift) : std::nullopt),
        report_(options) {}

  [[nodiscard]] std::size_t parameter_count(std::size_t p, std::size_t q) const override {
    return critic_.parameter_count(p, q) + MovingLog::size * (bound == Bound::mine ? 1 : 0);
  }
  void initialize(std::span<T> parameters, std::size_t p, std::size_t q,
                  std::uint64_t seed) const override {
    const std::size_t of_critic = critic_.parameter_count(p, q);
    critic_.initialize(parameters.first(of_critic), p, q, seed);
    std::ranges::fill(parameters.subspan(of_critic), T{0});
  }
  void remember(std::span<T> parameters) override;

  /// Collective.
  [[nodiscard]] Value evaluate(const mpi::Communicator& communicator, const Batch<T>& batch,
                               const Gradients<T>& gradients) override;

 private:
  static constexpr bool is_logistic =
      bound == Bound::jsd || bound == Bound::smile || bound == Bound::sigmoid;

  /// What J says of the score of a pair that belongs together, and its derivative.
  [[nodiscard]] double positive(double score) const {
    return bound == Bound::jsd || bound == Bound::sigmoid ? -softplus_of(-score - critic_.shift())
                                                          : score;
  }
  [[nodiscard]] double positive_slope(double score) const {
    return is_logistic ? sigmoid_of(-score - critic_.shift()) : 1.0;
  }

  /// Collective. Writes what each local row of a sums over all other rows of b.
  void measure_others(const mpi::Communicator& communicator, const stats::RowParts* parts);

  /// J without its positive part, and the weight and the shift of the logarithm of its gradient.
  struct Others {
    double value = 0.0;
    double weight = 0.0;
    double log_sum = 0.0;
  };
  [[nodiscard]] Others value_of_others(double sum, double samples) const;

  /// Collective. Writes the gradients by the scored rows that are wanted.
  void differentiate(const mpi::Communicator& communicator, const Batch<T>& batch, double samples,
                     const Others& others, const Gradients<T>& gradients);

  /// The batch and gradients with those parameters alone that are the critic's.
  [[nodiscard]] Batch<T> batch_of_critic(const Batch<T>& batch) const;
  [[nodiscard]] Gradients<T> gradients_of_critic(const Gradients<T>& gradients) const;

  Needs needs_;
  std::string name_;
  double clip_;
  double decay_;
  MovingLog average_;  // of mine: of sum_ij e^u_ij, this batch's among them
  PairCritic<T> critic_;
  SideEntropies<T> report_;
  PairScores<T> scores_;
  double top_ = 0.0;              // of dv and nwj: what logarithms of sums are taken from
  Buffer<double> row_sums_;       // [B]
  Buffer<double> slopes_;         // [B], of J by the positive scores
  Buffer<double> row_gradients_;  // [B], sums of the derivatives of a row's scores
  stats::Summation summation_;
};

template <math::Real T, Bound bound>
void PairBound<T, bound>::measure_others(const mpi::Communicator& communicator,
                                         const stats::RowParts* parts) {
  const auto pairs = critic_.pairs(true, parts, true);
  top_ = 0.0;
  if constexpr (bound == Bound::jsd || bound == Bound::sigmoid) {
    scores_.softplus_sums(communicator, pairs, critic_.shift(), row_sums_);
  } else if constexpr (bound == Bound::smile) {
    scores_.clipped_exp_sums(communicator, pairs, clip_, row_sums_);
  } else {
    scores_.log_sums(communicator, pairs, row_sums_);
    constexpr double lowest = -std::numeric_limits<double>::max();
    double top = lowest;
    for (const double log_sum : row_sums_) {
      top = std::max(top, log_sum);  // a NaN comes through the sums
    }
    top_ = communicator.max(top);
    std::ranges::transform(row_sums_, row_sums_.begin(),
                           [&](double log_sum) { return std::exp(log_sum - top_); });
  }
}

template <math::Real T, Bound bound>
auto PairBound<T, bound>::value_of_others(double sum, double samples) const -> Others {
  if (samples < 2.0) {
    return {};  // there are no others
  }
  const double pairs = samples * (samples - 1.0);
  switch (bound) {
    case Bound::jsd:
      return {-sum / pairs, -1.0 / pairs, 0.0};
    case Bound::smile:
      return {-std::log(sum / pairs), -1.0 / pairs, 0.0};
    case Bound::sigmoid:
      return {-sum / samples, -1.0 / samples, 0.0};
    case Bound::nwj:
      return {-sum * std::exp(top_ - 1.0) / pairs, -1.0 / pairs, 1.0};
    case Bound::dv:
    case Bound::mine:
      break;
  }
  const double log_sum = top_ + std::log(sum);
  return {std::log(pairs) - log_sum, -1.0, log_sum};
}

template <math::Real T, Bound bound>
Batch<T> PairBound<T, bound>::batch_of_critic(const Batch<T>& batch) const {
  Batch<T> own = batch;
  if (bound == Bound::mine && !batch.parameters.empty()) {
    own.parameters = batch.parameters.first(batch.parameters.size() - MovingLog::size);
  }
  return own;
}

template <math::Real T, Bound bound>
Gradients<T> PairBound<T, bound>::gradients_of_critic(const Gradients<T>& gradients) const {
  Gradients<T> own = gradients;
  if (bound == Bound::mine && !gradients.parameters.empty()) {
    own.parameters = gradients.parameters.first(gradients.parameters.size() - MovingLog::size);
  }
  return own;
}

template <math::Real T, Bound bound>
void PairBound<T, bound>::remember(std::span<T> parameters) {
  if constexpr (bound == Bound::mine) {
    const auto own = parameters.last(MovingLog::size);
    own[0] = static_cast<T>(average_.log);
    own[1] = static_cast<T>(average_.weight);
  }
}

template <math::Real T, Bound bound>
Value PairBound<T, bound>::evaluate(const mpi::Communicator& communicator, const Batch<T>& batch,
                                    const Gradients<T>& gradients) {
  const stats::RowPairs<T>& rows = batch.rows;
  require(needs_, name_, {.p = rows.a.columns(), .q = rows.b.columns()});
  Value value = report_.measure(communicator, rows);
  critic_.read(batch_of_critic(batch));
  row_sums_.assign(rows.count(), 0.0);
  slopes_.resize(rows.count());
  row_gradients_.assign(rows.count(), 0.0);
  measure_others(communicator, rows.parts);
  std::array<double, 2> sums{};
  summation_.over(communicator, rows.parts, rows.count(), sums,
                  [&](std::size_t first, std::size_t count) {
                    for (std::size_t i = first; i < first + count; ++i) {
                      sums[0] += positive(critic_.positive(i));
                      sums[1] += row_sums_[i];
                    }
                  });
  const auto samples = static_cast<double>(std::max<std::uint64_t>(1, value.samples));
  Others others = value_of_others(sums[1], samples);
  if (bound == Bound::nwj && std::isinf(others.value)) {
    throw NumericError(fmt::format(
        "nwj is a mean of e^(u - 1), which no number holds for scores u of {:.4g}; choose `critic` "
        "cosine, a larger `temperature` or `objective` dv",
        top_));
  }
  constexpr double constant = bound == Bound::jsd ? 2.0 * std::numbers::ln2 : 0.0;
  value.objective = constant + sums[0] / samples + others.value;
  value.dependence = value.objective;
  if (bound == Bound::mine && samples > 1.0) {
    // ln Q and not ln of the sum, which grows with the batch.
    const double pairs = std::log(samples * (samples - 1.0));
    const MovingLog before = batch.parameters.empty()
                                 ? MovingLog{}
                                 : MovingLog{static_cast<double>(*(batch.parameters.end() - 2)),
                                             static_cast<double>(batch.parameters.back())};
    average_ = before.after(others.log_sum - pairs, decay_);
    others.log_sum = average_.log + pairs;
  }
  const Gradients<T> own = gradients_of_critic(gradients);
  differentiate(communicator, batch, samples, others, own);
  critic_.write_gradients(batch, row_gradients_, own);
  return value;
}

template <math::Real T, Bound bound>
void PairBound<T, bound>::differentiate(const mpi::Communicator& communicator,
                                        const Batch<T>& batch, double samples, const Others& others,
                                        const Gradients<T>& gradients) {
  for (std::size_t i = 0; i < slopes_.size(); ++i) {
    slopes_[i] = positive_slope(critic_.positive(i)) / samples;
  }
  std::ranges::fill(row_sums_, others.log_sum);
  const auto add = [&](bool /*of_a*/, const typename PairScores<T>::Rows& pairs,
                       MatrixView<T> gradient, MatrixView<T> other) {
    std::ranges::copy(slopes_, row_gradients_.begin());
    if constexpr (is_logistic) {
      scores_.add_logistic_gradient(communicator, pairs, others.weight, critic_.shift(), gradient,
                                    row_gradients_, other);
    } else {
      scores_.add_gradient(communicator, pairs, {.weight = others.weight, .log_sums = row_sums_},
                           gradient, other);
    }
  };
  critic_.differentiate(batch, slopes_, gradients, add, true);
}

template <Bound bound>
Description bound_description(const char* name, const char* help) {
  Description described{.name = name, .help = help};
  described.options = {contrastive_options(), histogram_options()};
  described.needs = [](const ObjectiveOptions& options) {
    ObjectiveOptions chosen = options;
    chosen.of<ContrastiveOptions>() = with_critic(options);
    return needs_of_critic(chosen);
  };
  described.check = check_critic;
  described.memory = critic_memory;
  described.factory = factory_of<PairBound<float, bound>, PairBound<double, bound>>();
  return described;
}

}  // namespace

Description describe_jsd() {
  return bound_description<Bound::jsd>(
      "jsd", "2 ln 2 - P sp(-u_ii) - Q sp(u_ij), sp(x) = ln(1 + e^x), Q over i != j");
}

Description describe_dv() {
  return bound_description<Bound::dv>("dv", "P u_ii - ln Q e^u_ij: Donsker and Varadhan's bound");
}

Description describe_mine() {
  Description mine = bound_description<Bound::mine>(
      "mine", "dv, with Q e^u_ij divided by its moving average over steps in the gradient");
  FieldTable<MineOptions> table;
  table.add("mine-decay", &MineOptions::decay, "D",
            "of mine: the share of the past in the moving average", from_to_below(0.0, 1.0));
  mine.ascends_itself = [](const ObjectiveOptions&) { return false; };
  mine.options.push_back(group_of(table));
  return mine;
}

Description describe_nwj() {
  return bound_description<Bound::nwj>(
      "nwj", "P u_ii - Q e^(u_ij - 1): the bound of Nguyen, Wainwright and Jordan");
}

Description describe_smile() {
  Description smile = bound_description<Bound::smile>(
      "smile", "P u_ii - ln Q e^clip(u_ij), trained by the gradient of jsd");
  FieldTable<SmileOptions> table;
  table.add("smile-clip", &SmileOptions::clip, "C",
            "scores of rows that do not belong together count from -C to C", above(0.0));
  smile.options.push_back(group_of(table));
  smile.ascends_itself = [](const ObjectiveOptions&) { return false; };
  return smile;
}

Description describe_sigmoid() {
  return bound_description<Bound::sigmoid>(
      "sigmoid", "-(1/N) sum_ij sp(-z_ij (u_ij + s)), z 1 where i = j, else -1; s is learned");
}

}  // namespace infomax::objective
