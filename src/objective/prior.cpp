// SPDX-License-Identifier: BSD-3-Clause
#include "objective/prior.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "infomax/core/random.hpp"
#include "infomax/math/elementwise.hpp"
#include "objective/contrastive.hpp"

namespace infomax::objective {
namespace {

constexpr const char* discriminator = "dense:1000,relu,dense:200,relu,dense:1";
constexpr std::uint64_t discriminator_network = 106;  // unlike those of critics

template <math::Real T>
OwnNetwork<T> network_of(std::size_t q) {
  return OwnNetwork<T>("dim-prior-by", discriminator, q);
}

HistogramOptions unit_range(std::size_t bins) {
  return {bins, *FieldText<stats::HistogramRange>::parse("fixed:0,1")};
}

}  // namespace

template <math::Real T>
PriorTerm<T>::PriorTerm(Prior prior, double weight, std::size_t bins)
    : prior_(prior),
      weight_(weight),
      log_bins_(std::log(static_cast<double>(bins))),
      moment_pass_(stats::MomentNeeds{}),
      entropy_(unit_range(bins), 0.0, -weight) {}

template <math::Real T>
std::size_t PriorTerm<T>::parameter_count(std::size_t q) const {
  return has_network() ? own_parameter_count(discriminator, q) : 0;
}

template <math::Real T>
void PriorTerm<T>::initialize(std::span<T> parameters, std::size_t q, std::uint64_t seed) const {
  if (has_network()) {
    network_of<T>(q).initialize(parameters, seed, discriminator_network);
  }
}

template <math::Real T>
double PriorTerm<T>::measure(const mpi::Communicator& communicator, MatrixView<const T> y,
                             const stats::RowParts* parts, std::span<const std::uint64_t> numbers,
                             std::span<const T> parameters, bool wants_gradient) {
  if (weight_ == 0.0) {
    return 0.0;
  }
  squashed_.resize(y.rows(), y.columns());
  gradient_.resize(y.rows(), y.columns());
  for (std::size_t i = 0; i < y.rows(); ++i) {
    std::ranges::copy(y.row(i), squashed_.view().row(i).begin());
  }
  math::add_bias_and_activate(math::Activation::sigmoid, std::span<const T>{}, squashed_.view());
  parts_ = parts;
  numbers_ = numbers;
  return has_network() ? measure_discriminator(communicator, parameters)
                       : measure_entropy(communicator, wants_gradient);
}

template <math::Real T>
double PriorTerm<T>::measure_entropy(const mpi::Communicator& communicator, bool wants_gradient) {
  const stats::MatrixRows<T> source(std::as_const(squashed_).view());
  const stats::RowPairs<T> rows{source, source, parts_};
  const stats::Means& means = mean_pass_.measure(communicator, rows, false);
  const stats::SecondMoments& moments = moment_pass_.measure(communicator, rows, means);
  return entropy_.measure(communicator, rows, means, moments, false, wants_gradient).b - log_bins_;
}

template <math::Real T>
double PriorTerm<T>::measure_discriminator(const mpi::Communicator& communicator,
                                           std::span<const T> parameters) {
  const std::size_t rows = squashed_.rows();
  const std::size_t q = squashed_.columns();
  if (of_outputs_ == nullptr || of_outputs_->inputs() != q) {
    of_outputs_ = std::make_unique<OwnNetwork<T>>(network_of<T>(q));
    of_uniform_ = std::make_unique<OwnNetwork<T>>(network_of<T>(q));
  }
  const auto outputs = [this](std::size_t first, MatrixView<T> inputs) {
    std::copy_n(squashed_.view().row(first).data(), inputs.size(), inputs.data());
  };
  const auto uniform = [this](std::size_t first, MatrixView<T> inputs) {
    for (std::size_t k = 0; k < inputs.rows(); ++k) {
      const CounterRandom random(0, RandomStream::prior, numbers_[first + k]);
      for (std::size_t j = 0; j < inputs.columns(); ++j) {
        inputs(k, j) = static_cast<T>(random.uniform(j));
      }
    }
  };
  scores_.resize(rows, 1);
  uniform_scores_.resize(rows, 1);
  slopes_.resize(rows, 1);
  std::copy_n(of_outputs_->forward(parameters, outputs, rows, parts_).data(), rows, scores_.data());
  std::copy_n(of_uniform_->forward(parameters, uniform, rows, parts_).data(), rows,
              uniform_scores_.data());
  std::array<double, 2> sums{};
  summation_.over(communicator, parts_, rows, sums, [&](std::size_t first, std::size_t count) {
    for (std::size_t i = first; i < first + count; ++i) {
      sums[0] -= softplus_of(-static_cast<double>(scores_.view()(i, 0)));
      sums[1] += 1.0;
    }
  });
  samples_ = std::max(1.0, sums[1]);
  return sums[0] / samples_;
}

template <math::Real T>
void PriorTerm<T>::add_gradient(std::span<const T> parameters, MatrixView<T> dy,
                                const OwnGradient<T>& own) {
  if (weight_ == 0.0) {
    return;
  }
  const std::size_t rows = squashed_.rows();
  if (has_network()) {
    // Not what D itself loses by the outputs, whose slope vanishes where D tells them well.
    for (std::size_t i = 0; i < rows; ++i) {
      const auto score = static_cast<double>(scores_.view()(i, 0));
      slopes_.view()(i, 0) = static_cast<T>(weight_ / samples_ * sigmoid_of(-score));
    }
    unwanted_.assign(of_outputs_->parameter_count(), T{0});
    of_outputs_->backward(parameters, slopes_.view(), {std::span<T>(unwanted_)}, gradient_.view());
    if (!own.gradient.empty()) {
      teach(parameters, own);
    }
  } else if (dy.columns() > 0) {
    std::fill_n(gradient_.data(), gradient_.size(), T{0});
    const stats::MatrixRows<T> source(std::as_const(squashed_).view());
    entropy_.add_gradient({source, source, parts_}, {{}, gradient_.view()});
  }
  for (std::size_t i = 0; dy.columns() > 0 && i < rows; ++i) {
    for (std::size_t j = 0; j < dy.columns(); ++j) {
      const T s = squashed_.view()(i, j);
      dy(i, j) += gradient_.view()(i, j) * s * (T{1} - s);
    }
  }
}

/// Adds the gradient by D's parameters of what D maximises.
template <math::Real T>
void PriorTerm<T>::teach(std::span<const T> parameters, const OwnGradient<T>& own) {
  const auto slope = [this](const Matrix<T>& scores, std::size_t i, double sign) {
    const auto score = static_cast<double>(scores.view()(i, 0));
    return static_cast<T>(sign * weight_ / samples_ * sigmoid_of(sign * -score));
  };
  for (std::size_t i = 0; i < scores_.rows(); ++i) {
    slopes_.view()(i, 0) = slope(scores_, i, -1.0);
  }
  of_outputs_->backward(parameters, slopes_.view(), own, {});
  for (std::size_t i = 0; i < scores_.rows(); ++i) {
    slopes_.view()(i, 0) = slope(uniform_scores_, i, 1.0);
  }
  of_uniform_->backward(parameters, slopes_.view(), own, {});
}

template class PriorTerm<float>;
template class PriorTerm<double>;

}  // namespace infomax::objective
