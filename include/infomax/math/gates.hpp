// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <span>

#include "infomax/math/blas.hpp"

/// @file
/// The elementwise part of one step of recurrent cells, of H units of one sequence, and its
/// derivative. tanh and exp are SLEEF's.

namespace infomax::math {

/// Long short-term memory (Hochreiter and Schmidhuber 1997; with the forget gate of Gers et al.
/// 2000). `gates` [4H] comes as the sums of the input, forget, cell and output gates, and becomes
/// i, f, g, o = sigmoid, sigmoid, tanh, sigmoid of them; then
/// c = f previous + i g, squashed = tanh(c), h = o squashed. `previous` is empty for 0.
template <Real T>
void lstm_step(std::span<T> gates, std::span<const T> previous, std::span<T> c,
               std::span<T> squashed, std::span<T> h);

/// From dJ/dh and dc, what later steps say of dJ/dc, writes dJ/d(sums) to `dgates` [4H], and to dc
/// what this step says of the previous cell.
template <Real T>
void lstm_step_gradient(std::span<const T> gates, std::span<const T> previous,
                        std::span<const T> squashed, std::span<const T> dh, std::span<T> dc,
                        std::span<T> dgates);

/// Gated recurrent unit (Cho et al. 2014, in the form of cuDNN and PyTorch). `gates` [4H] comes
/// with the input's part of the reset, update and new gates' sums in its first 3H, and
/// `hidden_sums` [3H] are the hidden state's part. It becomes r, z, n and the hidden state's part
/// of n: r, z = sigmoid, n = tanh(x_n + r h_n); h = n + z (previous - n). `previous` is empty for
/// 0.
template <Real T>
void gru_step(std::span<T> gates, std::span<const T> hidden_sums, std::span<const T> previous,
              std::span<T> h);

/// From dJ/dh writes dJ/d(sums) to `dgates` [4H]: of the input's part of r, z, n, then of the
/// hidden state's part of n (that of r and z is the same). dh becomes what goes to the previous
/// state other than through the sums.
template <Real T>
void gru_step_gradient(std::span<const T> gates, std::span<const T> previous, std::span<T> dh,
                       std::span<T> dgates);

}  // namespace infomax::math
