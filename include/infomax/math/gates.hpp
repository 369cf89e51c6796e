// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <span>

#include "infomax/core/matrix.hpp"
#include "infomax/math/blas.hpp"

/// @file
/// The elementwise part of one step of recurrent cells, and its derivative, for n sequences with H
/// units. tanh and exp are SLEEF's. All matrices are contiguous; `previous` is what the step before
/// left, and is empty where there was none, which counts as 0.

namespace infomax::math {

/// Long short-term memory (Hochreiter and Schmidhuber 1997; with the forget gate of Gers et al.
/// 2000). `gates` [n, 4H] comes as the sums of the input, forget, cell and output gates without
/// their `bias` [4H], and becomes i, f, g, o = sigmoid, sigmoid, tanh, sigmoid of them; then
/// c = f previous + i g, squashed = tanh(c), h = o squashed, all [n, H].
template <Real T>
void lstm_step(std::span<const T> bias, MatrixView<T> gates, MatrixView<const T> previous,
               MatrixView<T> c, MatrixView<T> squashed, MatrixView<T> h);

/// From dJ/dh and dc [n, H], what later steps say of dJ/dc, writes dJ/d(sums) to `dgates` [n, 4H],
/// and to dc what this step says of the previous cell.
template <Real T>
void lstm_step_gradient(MatrixView<const T> gates, MatrixView<const T> previous,
                        MatrixView<const T> squashed, MatrixView<const T> dh, MatrixView<T> dc,
                        MatrixView<T> dgates);

/// Gated recurrent unit (Cho et al. 2014, in the form of cuDNN and PyTorch). `gates` [n, 4H] comes
/// with the input's part of the reset, update and new gates' sums in its first 3H columns, and
/// `hidden_sums` [n, 3H], empty for 0, is the hidden state's part; both without their biases [3H].
/// It becomes r, z, n and the hidden state's part of n: r, z = sigmoid, n = tanh(x_n + r h_n);
/// h = n + z (previous - n).
template <Real T>
void gru_step(std::span<const T> input_bias, std::span<const T> hidden_bias, MatrixView<T> gates,
              MatrixView<const T> hidden_sums, MatrixView<const T> previous, MatrixView<T> h);

/// From dJ/dh writes dJ/d(sums) to `dgates` [n, 4H]: of the input's part of r, z, n, then of the
/// hidden state's part of n (that of r and z is the same). dh becomes what goes to the previous
/// state other than through the sums.
template <Real T>
void gru_step_gradient(MatrixView<const T> gates, MatrixView<const T> previous, MatrixView<T> dh,
                       MatrixView<T> dgates);

}  // namespace infomax::math
