// SPDX-License-Identifier: BSD-3-Clause
#include "objective/place_bound.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

#include <fmt/format.h>

#include "infomax/core/error.hpp"
#include "objective/contrastive.hpp"

namespace infomax::objective {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// ln (e^x + e^y), also of minus infinity.
double log_add(double x, double y) {
  const double top = std::max(x, y);
  return top == -infinity ? top : top + std::log1p(std::exp(std::min(x, y) - top));
}

}  // namespace

template <math::Real T>
auto PlaceBound<T>::pairs(const Rows& rows, bool places_stay) -> Pairs {
  Pairs pairs;
  pairs.staying = places_stay ? rows.psi : rows.phi;
  pairs.travelling = places_stay ? rows.phi : rows.psi;
  (places_stay ? pairs.staying_places : pairs.travelling_places) = rows.places;
  pairs.without_own = true;
  pairs.parts = rows.parts;
  return pairs;
}

template <math::Real T>
double PlaceBound<T>::measure(const mpi::Communicator& communicator, const Rows& rows,
                              double samples) {
  samples_ = samples;
  places_ = rows.places;
  const std::size_t vectors = rows.phi.rows();
  positives_.resize(rows.psi.rows());
  for (std::size_t r = 0; r < positives_.size(); ++r) {
    positives_[r] = score_of<T>(rows.psi.row(r), rows.phi.row(r / places_), 1.0);
  }
  place_sums_.assign(positives_.size(), 0.0);
  vector_log_sums_.assign(vectors, -infinity);
  measure_others(communicator, rows);
  std::array<double, 2> sums{};
  summation_.over(communicator, rows.parts, vectors, sums,
                  [&](std::size_t first, std::size_t count) {
                    for (std::size_t r = first * places_; r < (first + count) * places_; ++r) {
                      sums[0] += positive(r);
                      sums[1] += place_sums_[r];
                    }
                  });
  const double entries = samples_ * static_cast<double>(places_);
  return sums[0] / std::max(1.0, entries) + value_of_others(sums[1]);
}

/// What the pairs of different samples sum up to. Of a batch of one there is none.
template <math::Real T>
void PlaceBound<T>::measure_others(const mpi::Communicator& communicator, const Rows& rows) {
  if (samples_ < 2.0) {
    return;
  }
  switch (estimator_) {
    case Estimator::jsd:
      scores_.softplus_sums(communicator, pairs(rows, true), 0.0, place_sums_);
      break;
    case Estimator::dv:
    case Estimator::nwj:
      scores_.log_sums(communicator, pairs(rows, true), place_sums_);
      sum_each_place(communicator, rows);
      break;
    case Estimator::infonce:
      sum_each_vector(communicator, rows);
      break;
  }
}

/// From the logarithms of each row's sum: ln of the sum at each place, and of nwj the rows' sums
/// below the highest of them.
template <math::Real T>
void PlaceBound<T>::sum_each_place(const mpi::Communicator& communicator, const Rows& rows) {
  place_tops_.assign(places_, std::numeric_limits<double>::lowest());
  for (std::size_t r = 0; r < place_sums_.size(); ++r) {
    double& top = place_tops_[r % places_];
    top = std::max(top, place_sums_[r]);
  }
  communicator.max(std::span<double>(place_tops_));
  place_log_sums_.assign(places_, 0.0);
  const std::span<double> sums(place_log_sums_);
  summation_.over(communicator, rows.parts, rows.phi.rows(), sums,
                  [&](std::size_t first, std::size_t count) {
                    for (std::size_t r = first * places_; r < (first + count) * places_; ++r) {
                      sums[r % places_] += std::exp(place_sums_[r] - place_tops_[r % places_]);
                    }
                  });
  for (std::size_t l = 0; l < places_; ++l) {
    sums[l] = std::log(sums[l]) + place_tops_[l];
  }
  top_ = *std::ranges::max_element(sums);
}

template <math::Real T>
void PlaceBound<T>::sum_each_vector(const mpi::Communicator& communicator, const Rows& rows) {
  const Pairs places_stay = pairs(rows, true);
  if (PairScores<T>::goes_both_ways(places_stay)) {
    scores_.log_sums_of_both(communicator, places_stay, {}, vector_log_sums_);
  } else {
    scores_.log_sums(communicator, pairs(rows, false), vector_log_sums_);
  }
}

/// What J says of the score of a sample's vector at a place of it.
template <math::Real T>
double PlaceBound<T>::positive(std::size_t row) const {
  const double score = positives_[row];
  switch (estimator_) {
    case Estimator::jsd:
      return -softplus_of(-score);
    case Estimator::infonce:
      return score - log_add(score, vector_log_sums_[row / places_]);
    case Estimator::dv:
    case Estimator::nwj:
      break;
  }
  return score;
}

/// Its derivative, with the sums over others as they are.
template <math::Real T>
double PlaceBound<T>::positive_slope(std::size_t row) const {
  const double score = positives_[row];
  switch (estimator_) {
    case Estimator::jsd:
      return sigmoid_of(-score);
    case Estimator::infonce:
      return sigmoid_of(vector_log_sums_[row / places_] - score);
    case Estimator::dv:
    case Estimator::nwj:
      break;
  }
  return 1.0;
}

/// J without what it says of positive scores; `sum` is that of place_sums_.
template <math::Real T>
double PlaceBound<T>::value_of_others(double sum) const {
  const auto places = static_cast<double>(places_);
  if (estimator_ == Estimator::infonce) {
    return std::log(1.0 + (samples_ - 1.0) * places);
  }
  const double constant = estimator_ == Estimator::jsd ? 2.0 * std::numbers::ln2 : 0.0;
  if (samples_ < 2.0) {
    return constant;
  }
  const double pairs = samples_ * (samples_ - 1.0);
  if (estimator_ == Estimator::jsd) {
    return constant - sum / (pairs * places);
  }
  double value = 0.0;
  for (const double log_sum : place_log_sums_) {
    value -=
        estimator_ == Estimator::dv ? log_sum - std::log(pairs) : std::exp(log_sum - 1.0) / pairs;
  }
  if (std::isinf(value)) {
    throw NumericError(fmt::format(
        "nwj is a mean of e^(v - 1), which no number holds for scores v whose sum is e^{:.4g}; "
        "choose `dim-estimator` jsd, infonce or dv",
        top_));
  }
  return value / places;
}

/// What the exponentials in the gradient are taken less, so that weights are one number.
template <math::Real T>
void PlaceBound<T>::set_shifts(const Rows& rows) {
  place_shifts_.assign(rows.psi.rows(), 1.0);  // of nwj
  vector_shifts_.assign(rows.phi.rows(), 1.0);
  if (estimator_ == Estimator::dv) {
    for (std::size_t r = 0; r < place_shifts_.size(); ++r) {
      place_shifts_[r] = place_log_sums_[r % places_];
    }
  }
  if (estimator_ == Estimator::infonce) {
    for (std::size_t i = 0; i < vector_shifts_.size(); ++i) {
      double weight = 0.0;
      for (std::size_t l = 0; l < places_; ++l) {
        weight += positive_slope(i * places_ + l);
      }
      vector_shifts_[i] = vector_log_sums_[i] - std::log(weight);
    }
  }
}

template <math::Real T>
void PlaceBound<T>::differentiate(const mpi::Communicator& communicator, const Rows& rows,
                                  double weight, MatrixView<T> dphi, MatrixView<T> dpsi) {
  const double share = weight / std::max(1.0, samples_ * static_cast<double>(places_));
  for (std::size_t i = 0; i < dphi.rows(); ++i) {
    std::ranges::fill(dphi.row(i), T{0});
    for (std::size_t r = i * places_; r < (i + 1) * places_; ++r) {
      const auto slope = static_cast<T>(share * positive_slope(r));
      math::axpy(slope, rows.psi.row(r), dphi.row(i));
      std::ranges::transform(rows.phi.row(i), dpsi.row(r).begin(),
                             [slope](T x) { return slope * x; });
    }
  }
  if (samples_ < 2.0) {
    return;
  }
  set_shifts(rows);
  if (PairScores<T>::goes_both_ways(pairs(rows, true))) {
    add_others(communicator, rows, weight, true, dpsi, dphi);
  } else {
    add_others(communicator, rows, weight, true, dpsi, {});
    add_others(communicator, rows, weight, false, dphi, {});
  }
}

template <math::Real T>
void PlaceBound<T>::add_others(const mpi::Communicator& communicator, const Rows& rows,
                               double weight, bool places_stay, MatrixView<T> gradient,
                               MatrixView<T> other) {
  const Pairs these = pairs(rows, places_stay);
  const auto places = static_cast<double>(places_);
  const double of_pairs = weight / (samples_ * (samples_ - 1.0) * places);
  if (estimator_ == Estimator::jsd) {
    scores_.add_logistic_gradient(communicator, these, -of_pairs, 0.0, gradient, {}, other);
    return;
  }
  double exponential = -of_pairs;  // of nwj
  if (estimator_ == Estimator::dv) {
    exponential = -weight / places;
  } else if (estimator_ == Estimator::infonce) {
    exponential = -weight / (samples_ * places);
  }
  // The shifts are those of places, but of infonce those of vectors.
  const bool of_staying = (estimator_ != Estimator::infonce) == places_stay;
  const std::span<const double> staying = places_stay ? place_shifts_ : vector_shifts_;
  const std::span<const double> travelling = places_stay ? vector_shifts_ : place_shifts_;
  scores_.add_gradient(communicator, these,
                       {.weight = of_staying ? exponential : 0.0,
                        .log_sums = staying,
                        .travelling_weight = of_staying ? 0.0 : exponential,
                        .travelling_log_sums = travelling},
                       gradient, other);
}

template class PlaceBound<float>;
template class PlaceBound<double>;

}  // namespace infomax::objective
