// SPDX-License-Identifier: BSD-3-Clause
#include "objective/pair_critic.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

#include "infomax/core/random.hpp"

namespace infomax::objective {
namespace {

using Form = Critic::Form;

// Unlike the numbers of encoders.
constexpr std::uint64_t critic_network = 100;  // W, g or f ...
constexpr std::uint64_t other_network = 101;   // ... and h

}  // namespace

template <math::Real T>
PairCritic<T>::PairCritic(const ContrastiveOptions& options, std::optional<double> shift)
    : critic_(options.critic.value_or(Critic{})),
      initial_temperature_(critic_.is_product() ? options.temperature : 1.0),
      learns_temperature_(options.learn_temperature),
      initial_shift_(shift) {}

template <math::Real T>
std::size_t PairCritic<T>::parameter_count(std::size_t p, std::size_t q) const {
  switch (critic_.form) {
    case Form::bilinear:
      return first_weight() + p * q;
    case Form::separable:
      return first_weight() + own_parameter_count(critic_.network, p) +
             own_parameter_count(critic_.network, q);
    case Form::concat:
      return first_weight() + own_parameter_count(critic_.network, p + q);
    case Form::dot:
    case Form::cosine:
      break;
  }
  return first_weight();
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
  const std::span<T> weights = parameters.subspan(next);
  if (critic_.form == Form::separable) {
    const OwnNetwork<T> g("critic", critic_.network, p);
    const OwnNetwork<T> h("critic", critic_.network, q);
    g.initialize(weights.first(g.parameter_count()), seed, critic_network);
    h.initialize(weights.subspan(g.parameter_count()), seed, other_network);
    return;
  }
  if (critic_.form == Form::concat) {
    OwnNetwork<T>("critic", critic_.network, p + q).initialize(weights, seed, critic_network);
    return;
  }
  // As dense layers begin (Glorot and Bengio 2010).
  const CounterRandom random(seed, RandomStream::initialization, critic_network, 0);
  const double limit = std::sqrt(6.0 / static_cast<double>(p + q));
  for (std::size_t k = 0; k < weights.size(); ++k) {
    weights[k] = static_cast<T>(limit * (2.0 * random.uniform(k) - 1.0));
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
  positives_.resize(rows.count());
  switch (critic_.form) {
    case Form::dot:
    case Form::cosine:
      read_products(rows);
      break;
    case Form::bilinear:
      read_bilinear(rows);
      break;
    case Form::separable:
      read_separable(rows);
      break;
    case Form::concat:
      read_concat(rows);
      break;
  }
  gradient_a_.resize(a_.rows(), a_.columns());
  gradient_b_.resize(b_.rows(), b_.columns());
  for (std::size_t i = 0; critic_.form != Form::concat && i < positives_.size(); ++i) {
    positives_[i] = score_of<T>(a().row(i), b().row(i), temperature_);
  }
}

template <math::Real T>
void PairCritic<T>::read_products(const stats::RowPairs<T>& rows) {
  const bool unit_length = critic_.form == Form::cosine;
  a_.resize(rows.count(), rows.a.columns());
  b_.resize(rows.count(), rows.b.columns());
  reader_a_.read(rows.a, unit_length, a_.view());
  reader_b_.read(rows.b, unit_length, b_.view());
}

template <math::Real T>
void PairCritic<T>::read_bilinear(const stats::RowPairs<T>& rows) {
  const std::size_t p = rows.a.columns();
  const std::size_t q = rows.b.columns();
  a_.resize(rows.count(), p);
  b_.resize(rows.count(), p);
  raw_b_.resize(rows.count(), q);
  reader_a_.read(rows.a, false, a_.view());
  reader_b_.read(rows.b, false, raw_b_.view());
  const MatrixView<const T> weight(weights().data(), p, q);
  // Part by part, so that the bits of a row do not depend on which others a rank holds.
  stats::for_each_part(rows.parts, rows.count(), [&](std::size_t first, std::size_t count) {
    math::gemm(math::Transpose::no, math::Transpose::yes, T{1},
               MatrixView<const T>(raw_b_.view().row_range(first, count)), weight, T{0},
               b_.view().row_range(first, count));
  });
}

template <math::Real T>
void PairCritic<T>::read_separable(const stats::RowPairs<T>& rows) {
  const std::size_t p = rows.a.columns();
  const std::size_t q = rows.b.columns();
  if (network_a_ == nullptr || network_a_->inputs() != p || network_b_->inputs() != q) {
    network_a_ = std::make_unique<OwnNetwork<T>>("critic", critic_.network, p);
    network_b_ = std::make_unique<OwnNetwork<T>>("critic", critic_.network, q);
  }
  const auto run = [&rows](OwnNetwork<T>& network, std::span<const T> parameters,
                           const stats::RowSource<T>& source, Buffer<T>& tile, Matrix<T>& scored) {
    const auto fill = [&source, &tile](std::size_t first, MatrixView<T> inputs) {
      const auto from = source.tile(first, inputs.rows(), tile);
      for (std::size_t i = 0; i < inputs.rows(); ++i) {
        std::ranges::copy(from.row(i), inputs.row(i).begin());
      }
    };
    const auto outputs = network.forward(parameters, fill, rows.count(), rows.parts);
    scored.resize(outputs.rows(), outputs.columns());
    std::copy_n(outputs.data(), outputs.size(), scored.data());
  };
  const std::size_t of_g = network_a_->parameter_count();
  run(*network_a_, weights().first(of_g), rows.a, tile_a_, a_);
  run(*network_b_, weights().subspan(of_g), rows.b, tile_b_, b_);
}

template <math::Real T>
void PairCritic<T>::read_concat(const stats::RowPairs<T>& rows) {
  const std::size_t p = rows.a.columns();
  const std::size_t q = rows.b.columns();
  if (concat_ == nullptr || a_.columns() != p || b_.columns() != q) {
    concat_ = std::make_unique<ConcatScores<T>>(critic_.network, p, q);
  }
  read_products(rows);
  concat_->begin(weights(), rows.parts != nullptr);
  concat_->score_own(a(), b(), rows.parts, positives_);
}

template <math::Real T>
typename PairScores<T>::Rows PairCritic<T>::pairs(bool of_a, const stats::RowParts* parts,
                                                  bool without_own) {
  if (concat_ != nullptr) {
    concat_->turn(of_a);
  }
  return {.staying = of_a ? a() : b(),
          .travelling = of_a ? b() : a(),
          .temperature = temperature_,
          .without_own = without_own,
          .parts = parts,
          .scorer = concat_.get()};
}

template <math::Real T>
void PairCritic<T>::start_gradient(bool of_a, const Batch<T>& batch, std::span<const double> slopes,
                                   const Gradients<T>& gradients) {
  const MatrixView<T> gradient = of_a ? gradient_a_.view() : gradient_b_.view();
  if (concat_ != nullptr) {
    OwnGradient<T> own;
    if (!of_a && !gradients.parameters.empty()) {
      own = {gradients.parameters.subspan(first_weight()), gradients.exact_parameters,
             gradients.first_exact + first_weight()};
    }
    concat_->add_to(own);
    concat_->turn(of_a);
    concat_->write_own_gradient(a(), b(), batch.rows.parts, slopes, gradient);
    return;
  }
  // What a positive score gives is the other row / t.
  const MatrixView<const T> other = of_a ? b() : a();
  for (std::size_t i = 0; i < gradient.rows(); ++i) {
    const auto factor = static_cast<T>(slopes[i] / temperature_);
    std::ranges::transform(other.row(i), gradient.row(i).begin(),
                           [factor](T x) { return factor * x; });
  }
}

template <math::Real T>
void PairCritic<T>::write_gradients(const Batch<T>& batch, std::span<const double> by_shift,
                                    const Gradients<T>& gradients) {
  const auto& rows = batch.rows;
  if (critic_.form == Form::separable) {
    write_separable_gradients(gradients);
  } else {
    if (gradients.a.columns() > 0) {
      reader_a_.write_gradient(a(), MatrixView<const T>(gradient_a_.view()), gradients.a);
    }
    if (gradients.b.columns() > 0 && critic_.form == Form::bilinear) {
      write_bilinear_gradient(rows.parts, gradients.b);
    } else if (gradients.b.columns() > 0) {
      reader_b_.write_gradient(b(), MatrixView<const T>(gradient_b_.view()), gradients.b);
    }
  }
  // Those by the parameters of networks are there already.
  const std::size_t others =
      critic_.form == Form::bilinear ? gradients.parameters.size() : first_weight();
  if (gradients.parameters.empty() || others == 0) {
    return;
  }
  const OwnGradient<T> own{gradients.parameters.first(others), gradients.exact_parameters,
                           gradients.first_exact};
  stats::for_each_part(rows.parts, rows.count(), [&](std::size_t first, std::size_t count) {
    add_parameter_gradients(by_shift, first, count, own.gradient);
    own.end_part(0, others);
  });
}

template <math::Real T>
void PairCritic<T>::write_bilinear_gradient(const stats::RowParts* parts, MatrixView<T> gradient) {
  const MatrixView<const T> weight(weights().data(), a_.columns(), raw_b_.columns());
  stats::for_each_part(parts, gradient.rows(), [&](std::size_t first, std::size_t count) {
    math::gemm(math::Transpose::no, math::Transpose::no, T{1},
               MatrixView<const T>(gradient_b_.view().row_range(first, count)), weight, T{0},
               gradient.row_range(first, count));
  });
}

/// From derivatives by g(a) and h(b), which are overwritten. Where the parameters' are not
/// requested, they are computed all the same, for all gradients of a network come together.
template <math::Real T>
void PairCritic<T>::write_separable_gradients(const Gradients<T>& gradients) {
  const std::size_t of_g = network_a_->parameter_count();
  const std::size_t of_h = network_b_->parameter_count();
  OwnGradient<T> own{gradients.parameters, gradients.exact_parameters, gradients.first_exact};
  if (own.gradient.empty()) {
    unwanted_.resize(parameters_.size());
    own = {unwanted_};
  }
  if (wants_a(gradients)) {
    network_a_->backward(weights().first(of_g), gradient_a_.view(), own.part(first_weight(), of_g),
                         gradients.a);
  }
  if (wants_b(gradients)) {
    network_b_->backward(weights().subspan(of_g), gradient_b_.view(),
                         own.part(first_weight() + of_g, of_h), gradients.b);
  }
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
  if (critic_.form == Form::bilinear) {
    math::gemm(math::Transpose::yes, math::Transpose::no, T{1},
               MatrixView<const T>(gradient_b_.view().row_range(first, count)),
               MatrixView<const T>(raw_b_.view().row_range(first, count)), T{1},
               MatrixView<T>(gradient.data() + next, a_.columns(), raw_b_.columns()));
  }
}

stats::MemoryUse critic_memory(const ObjectiveOptions& options, const stats::BatchExtent& batch) {
  const Critic critic = options.of<ContrastiveOptions>().critic.value_or(Critic{});
  std::size_t networks = 0;
  std::size_t scored = std::max(batch.p, batch.q);
  const auto add = [&](std::size_t inputs, std::size_t rows) {
    const OwnNetwork<float> network("critic", critic.network, inputs);
    networks += network.bytes_for(rows) / sizeof(float) * batch.element_bytes;
    scored = std::max(scored, network.outputs());
  };
  if (critic.form == Form::separable) {
    add(batch.p, batch.local_rows);
    add(batch.q, batch.local_rows);
  } else if (critic.form == Form::concat) {
    add(batch.p + batch.q, batch.local_rows);
    add(batch.p + batch.q, PairScorer<float>::tile_rows * PairScorer<float>::tile_columns);
  }
  // The scored rows of both sides and their gradients, two blocks of other ranks, and a tile.
  std::size_t numbers = 8 * batch.local_rows * scored + score_tile_elements;
  numbers += kept_scores(batch.local_rows, batch.rows);
  return {networks + numbers * batch.element_bytes + 8 * batch.local_rows * sizeof(double)};
}

template class PairCritic<float>;
template class PairCritic<double>;

}  // namespace infomax::objective
