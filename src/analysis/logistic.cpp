// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/analysis/logistic.hpp"

#include <algorithm>
#include <cmath>

#include "infomax/math/elementwise.hpp"

namespace infomax::analysis {
namespace {

/// The parameters of a regression on D features, cut into their parts.
template <class Number>
struct Parts {
  std::span<Number> weight;  // [D C]
  std::span<Number> bias;    // [C]

  Parts(std::span<Number> parameters, std::size_t classes)
      : weight(parameters.first(parameters.size() - classes)), bias(parameters.last(classes)) {}
};

template <class T>
Matrix<T> narrowed(std::span<const double> weight, std::size_t classes) {
  Matrix<T> narrow(weight.size() / classes, classes);
  std::ranges::transform(weight, narrow.span().begin(),
                         [](double element) { return static_cast<T>(element); });
  return narrow;
}

/// x W of one tile, [tile rows, C], without the bias.
template <math::Real T>
MatrixView<T> multiply(MatrixView<const T> x, const Matrix<T>& weight, Buffer<T>& room) {
  room.resize(std::max(room.size(), x.rows() * weight.columns()));
  const MatrixView<T> logits(room.data(), x.rows(), weight.columns());
  math::gemm<T>(math::Transpose::no, math::Transpose::no, T{1}, x, weight.view(), T{0}, logits);
  return logits;
}

}  // namespace

template <math::Real T>
LogisticLoss<T>::LogisticLoss(const mpi::Communicator& communicator, const ClassifiedRows<T>& rows,
                              std::size_t classes, double l2)
    : communicator_(communicator),
      rows_(rows),
      classes_(classes),
      l2_(l2),
      samples_(static_cast<double>(communicator.sum(std::uint64_t{rows.x->rows()}))),
      tile_gradient_(rows.x->columns(), classes) {}

/// Returns the tile's sum of losses and adds its derivatives to `gradient` [(D + 1) C].
template <math::Real T>
double LogisticLoss<T>::add_tile(const data::Tile& tile, std::span<const double> bias,
                                 std::span<double> gradient) {
  const MatrixView<const T> x = rows_.x->tile(tile.first, tile.count, scratch_);
  const MatrixView<T> residual = multiply<T>(x, weight_, residual_);
  const Parts<double> derivative(gradient, classes_);
  Buffer<double> p(classes_);
  double loss = 0.0;
  for (std::size_t i = 0; i < tile.count; ++i) {
    const std::span<T> row = residual.row(i);
    const std::uint32_t label = rows_.labels[tile.first + i];
    for (std::size_t c = 0; c < classes_; ++c) {
      p[c] = static_cast<double>(row[c]) + bias[c];
    }
    const double own = p[label];
    const double largest = *std::ranges::max_element(p);
    double sum = 0.0;
    for (double& element : p) {
      element = std::exp(element - largest);
      sum += element;
    }
    loss += std::log(sum) + largest - own;
    for (std::size_t c = 0; c < classes_; ++c) {
      const double difference = p[c] / sum - (c == label ? 1.0 : 0.0);
      derivative.bias[c] += difference;
      row[c] = static_cast<T>(difference);
    }
  }
  math::gemm<T>(math::Transpose::yes, math::Transpose::no, T{1}, x, residual, T{0},
                tile_gradient_.view());
  math::accumulate<T>(tile_gradient_.span(), derivative.weight);
  return loss;
}

template <math::Real T>
double LogisticLoss<T>::operator()(std::span<const double> parameters, std::span<double> gradient) {
  const Parts<const double> at(parameters, classes_);
  weight_ = narrowed<T>(at.weight, classes_);
  sums_.assign(1 + parameters.size(), 0.0);
  const std::span<double> derivative = std::span(sums_).subspan(1);
  for (const data::Tile& tile : rows_.tiles) {
    sums_[0] += add_tile(tile, at.bias, derivative);
  }
  communicator_.sum(std::span<double>(sums_));
  double f = sums_[0] / samples_;
  std::ranges::transform(derivative, gradient.begin(),
                         [this](double sum) { return sum / samples_; });
  for (std::size_t i = 0; i < at.weight.size(); ++i) {
    f += 0.5 * l2_ * at.weight[i] * at.weight[i];
    gradient[i] += l2_ * at.weight[i];
  }
  return f;
}

template <math::Real T>
LogisticFit fit_logistic(const mpi::Communicator& communicator, const ClassifiedRows<T>& rows,
                         std::size_t classes, double l2, const optim::SearchOptions& options,
                         const optim::SearchWatcher& watcher) {
  LogisticLoss<T> loss(communicator, rows, classes, l2);
  LogisticFit fit{classes, Buffer<double>(loss.parameter_count(), 0.0), {}};
  fit.outcome = optim::minimise(
      communicator, fit.parameters,
      [&](std::span<const double> at, std::span<double> gradient) { return loss(at, gradient); },
      options, watcher);
  return fit;
}

template <math::Real T>
std::vector<std::uint32_t> predict(const LogisticFit& fit, const ClassifiedRows<T>& rows) {
  const Parts<const double> parts(fit.parameters, fit.classes);
  const Matrix<T> weight = narrowed<T>(parts.weight, fit.classes);
  std::vector<std::uint32_t> classes(rows.x->rows());
  Buffer<T> scratch;
  Buffer<T> room;
  for (const data::Tile& tile : rows.tiles) {
    const MatrixView<const T> x = rows.x->tile(tile.first, tile.count, scratch);
    const MatrixView<T> logits = multiply<T>(x, weight, room);
    for (std::size_t i = 0; i < tile.count; ++i) {
      const auto score = [&](std::size_t c) {
        return static_cast<double>(logits(i, c)) + parts.bias[c];
      };
      std::uint32_t best = 0;
      for (std::uint32_t c = 1; c < fit.classes; ++c) {
        best = score(c) > score(best) ? c : best;
      }
      classes[tile.first + i] = best;
    }
  }
  return classes;
}

#define INFOMAX_INSTANTIATE(T)                                                             \
  template class LogisticLoss<T>;                                                          \
  template LogisticFit fit_logistic<T>(const mpi::Communicator&, const ClassifiedRows<T>&, \
                                       std::size_t, double, const optim::SearchOptions&,   \
                                       const optim::SearchWatcher&);                       \
  template std::vector<std::uint32_t> predict<T>(const LogisticFit&, const ClassifiedRows<T>&);
INFOMAX_INSTANTIATE(float)
INFOMAX_INSTANTIATE(double)
#undef INFOMAX_INSTANTIATE

}  // namespace infomax::analysis
