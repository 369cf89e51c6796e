// SPDX-License-Identifier: BSD-3-Clause
#include "objective/concat_scores.hpp"

#include <algorithm>

namespace infomax::objective {
namespace {

/// Writes a row of the network's input.
template <class T>
void join(std::span<const T> a, std::span<const T> b, std::span<T> joined) {
  std::ranges::copy(a, joined.begin());
  std::ranges::copy(b, joined.subspan(a.size()).begin());
}

/// Writes the rows of pairs that belong together.
template <class T>
auto fill_of_own(MatrixView<const T> a, MatrixView<const T> b) {
  return [a, b](std::size_t first, MatrixView<T> inputs) {
    for (std::size_t k = 0; k < inputs.rows(); ++k) {
      join<T>(a.row(first + k), b.row(first + k), inputs.row(k));
    }
  };
}

}  // namespace

template <math::Real T>
ConcatScores<T>::ConcatScores(const std::string& network, std::size_t p, std::size_t q)
    : of_tiles_("critic", network, p + q),
      of_own_("critic", network, p + q),
      p_(p),
      unwanted_(of_tiles_.parameter_count()) {}

template <math::Real T>
void ConcatScores<T>::begin(std::span<const T> parameters, bool by_parts) {
  parameters_ = parameters;
  tile_part_ = by_parts ? &tile_ : nullptr;
}

template <math::Real T>
OwnGradient<T> ConcatScores<T>::sink() {
  return gradient_.gradient.empty() ? OwnGradient<T>{std::span<T>(unwanted_)} : gradient_;
}

template <math::Real T>
void ConcatScores<T>::score(MatrixView<const T> staying, MatrixView<const T> travelling,
                            MatrixView<T> scores) {
  const std::size_t columns = scores.columns();
  const std::size_t pairs = scores.size();
  tile_.ends.assign(1, pairs);
  const auto fill = [this, staying, travelling, columns](std::size_t first, MatrixView<T> inputs) {
    for (std::size_t k = 0; k < inputs.rows(); ++k) {
      const auto stays = staying.row((first + k) / columns);
      const auto travels = travelling.row((first + k) % columns);
      join<T>(a_stays_ ? stays : travels, a_stays_ ? travels : stays, inputs.row(k));
    }
  };
  const auto outputs = of_tiles_.forward(parameters_, fill, pairs, tile_part_);
  for (std::size_t k = 0; k < pairs; ++k) {
    scores(k / columns, k % columns) = outputs(k, 0);
  }
}

template <math::Real T>
void ConcatScores<T>::add_gradient(MatrixView<T> weights, MatrixView<T> gradient) {
  const std::size_t pairs = weights.size();
  input_gradient_.resize(pairs, of_tiles_.inputs());
  const auto by_inputs = input_gradient_.view();
  of_tiles_.backward(parameters_, MatrixView<T>(weights.data(), pairs, 1), sink(), by_inputs);
  const std::size_t first = a_stays_ ? 0 : p_;
  for (std::size_t k = 0; k < pairs; ++k) {
    const std::span<const T> own = by_inputs.row(k).subspan(first, gradient.columns());
    const auto to = gradient.row(k / weights.columns());
    std::ranges::transform(own, to, to.begin(), [](T x, T y) { return x + y; });
  }
}

template <math::Real T>
void ConcatScores<T>::score_own(MatrixView<const T> a, MatrixView<const T> b,
                                const stats::RowParts* parts, std::span<double> scores) {
  const auto fill = fill_of_own(a, b);
  const auto outputs = of_own_.forward(parameters_, fill, a.rows(), parts);
  for (std::size_t i = 0; i < scores.size(); ++i) {
    scores[i] = static_cast<double>(outputs(i, 0));
  }
}

template <math::Real T>
void ConcatScores<T>::write_own_gradient(MatrixView<const T> a, MatrixView<const T> b,
                                         const stats::RowParts* parts,
                                         std::span<const double> slopes, MatrixView<T> gradient) {
  const std::size_t rows = a.rows();
  own_slopes_.resize(rows, 1);
  std::ranges::transform(slopes, own_slopes_.data(), [](double x) { return static_cast<T>(x); });
  input_gradient_.resize(rows, of_own_.inputs());
  const auto by_inputs = input_gradient_.view();
  // The values of the last forward pass have served one backward pass, perhaps.
  const auto fill = fill_of_own(a, b);
  (void)of_own_.forward(parameters_, fill, rows, parts);
  of_own_.backward(parameters_, own_slopes_.view(), sink(), by_inputs);
  const std::size_t first = a_stays_ ? 0 : p_;
  for (std::size_t i = 0; i < rows; ++i) {
    const std::span<const T> own = by_inputs.row(i).subspan(first, gradient.columns());
    std::ranges::copy(own, gradient.row(i).begin());
  }
}

template class ConcatScores<float>;
template class ConcatScores<double>;

}  // namespace infomax::objective
