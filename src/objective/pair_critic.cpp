// SPDX-License-Identifier: BSD-3-Clause
#include "objective/pair_critic.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

#include "infomax/core/random.hpp"

namespace infomax::objective {
namespace {

constexpr std::uint64_t critic_network = 100;  // unlike the numbers of encoders

template <math::Real T>
void resize(std::size_t rows, std::size_t columns, Matrix<T>& matrix) {
  if (matrix.rows() != rows || matrix.columns() != columns) {
    matrix = Matrix<T>(rows, columns);
  }
}

}  // namespace

template <math::Real T>
PairCritic<T>::PairCritic(const ContrastiveOptions& options, std::optional<double> shift)
    : critic_(options.critic.value_or(Critic::cosine)),
      initial_temperature_(critic_ == Critic::bilinear ? 1.0 : options.temperature),
      learns_temperature_(options.learn_temperature),
      initial_shift_(shift) {}

template <math::Real T>
std::size_t PairCritic<T>::parameter_count(std::size_t p, std::size_t q) const {
  return first_weight() + (critic_ == Critic::bilinear ? p * q : 0);
}

template <math::Real T>
void PairCritic<T>::initialize(std::span<T> parameters, std::size_t p, std::size_t q,
                               std::uint64_t seed) const {
  assert(parameters.size() == parameter_count(p, q));
  std::size_t next = 0;
  if (learns_temperature_) {
    parameters[next++] = static_cast<T>(std::log(initial_temperature_));
  }
  if (initial_shift_) {
    parameters[next++] = static_cast<T>(*initial_shift_);
  }
  // As dense layers begin (Glorot and Bengio 2010).
  const CounterRandom random(seed, RandomStream::initialization, critic_network, 0);
  const double limit = std::sqrt(6.0 / static_cast<double>(p + q));
  for (std::size_t k = 0; next + k < parameters.size(); ++k) {
    parameters[next + k] = static_cast<T>(limit * (2.0 * random.uniform(k) - 1.0));
  }
}

template <math::Real T>
void PairCritic<T>::read(const Batch<T>& batch) {
  const auto& rows = batch.rows;
  const std::size_t p = rows.a.columns();
  const std::size_t q = rows.b.columns();
  parameters_.resize(parameter_count(p, q));
  const std::span<T> parameters(parameters_);
  if (batch.parameters.size() == parameters.size()) {
    std::ranges::copy(batch.parameters, parameters.begin());
  } else {
    initialize(parameters, p, q, 0);
  }
  temperature_ = learns_temperature_ ? std::exp(static_cast<double>(parameters.front()))
                                     : initial_temperature_;
  shift_ = initial_shift_ ? static_cast<double>(parameters[learns_temperature_ ? 1 : 0]) : 0.0;
  for (Matrix<T>* const each : {&a_, &b_, &gradient_a_, &gradient_b_}) {
    resize(rows.count(), p, *each);
  }
  reader_a_.read(rows.a, critic_ == Critic::cosine, a_.view());
  if (critic_ != Critic::bilinear) {
    reader_b_.read(rows.b, critic_ == Critic::cosine, b_.view());
    return;
  }
  resize(rows.count(), q, raw_b_);
  reader_b_.read(rows.b, false, raw_b_.view());
  const MatrixView<const T> weight(parameters.data() + first_weight(), p, q);
  // Part by part, so that the bits of a row do not depend on which others a rank holds.
  stats::for_each_part(rows.parts, rows.count(), [&](std::size_t first, std::size_t count) {
    math::gemm(math::Transpose::no, math::Transpose::yes, T{1},
               MatrixView<const T>(raw_b_.view().row_range(first, count)), weight, T{0},
               b_.view().row_range(first, count));
  });
}

template <math::Real T>
typename PairScores<T>::Rows PairCritic<T>::pairs(bool of_a, const stats::RowParts* parts,
                                                  bool without_own) const {
  return {.staying = of_a ? a() : b(),
          .travelling = of_a ? b() : a(),
          .temperature = temperature_,
          .without_own = without_own,
          .parts = parts};
}

template <math::Real T>
void PairCritic<T>::write_gradients(const Batch<T>& batch, std::span<const double> by_shift,
                                    const Gradients<T>& gradients) {
  if (wants_a(gradients)) {
    reader_a_.write_gradient(a(), MatrixView<const T>(gradient_a_.view()), gradients.a);
  }
  const auto& rows = batch.rows;
  if (gradients.b.columns() > 0 && critic_ != Critic::bilinear) {
    reader_b_.write_gradient(b(), MatrixView<const T>(gradient_b_.view()), gradients.b);
  } else if (gradients.b.columns() > 0) {
    const MatrixView<const T> weight(parameters_.data() + first_weight(), a_.columns(),
                                     raw_b_.columns());
    stats::for_each_part(rows.parts, rows.count(), [&](std::size_t first, std::size_t count) {
      math::gemm(math::Transpose::no, math::Transpose::no, T{1},
                 MatrixView<const T>(gradient_b_.view().row_range(first, count)), weight, T{0},
                 gradients.b.row_range(first, count));
    });
  }
  if (gradients.parameters.empty()) {
    return;
  }
  stats::for_each_part(rows.parts, rows.count(), [&](std::size_t first, std::size_t count) {
    add_parameter_gradients(by_shift, first, count, gradients.parameters);
    if (gradients.exact_parameters != nullptr) {
      gradients.exact_parameters->template add<T>(0, gradients.parameters);
      std::ranges::fill(gradients.parameters, T{0});
    }
  });
}

template <math::Real T>
void PairCritic<T>::add_parameter_gradients(std::span<const double> by_shift, std::size_t first,
                                            std::size_t count, std::span<T> gradient) const {
  std::size_t next = 0;
  if (learns_temperature_) {
    // u depends on ln t by -u, and sum_ij dJ/du_ij u_ij = sum_j dJ/dt_j . t_j.
    double sum = 0.0;
    for (std::size_t i = first; i < first + count; ++i) {
      sum += score_of<T>(b_.view().row(i), gradient_b_.view().row(i), 1.0);
    }
    gradient[next++] -= static_cast<T>(sum);
  }
  if (initial_shift_) {
    const auto own = by_shift.subspan(first, count);
    gradient[next++] += static_cast<T>(std::accumulate(own.begin(), own.end(), 0.0));
  }
  if (critic_ == Critic::bilinear) {
    math::gemm(math::Transpose::yes, math::Transpose::no, T{1},
               MatrixView<const T>(gradient_b_.view().row_range(first, count)),
               MatrixView<const T>(raw_b_.view().row_range(first, count)), T{1},
               MatrixView<T>(gradient.data() + next, a_.columns(), raw_b_.columns()));
  }
}

template class PairCritic<float>;
template class PairCritic<double>;

}  // namespace infomax::objective
