// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "infomax/core/error.hpp"
#include "infomax/stats/summation.hpp"
#include "objective/contrastive.hpp"
#include "objective/list.hpp"
#include "objective/own_network.hpp"

// N: global samples. B: local samples. q: columns of either side.

namespace infomax::objective {
namespace {

constexpr std::uint64_t predictor_network = 110;  // unlike those of other objectives

struct SimSiamOptions {
  std::optional<std::string> predictor;
};

struct ByolOptions {
  double target_decay = 0.99;
};

std::string predictor_of(const SimSiamOptions& options, std::size_t q) {
  return options.predictor.value_or(fmt::format("dense:512,layernorm,relu,dense:{}", q));
}

/// h, which must make as many columns as it is given.
template <math::Real T>
OwnNetwork<T> make_predictor(const SimSiamOptions& options, std::size_t q) {
  OwnNetwork<T> network("predictor", predictor_of(options, q), q);
  if (network.outputs() != q) {
    throw UsageError(fmt::format(
        "`predictor` makes {} columns of {}: it is compared with the other side, so end it in "
        "dense:{}",
        network.outputs(), q, q));
  }
  return network;
}

/// The cosine of two rows, 0 where one of them is, and its derivative by the first, times `weight`,
/// to `gradient` unless that is empty.
template <math::Real T>
double cosine(std::span<const T> x, std::span<const T> y, double weight, std::span<T> gradient) {
  const double norm_x = std::sqrt(score_of<T>(x, x, 1.0));
  const double norm_y = std::sqrt(score_of<T>(y, y, 1.0));
  const double norms = norm_x * norm_y;
  const double value = norms == 0.0 ? 0.0 : score_of<T>(x, y, 1.0) / norms;  // NaN stays NaN
  for (std::size_t j = 0; j < gradient.size(); ++j) {
    const double along = value * static_cast<double>(x[j]) / norm_x;
    gradient[j] =
        norms == 0.0
            ? T{0}
            : static_cast<T>(weight / norm_x * (static_cast<double>(y[j]) / norm_y - along));
  }
  return value;
}

/// J = (1/2N) sum_i [cos(h(a_i), b'_i) + cos(h(b_i), a'_i)], h the predictor. What a prediction is
/// compared with is held constant: of simsiam the sides a' = a, b' = b themselves (Chen and He
/// 2021), so that its gradient is not that of J; of byol what a moving average of the encoder makes
/// of the same rows (Grill et al. 2020).
template <math::Real T, bool has_target>
class Predicting final : public Objective<T> {
 public:
  explicit Predicting(const ObjectiveOptions& options)
      : options_(options.of<SimSiamOptions>()),
        decay_(options.of<ByolOptions>().target_decay),
        needs_(needs_of(options)),
        name_(options.objective),
        report_(options) {}

  [[nodiscard]] std::optional<double> target_decay() const override {
    return has_target ? std::optional(decay_) : std::nullopt;
  }
  [[nodiscard]] std::size_t parameter_count(std::size_t /*p*/, std::size_t q) const override {
    return make_predictor<T>(options_, q).parameter_count();
  }
  void initialize(std::span<T> parameters, std::size_t /*p*/, std::size_t q,
                  std::uint64_t seed) const override {
    make_predictor<T>(options_, q).initialize(parameters, seed, predictor_network);
  }

  /// Collective.
  [[nodiscard]] Value evaluate(const mpi::Communicator& communicator, const Batch<T>& batch,
                               const Gradients<T>& gradients) override;

 private:
  /// One side, and the predictor of its rows.
  struct Predicted {
    std::optional<OwnNetwork<T>> network;
    ScoredRows<T> reader;
    Matrix<T> rows;          // [B, q]
    Matrix<T> target;        // [B, q], what the target network makes of the same rows
    Matrix<T> gradient;      // by what the predictor makes of them
    Matrix<T> by_rows;       // of a side whose gradient nobody reads
    Buffer<double> cosines;  // [B], with the other side
  };

  void read(Predicted& side, const stats::RowSource<T>& source, const stats::RowSource<T>* target);
  void compare(Predicted& side, const Predicted& other, const Batch<T>& batch,
               std::span<const T> parameters, double weight);

  SimSiamOptions options_;
  double decay_;
  Needs needs_;
  std::string name_;
  SideEntropies<T> report_;
  Predicted a_;
  Predicted b_;
  Buffer<T> parameters_;
  Buffer<T> unwanted_;
  stats::Summation summation_;
};

template <math::Real T, bool has_target>
void Predicting<T, has_target>::read(Predicted& side, const stats::RowSource<T>& source,
                                     const stats::RowSource<T>* target) {
  const std::size_t q = source.columns();
  if (!side.network || side.network->inputs() != q) {
    side.network.emplace(make_predictor<T>(options_, q));
  }
  for (Matrix<T>* const each : {&side.rows, &side.gradient, &side.by_rows}) {
    each->resize(source.rows(), q);
  }
  side.cosines.resize(source.rows());
  side.reader.read(source, false, side.rows.view());
  if (target != nullptr) {
    side.target.resize(source.rows(), q);
    side.reader.read(*target, false, side.target.view());
  }
}

template <math::Real T, bool has_target>
void Predicting<T, has_target>::compare(Predicted& side, const Predicted& other,
                                        const Batch<T>& batch, std::span<const T> parameters,
                                        double weight) {
  const auto fill = [&side](std::size_t first, MatrixView<T> inputs) {
    std::copy_n(side.rows.view().row(first).data(), inputs.size(), inputs.data());
  };
  const Matrix<T>& held = has_target ? other.target : other.rows;
  const auto predicted =
      side.network->forward(parameters, fill, side.rows.rows(), batch.rows.parts);
  for (std::size_t i = 0; i < side.rows.rows(); ++i) {
    side.cosines[i] =
        cosine<T>(predicted.row(i), held.view().row(i), weight, side.gradient.view().row(i));
  }
}

template <math::Real T, bool has_target>
Value Predicting<T, has_target>::evaluate(const mpi::Communicator& communicator,
                                          const Batch<T>& batch, const Gradients<T>& gradients) {
  const stats::RowPairs<T>& rows = batch.rows;
  const std::size_t q = rows.b.columns();
  require(needs_, name_,
          {.p = rows.a.columns(),
           .q = q,
           .tapped_features = has_target ? batch.tapped.size() : needs_.tapped_features});
  Value value = report_.measure(communicator, rows);
  const auto samples = static_cast<double>(std::max<std::uint64_t>(1, value.samples));
  std::span<const T> parameters = batch.parameters;
  if (parameters.empty()) {
    parameters_.resize(parameter_count(q, q));
    initialize(parameters_, q, q, 0);
    parameters = parameters_;
  }
  read(a_, rows.a, has_target ? batch.tapped[0] : nullptr);
  read(b_, rows.b, has_target ? batch.tapped[1] : nullptr);
  const double weight = 0.5 / samples;
  compare(a_, b_, batch, parameters, weight);
  compare(b_, a_, batch, parameters, weight);
  std::array<double, 1> sums{};
  summation_.over(communicator, rows.parts, rows.count(), sums,
                  [&](std::size_t first, std::size_t count) {
                    for (std::size_t i = first; i < first + count; ++i) {
                      sums[0] += a_.cosines[i] + b_.cosines[i];
                    }
                  });
  value.objective = weight * sums[0];
  value.dependence = value.objective;
  OwnGradient<T> own{gradients.parameters, gradients.exact_parameters, 0};
  if (own.gradient.empty()) {
    unwanted_.resize(parameters.size());
    own = {std::span<T>(unwanted_)};
  }
  const bool learns = !gradients.parameters.empty();
  for (const auto& [side, wanted] : {std::pair{&a_, gradients.a}, std::pair{&b_, gradients.b}}) {
    if (learns || wanted.columns() > 0) {
      side->network->backward(parameters, side->gradient.view(), own,
                              wanted.columns() > 0 ? wanted : side->by_rows.view());
    }
  }
  return value;
}

template <bool has_target>
Description predicting_description(const char* name, const char* help) {
  Description described{.name = name, .help = help};
  FieldTable<SimSiamOptions> table;
  table.add(
      "predictor", &SimSiamOptions::predictor, "SPEC",
      "of byol and simsiam: the network h, which makes as many columns as it is given; unset: "
      "dense:512,layernorm,relu and a dense layer");
  described.options = {group_of(table), histogram_options()};
  described.needs = [](const ObjectiveOptions&) {
    return Needs{.equal_columns = true,
                 .both_encoded = true,
                 .tapped_features = has_target ? 2U : 0U,
                 .target_network = has_target};
  };
  described.ascends_itself = [](const ObjectiveOptions&) { return false; };
  described.factory = factory_of<Predicting<float, has_target>, Predicting<double, has_target>>();
  return described;
}

}  // namespace

Description describe_byol() {
  Description byol = predicting_description<true>(
      "byol",
      "mean cos(h(a_i), b'_i) of both sides by turns, h a predictor, b' by a moving average of "
      "the encoder");
  FieldTable<ByolOptions> table;
  table.add("target-decay", &ByolOptions::target_decay, "D",
            "of byol: the share of itself that the moving average of the encoder keeps at a step",
            from_to_below(0.0, 1.0));
  byol.options.push_back(group_of(table));
  return byol;
}

Description describe_simsiam() {
  return predicting_description<false>(
      "simsiam",
      "mean cos(h(a_i), b_i) of both sides by turns, h a predictor, and what it is compared "
      "with held constant");
}

}  // namespace infomax::objective
