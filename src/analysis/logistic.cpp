// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/analysis/logistic.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "infomax/math/blas.hpp"
#include "infomax/math/elementwise.hpp"
#include "infomax/stats/tiles.hpp"

namespace infomax::analysis {
namespace {

/// The parameters of a regression on D features, cut into their parts.
template <class Number>
struct Parts {
  std::span<Number> weight;  // [D C]
  std::span<Number> bias;    // [C]

  Parts(std::span<Number> parameters, std::size_t classes)
      : weight(parameters.first(parameters.size() - classes)), bias(parameters.last(classes)) {}

  [[nodiscard]] MatrixView<Number> matrix() const {
    return {weight.data(), weight.size() / bias.size(), bias.size()};
  }
};

/// Where the probabilities of a row are, without the rounding errors of 1 - p where p is nearly 1.
struct Certainty {
  std::size_t likeliest = 0;  // class
  double rest = 0.0;          // 1 - p[likeliest]
  double log_sum = 0.0;       // ln sum_c exp(score_c - score[likeliest])
};

/// Makes p the softmax of itself.
Certainty softmax(std::span<double> p) {
  Certainty certainty;
  certainty.likeliest = static_cast<std::size_t>(std::ranges::max_element(p) - p.begin());
  const double largest = p[certainty.likeliest];
  double others = 0.0;
  for (std::size_t c = 0; c < p.size(); ++c) {
    p[c] = std::exp(p[c] - largest);
    others += c == certainty.likeliest ? 0.0 : p[c];
  }
  for (double& element : p) {
    element /= 1.0 + others;
  }
  certainty.rest = others / (1.0 + others);
  certainty.log_sum = std::log1p(others);
  return certainty;
}

/// Calls use(row, scores [C]) for each of the rows. The scores may be overwritten.
template <class Use>
void for_each_scored_row(const LogisticFit& fit, const ClassifiedRows& rows, const Use& use) {
  const Parts<const double> parts(fit.parameters, fit.classes);
  Buffer<double> scratch;
  Matrix<double> scores(std::min(stats::tile_rows, rows.x->rows()), fit.classes);
  const auto of_tile = [&](std::size_t first, std::size_t count) {
    const MatrixView<const double> x = rows.x->tile(first, count, scratch);
    const auto out = scores.view().row_range(0, count);
    math::gemm<double>(math::Transpose::no, math::Transpose::no, 1.0, x, parts.matrix(), 0.0, out);
    for (std::size_t i = 0; i < count; ++i) {
      const std::span<double> row = out.row(i);
      for (std::size_t c = 0; c < fit.classes; ++c) {
        row[c] += parts.bias[c];
      }
      use(first + i, row);
    }
  };
  stats::for_each_part(rows.parts, rows.x->rows(), [&](std::size_t first, std::size_t count) {
    stats::for_each_tile(first, count, rows.x->columns(), of_tile);
  });
}

}  // namespace

LogisticLoss::LogisticLoss(const mpi::Communicator& communicator, const ClassifiedRows& rows,
                           std::size_t classes, const FeatureScale& scale)
    : communicator_(communicator),
      rows_(rows),
      classes_(classes),
      scale_(&scale),
      samples_(static_cast<double>(communicator.sum(std::uint64_t{rows.x->rows()}))),
      penalty_(rows.x->columns(), 0.0),
      curvature_(classes, 0.0),
      weight_(rows.x->columns(), classes),
      both_(rows.x->columns(), 2 * classes),
      p_(classes) {}

MatrixView<const double> LogisticLoss::scaled_tile(std::size_t first, std::size_t count) {
  const std::size_t columns = rows_.x->columns();
  const MatrixView<const double> x = rows_.x->tile(first, count, raw_);
  scaled_.resize(std::max(scaled_.size(), count * columns));
  const MatrixView<double> z(scaled_.data(), count, columns);
  for (std::size_t i = 0; i < count; ++i) {
    math::shift_and_scale<double, double>(x.row(i).data(), scale_->shift, scale_->scale, z.row(i));
  }
  return z;
}

/// z W of one tile, without the bias: [tile rows, columns of W].
MatrixView<double> LogisticLoss::multiply_tile(MatrixView<const double> z,
                                               const Matrix<double>& weight) {
  logits_.resize(std::max(logits_.size(), z.rows() * weight.columns()));
  residual_.resize(std::max(residual_.size(), z.rows() * classes_));
  const MatrixView<double> logits(logits_.data(), z.rows(), weight.columns());
  math::gemm<double>(math::Transpose::no, math::Transpose::no, 1.0, z, weight.view(), 0.0, logits);
  return logits;
}

/// Returns a tile's sum of losses, and adds its derivatives to `gradient` [(D + 1) C] and its
/// curvatures to `curvature` [C].
double LogisticLoss::add_losses(std::size_t first, std::size_t count, std::span<const double> bias,
                                std::span<double> gradient, std::span<double> curvature) {
  const MatrixView<const double> z = scaled_tile(first, count);
  const MatrixView<double> logits = multiply_tile(z, weight_);
  const Parts<double> derivative(gradient, classes_);
  double loss = 0.0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::span<double> row = logits.row(i);
    const std::uint32_t label = rows_.labels[first + i];
    for (std::size_t c = 0; c < classes_; ++c) {
      row[c] += bias[c];
    }
    const double behind = *std::ranges::max_element(row) - row[label];
    const Certainty certainty = softmax(row);
    loss += certainty.log_sum + behind;
    for (std::size_t c = 0; c < classes_; ++c) {
      const double rest = c == certainty.likeliest ? certainty.rest : 1.0 - row[c];
      curvature[c] += row[c] * rest;
      row[c] = c == label ? -rest : row[c];
      derivative.bias[c] += row[c];
    }
  }
  math::gemm<double>(math::Transpose::yes, math::Transpose::no, 1.0, z, logits, 1.0,
                     derivative.matrix());
  return loss;
}

double LogisticLoss::operator()(std::span<const double> parameters, std::span<double> gradient) {
  const Parts<const double> at(parameters, classes_);
  std::ranges::copy(at.weight, weight_.span().begin());
  sums_.resize(1 + parameters.size() + classes_);
  const std::span<double> sums(sums_);
  const auto derivative = sums.subspan(1, parameters.size());
  const auto curvature = sums.last(classes_);
  summation_.over(communicator_, rows_.parts, rows_.x->rows(), sums,
                  [&](std::size_t part, std::size_t rows) {
                    stats::for_each_tile(
                        part, rows, rows_.x->columns(), [&](std::size_t first, std::size_t count) {
                          sums[0] += add_losses(first, count, at.bias, derivative, curvature);
                        });
                  });
  double f = sums[0] / samples_;
  std::ranges::transform(derivative, gradient.begin(),
                         [this](double sum) { return sum / samples_; });
  std::ranges::transform(curvature, curvature_.begin(),
                         [this](double sum) { return sum / samples_; });
  for (std::size_t k = 0; k < at.weight.size(); ++k) {
    const double penalised = penalty_[k / classes_] * at.weight[k];
    f += 0.5 * penalised * at.weight[k];
    gradient[k] += penalised;
  }
  return f;
}

/// Adds to `product` [(D + 1) C] what a tile contributes to N times the Hessian times a direction:
/// with t_i = z_i V + v, the row z_i times p_i (t_i - p_i t_i).
void LogisticLoss::add_products(std::size_t first, std::size_t count, std::span<const double> bias,
                                std::span<const double> bias_direction, std::span<double> product) {
  const MatrixView<const double> z = scaled_tile(first, count);
  const MatrixView<double> logits = multiply_tile(z, both_);
  const MatrixView<double> residual(residual_.data(), count, classes_);
  const Parts<double> out(product, classes_);
  const std::span<double> p(p_);
  for (std::size_t i = 0; i < count; ++i) {
    const std::span<const double> score = logits.row(i).first(classes_);
    const std::span<double> change = logits.row(i).last(classes_);
    for (std::size_t c = 0; c < classes_; ++c) {
      p[c] = score[c] + bias[c];
      change[c] += bias_direction[c];
    }
    // Relative to the likeliest class, whose own change is that of the others together.
    const std::size_t likeliest = softmax(p).likeliest;
    const double base = change[likeliest];
    double mean = 0.0;
    for (std::size_t c = 0; c < classes_; ++c) {
      mean += p[c] * (change[c] - base);
    }
    double others = 0.0;
    for (std::size_t c = 0; c < classes_; ++c) {
      residual(i, c) = p[c] * (change[c] - base - mean);
      others += c == likeliest ? 0.0 : residual(i, c);
    }
    residual(i, likeliest) = -others;
    for (std::size_t c = 0; c < classes_; ++c) {
      out.bias[c] += residual(i, c);
    }
  }
  math::gemm<double>(math::Transpose::yes, math::Transpose::no, 1.0, z, residual, 1.0,
                     out.matrix());
}

void LogisticLoss::multiply_by_hessian(std::span<const double> parameters,
                                       std::span<const double> direction,
                                       std::span<double> product) {
  const Parts<const double> at(parameters, classes_);
  const Parts<const double> along(direction, classes_);
  for (std::size_t j = 0; j < both_.rows(); ++j) {
    const std::span<double> row = both_.view().row(j);
    std::ranges::copy(at.matrix().row(j), row.begin());
    std::ranges::copy(along.matrix().row(j), row.last(classes_).begin());
  }
  sums_.resize(parameters.size());
  const std::span<double> sums(sums_);
  summation_.over(communicator_, rows_.parts, rows_.x->rows(), sums,
                  [&](std::size_t part, std::size_t rows) {
                    stats::for_each_tile(part, rows, rows_.x->columns(),
                                         [&](std::size_t first, std::size_t count) {
                                           add_products(first, count, at.bias, along.bias, sums);
                                         });
                  });
  std::ranges::transform(sums, product.begin(), [this](double sum) { return sum / samples_; });
  for (std::size_t k = 0; k < along.weight.size(); ++k) {
    product[k] += penalty_[k / classes_] * along.weight[k];
  }
}

std::vector<std::uint32_t> predict(const LogisticFit& fit, const ClassifiedRows& rows) {
  std::vector<std::uint32_t> classes(rows.x->rows());
  for_each_scored_row(fit, rows, [&](std::size_t i, std::span<const double> scores) {
    classes[i] = static_cast<std::uint32_t>(std::ranges::max_element(scores) - scores.begin());
  });
  return classes;
}

LossSum log_loss(const mpi::Communicator& communicator, const LogisticFit& fit,
                 const ClassifiedRows& rows) {
  Buffer<double> losses(rows.x->rows());  // [B], negative where the class is unseen
  for_each_scored_row(fit, rows, [&](std::size_t i, std::span<double> scores) {
    const double behind = *std::ranges::max_element(scores) - scores[rows.labels[i]];
    losses[i] = std::isinf(behind) ? -1.0 : softmax(scores).log_sum + behind;
  });
  std::array<double, 2> sums{};
  stats::Summation summation;
  summation.over(communicator, rows.parts, losses.size(), sums,
                 [&](std::size_t first, std::size_t count) {
                   for (const double loss : std::span(losses).subspan(first, count)) {
                     sums[0] += std::max(0.0, loss);
                     sums[1] += loss < 0.0 ? 0.0 : 1.0;
                   }
                 });
  return {sums[0], sums[1]};
}

}  // namespace infomax::analysis
