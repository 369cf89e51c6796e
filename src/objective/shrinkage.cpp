// SPDX-License-Identifier: BSD-3-Clause
#include "objective/shrinkage.hpp"

#include <algorithm>

namespace infomax::objective {
namespace {

double squares(const Matrix<double>& matrix) {
  double sum = 0.0;
  for (const double element : matrix.span()) {
    sum += element * element;
  }
  return sum;
}

double trace(const Matrix<double>& matrix) {
  double sum = 0.0;
  for (std::size_t j = 0; j < matrix.rows(); ++j) {
    sum += matrix(j, j);
  }
  return sum;
}

}  // namespace

ShrunkCovariance::ShrunkCovariance(const Matrix<double>& covariance, std::size_t columns,
                                   double fourth, double samples)
    : covariance_(&covariance),
      samples_(std::max(1.0, samples)),
      columns_(static_cast<double>(columns)),
      mean_variance_(trace(covariance) / columns_),
      shrunk_(covariance) {
  for (std::size_t j = 0; j < shrunk_.rows(); ++j) {
    shrunk_(j, j) -= mean_variance_;
  }
  const double beyond = columns_ - static_cast<double>(shrunk_.rows());
  distance_ = squares(shrunk_) + beyond * mean_variance_ * mean_variance_;
  const double error = std::max(0.0, (fourth - squares(covariance)) / samples_);
  clipped_ = error >= distance_;
  intensity_ = clipped_ ? 1.0 : error / distance_;
  for (double& element : shrunk_.span()) {
    element *= 1.0 - intensity_;
  }
  for (std::size_t j = 0; j < shrunk_.rows(); ++j) {
    shrunk_(j, j) += mean_variance_;
  }
}

double ShrunkCovariance::differentiate(Matrix<double>& derivative) const {
  const Matrix<double>& c = *covariance_;
  const std::size_t p = c.rows();
  const double all = trace(derivative);
  double by_intensity = mean_variance_ * all;  // sum of dJ/dC* times m I - C
  for (std::size_t k = 0; k < c.size(); ++k) {
    by_intensity -= derivative.span()[k] * c.span()[k];
  }
  const double by_ratio = clipped_ ? 0.0 : by_intensity / distance_;
  const double of_covariance = -2.0 * by_ratio * (1.0 / samples_ + intensity_);
  for (std::size_t k = 0; k < c.size(); ++k) {
    derivative.span()[k] = (1.0 - intensity_) * derivative.span()[k] + of_covariance * c.span()[k];
  }
  const double on_diagonal =
      intensity_ * all / columns_ + 2.0 * by_ratio * intensity_ * mean_variance_;
  for (std::size_t j = 0; j < p; ++j) {
    derivative(j, j) += on_diagonal;
  }
  return by_ratio / samples_;
}

}  // namespace infomax::objective
