// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/objective/entropy.hpp"

#include <cassert>

#include "infomax/math/elementwise.hpp"

namespace infomax::objective {

double mean_entropy(MatrixView<const double> probabilities, double weight,
                    MatrixView<double> derivative) {
  assert(derivative.rows() == probabilities.rows());
  const auto columns = static_cast<double>(probabilities.rows());
  double sum = 0.0;
  for (std::size_t j = 0; j < probabilities.rows(); ++j) {
    const auto p = probabilities.row(j);
    const auto logarithm = derivative.row(j);
    for (std::size_t k = 0; k < p.size(); ++k) {
      logarithm[k] = p[k] <= 0.0 ? 1.0 : p[k];  // written so that NaN stays NaN
    }
    math::log(logarithm, logarithm);
    for (std::size_t k = 0; k < p.size(); ++k) {
      sum -= p[k] * logarithm[k];
      logarithm[k] *= -weight / columns;
    }
  }
  return sum / columns;
}

template <math::Real T>
EntropyTerms<T>::EntropyTerms(const HistogramOptions& options, double lambda_a, double lambda_b)
    : a_{lambda_a, stats::SoftHistogram(options.bins, options.range), false, {}},
      b_{lambda_b, stats::SoftHistogram(options.bins, options.range), false, {}} {}

template <math::Real T>
double EntropyTerms<T>::HistogramSide::finish(std::span<const double> message) {
  histogram.finish(message);
  const MatrixView<const double> p = histogram.probabilities();
  derivative.resize(p.rows(), p.columns());
  const double entropy = mean_entropy(p, -lambda, derivative.view());
  if (with_gradient) {
    histogram.differentiate(derivative.view());
  }
  return entropy;
}

template <math::Real T>
typename EntropyTerms<T>::Entropies EntropyTerms<T>::measure(const mpi::Communicator& communicator,
                                                             const stats::RowPairs<T>& rows,
                                                             const stats::Means& means,
                                                             const stats::SecondMoments& moments,
                                                             bool wanted_a, bool wanted_b) {
  a_.with_gradient = wanted_a && a_.lambda != 0.0;
  b_.with_gradient = wanted_b && b_.lambda != 0.0;
  const auto begin = [&] {
    a_.histogram.begin(means.samples, means.a, moments.variance_a, a_.with_gradient);
  };
  const bool keep = stats::LastContent::may_return(rows) && !a_.with_gradient;
  if (!keep) {
    begin();
  } else if (!cached_.is_of(rows)) {
    begin();
    cached_entropy_ = measure_alone(communicator, rows.a);
  }
  b_.histogram.begin(means.samples, means.b, moments.variance_b, b_.with_gradient);
  const std::size_t size_b = b_.histogram.message_size();
  message_.resize(size_b + (keep ? 0 : a_.histogram.message_size()));
  const auto message_b = std::span(message_).first(size_b);
  const auto message_a = std::span(message_).subspan(size_b);
  summation_.over(communicator, rows.parts, rows.count(), std::span<double>(message_),
                  [&](std::size_t first, std::size_t count) {
                    b_.histogram.template count<T>(rows.b, first, count, scratch_, message_b);
                    if (!keep) {
                      a_.histogram.template count<T>(rows.a, first, count, scratch_, message_a);
                    }
                  });
  const double entropy_b = b_.finish(message_b);
  return {keep ? cached_entropy_ : a_.finish(message_a), entropy_b};
}

template <math::Real T>
double EntropyTerms<T>::measure_alone(const mpi::Communicator& communicator,
                                      const stats::RowSource<T>& a) {
  message_.resize(a_.histogram.message_size());
  summation_.over(communicator, nullptr, a.rows(), std::span<double>(message_),
                  [&](std::size_t first, std::size_t count) {
                    a_.histogram.template count<T>(a, first, count, scratch_, message_);
                  });
  return a_.finish(message_);
}

template <math::Real T>
void EntropyTerms<T>::add_gradient(const stats::RowPairs<T>& rows, const Gradients<T>& gradients) {
  if (a_.with_gradient) {
    a_.histogram.template add_gradient<T>(rows.a, scratch_, gradients.a);
  }
  if (b_.with_gradient) {
    b_.histogram.template add_gradient<T>(rows.b, scratch_, gradients.b);
  }
}

template class EntropyTerms<float>;
template class EntropyTerms<double>;

}  // namespace infomax::objective
