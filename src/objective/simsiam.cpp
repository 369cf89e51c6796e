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

constexpr const char* simsiam_name = "simsiam";
constexpr std::uint64_t predictor_network = 110;  // unlike those of other objectives

struct SimSiamOptions {
  std::optional<std::string> predictor;
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

/// J = (1/2N) sum_i [cos(h(a_i), b_i) + cos(h(b_i), a_i)], h the predictor. Its gradient takes what
/// a predictor is compared with as constant (Chen and He 2021), so that it is not the gradient of
/// J.
template <math::Real T>
class SimSiam final : public Objective<T> {
 public:
  explicit SimSiam(const ObjectiveOptions& options)
      : options_(options.of<SimSiamOptions>()), needs_(needs_of(options)), report_(options) {}

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
    Matrix<T> gradient;      // by what the predictor makes of them
    Matrix<T> by_rows;       // of a side whose gradient nobody reads
    Buffer<double> cosines;  // [B], with the other side
  };

  void read(Predicted& side, const stats::RowSource<T>& source);
  void compare(Predicted& side, const Predicted& other, const Batch<T>& batch,
               std::span<const T> parameters, double weight);

  SimSiamOptions options_;
  Needs needs_;
  SideEntropies<T> report_;
  Predicted a_;
  Predicted b_;
  Buffer<T> parameters_;
  Buffer<T> unwanted_;
  stats::Summation summation_;
};

template <math::Real T>
void SimSiam<T>::read(Predicted& side, const stats::RowSource<T>& source) {
  const std::size_t q = source.columns();
  if (!side.network || side.network->inputs() != q) {
    side.network.emplace(make_predictor<T>(options_, q));
  }
  if (side.rows.rows() != source.rows() || side.rows.columns() != q) {
    side.rows = Matrix<T>(source.rows(), q);
    side.gradient = Matrix<T>(source.rows(), q);
    side.by_rows = Matrix<T>(source.rows(), q);
  }
  side.cosines.resize(source.rows());
  side.reader.read(source, false, side.rows.view());
}

template <math::Real T>
void SimSiam<T>::compare(Predicted& side, const Predicted& other, const Batch<T>& batch,
                         std::span<const T> parameters, double weight) {
  const auto fill = [&side](std::size_t first, MatrixView<T> inputs) {
    std::copy_n(side.rows.view().row(first).data(), inputs.size(), inputs.data());
  };
  const auto predicted =
      side.network->forward(parameters, fill, side.rows.rows(), batch.rows.parts);
  for (std::size_t i = 0; i < side.rows.rows(); ++i) {
    side.cosines[i] = cosine<T>(predicted.row(i), std::as_const(other.rows).view().row(i), weight,
                                side.gradient.view().row(i));
  }
}

template <math::Real T>
Value SimSiam<T>::evaluate(const mpi::Communicator& communicator, const Batch<T>& batch,
                           const Gradients<T>& gradients) {
  const stats::RowPairs<T>& rows = batch.rows;
  const std::size_t q = rows.b.columns();
  require(needs_, simsiam_name, {.p = rows.a.columns(), .q = q});
  Value value = report_.measure(communicator, rows);
  const auto samples = static_cast<double>(std::max<std::uint64_t>(1, value.samples));
  std::span<const T> parameters = batch.parameters;
  if (parameters.empty()) {
    parameters_.resize(parameter_count(q, q));
    initialize(parameters_, q, q, 0);
    parameters = parameters_;
  }
  read(a_, rows.a);
  read(b_, rows.b);
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

}  // namespace

Description describe_simsiam() {
  Description simsiam{.name = simsiam_name,
                      .help =
                          "mean cos(h(a_i), b_i) of both sides by turns, h a predictor, and what "
                          "it is compared with held constant"};
  FieldTable<SimSiamOptions> table;
  table.add("predictor", &SimSiamOptions::predictor, "SPEC",
            "of simsiam: the network h, which makes as many columns as it is given; unset: "
            "dense:512,layernorm,relu and a dense layer");
  simsiam.options = {group_of(table), histogram_options()};
  simsiam.needs = [](const ObjectiveOptions&) {
    return Needs{.equal_columns = true, .both_encoded = true};
  };
  simsiam.ascends_itself = [](const ObjectiveOptions&) { return false; };
  simsiam.factory = factory_of<SimSiam<float>, SimSiam<double>>();
  return simsiam;
}

}  // namespace infomax::objective
