// SPDX-License-Identifier: BSD-3-Clause
#include "objective/feature_term.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "infomax/core/error.hpp"

namespace infomax::objective {
namespace {

nn::Shape input_of(const FeatureTermOptions& options) {
  return options.by_place ? nn::Shape(options.features.extents().front()) : options.features;
}

}  // namespace

template <math::Real T>
FeatureTerm<T>::FeatureTerm(const FeatureTermOptions& options)
    : weight_(options.weight),
      by_place_(options.by_place),
      channels_(options.features.extents().front()),
      places_(options.features.size() / channels_),
      number_(options.number),
      of_outputs_("dim-units", options.output_network, options.outputs),
      of_features_(options.by_place ? "dim-units" : "global-network", options.feature_network,
                   input_of(options)),
      bound_(options.estimator) {
  if (of_outputs_.outputs() != of_features_.outputs()) {
    throw UsageError(
        fmt::format("networks that score outputs and features end in {} and {} columns",
                    of_outputs_.outputs(), of_features_.outputs()));
  }
}

template <math::Real T>
std::size_t FeatureTerm<T>::bytes_for(std::size_t samples) const {
  const std::size_t rows = samples * (by_place_ ? places_ : 1);
  const std::size_t numbers = samples * (of_outputs_.outputs() + of_outputs_.inputs()) +
                              rows * (of_features_.outputs() + of_features_.inputs()) +
                              score_tile_elements;
  return of_outputs_.bytes_for(samples) + of_features_.bytes_for(rows) + numbers * sizeof(T);
}

template <math::Real T>
void FeatureTerm<T>::initialize(std::span<T> parameters, std::uint64_t seed) const {
  const std::size_t first = of_outputs_.parameter_count();
  of_outputs_.initialize(parameters.first(first), seed, number_);
  of_features_.initialize(parameters.subspan(first), seed, number_ + 1);
}

template <math::Real T>
template <class Each>
void FeatureTerm<T>::for_each_number(const Each& each) const {
  for (std::size_t p = 0; p < places_; ++p) {
    for (std::size_t c = 0; c < channels_; ++c) {
      each(p * channels_ + c, c * places_ + p);
    }
  }
}

template <math::Real T>
void FeatureTerm<T>::fill(std::size_t first, MatrixView<T> inputs) const {
  for (std::size_t k = 0; k < inputs.rows(); ++k) {
    const auto to = inputs.row(k);
    if (by_place_) {
      const std::size_t place = (first + k) % places_;
      std::ranges::copy(f_.row((first + k) / places_).subspan(place * channels_, channels_),
                        to.begin());
    } else {
      const auto from = f_.row(first + k);
      for_each_number([&](std::size_t f, std::size_t input) { to[input] = from[f]; });
    }
  }
}

template <math::Real T>
double FeatureTerm<T>::measure(const mpi::Communicator& communicator, std::span<const T> parameters,
                               MatrixView<const T> y, MatrixView<const T> f,
                               const stats::RowParts* parts, double samples) {
  y_ = y;
  f_ = f;
  rows_.places = by_place_ ? places_ : 1;
  rows_.parts = parts;
  if (parts != nullptr) {
    place_parts_ = *parts;
    for (std::size_t& end : place_parts_.ends) {
      end *= rows_.places;
    }
  }
  const auto outputs = [this](std::size_t first, MatrixView<T> inputs) {
    for (std::size_t k = 0; k < inputs.rows(); ++k) {
      std::ranges::copy(y_.row(first + k), inputs.row(k).begin());
    }
  };
  const auto features = [this](std::size_t first, MatrixView<T> inputs) { fill(first, inputs); };
  const std::size_t middle = of_outputs_.parameter_count();
  rows_.phi = of_outputs_.forward(parameters.first(middle), outputs, y.rows(), parts);
  rows_.psi = of_features_.forward(parameters.subspan(middle), features, y.rows() * rows_.places,
                                   parts != nullptr ? &place_parts_ : nullptr);
  return bound_.measure(communicator, rows_, samples);
}

template <math::Real T>
void FeatureTerm<T>::add_gradient(const mpi::Communicator& communicator,
                                  std::span<const T> parameters, MatrixView<T> dy, MatrixView<T> df,
                                  const OwnGradient<T>& own) {
  dphi_.resize(rows_.phi.rows(), rows_.phi.columns());
  dpsi_.resize(rows_.psi.rows(), rows_.psi.columns());
  bound_.differentiate(communicator, rows_, weight_, dphi_.view(), dpsi_.view());
  dinputs_y_.resize(rows_.phi.rows(), of_outputs_.inputs());
  dinputs_f_.resize(rows_.psi.rows(), of_features_.inputs());
  OwnGradient<T> to = own;
  if (to.gradient.empty()) {
    unwanted_.resize(parameter_count());
    to = {std::span<T>(unwanted_)};
  }
  const std::size_t middle = of_outputs_.parameter_count();
  of_outputs_.backward(parameters.first(middle), dphi_.view(), to.part(0, middle),
                       dinputs_y_.view());
  of_features_.backward(parameters.subspan(middle), dpsi_.view(),
                        to.part(middle, of_features_.parameter_count()), dinputs_f_.view());
  for (std::size_t i = 0; dy.columns() > 0 && i < dy.rows(); ++i) {
    math::axpy(T{1}, dinputs_y_.view().row(i), dy.row(i));
  }
  if (df.columns() > 0) {
    add_by_features(dinputs_f_.view(), df);
  }
}

template <math::Real T>
void FeatureTerm<T>::add_by_features(MatrixView<const T> by_rows, MatrixView<T> df) const {
  for (std::size_t i = 0; i < df.rows(); ++i) {
    const auto to = df.row(i);
    if (by_place_) {
      for (std::size_t p = 0; p < places_; ++p) {
        math::axpy(T{1}, by_rows.row(i * places_ + p), to.subspan(p * channels_, channels_));
      }
    } else {
      const auto from = by_rows.row(i);
      for_each_number([&](std::size_t f, std::size_t input) { to[f] += from[input]; });
    }
  }
}

template class FeatureTerm<float>;
template class FeatureTerm<double>;

}  // namespace infomax::objective
