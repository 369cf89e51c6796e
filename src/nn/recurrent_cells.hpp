// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>

#include "infomax/math/blas.hpp"
#include "infomax/math/elementwise.hpp"
#include "infomax/math/gates.hpp"

/// @file
/// What the kinds of recurrent cells differ in. H units; K blocks of H columns in the weights; n
/// sequences that have a step.

namespace infomax::nn {

/// One step of all sequences that have it: rows of the packed matrices.
template <class T>
struct CellStep {
  MatrixView<T> sums;                 ///< [n, kept H]; of a plain cell the same memory as `hidden`
  MatrixView<T> hidden;               ///< [n, H]
  MatrixView<T> cells;                ///< [n, H] of lstm
  MatrixView<T> squashed;             ///< [n, H] of lstm: tanh of the cells
  MatrixView<const T> hidden_before;  ///< [n, H], the states of the step before, or empty
  MatrixView<const T> cells_before;   ///< [n, H] of lstm, or empty
};

/// The two biases of a recurrent layer, [K H] each.
template <class T>
struct CellBiases {
  std::span<const T> input;
  std::span<const T> hidden;
  std::span<const T> both;  ///< their sum
};

/// A cell has
///   blocks    K
///   kept      blocks of H columns of the sums that backward needs beside the states; 0 if none
///   cells     whether there is a cell's state beside the hidden one
///   separate  whether the hidden state's part of the sums stays apart from the input's
///   forward   from sums to states
///   backward  from dh to the derivatives of the sums, `dsums` [n, kept H] (a plain cell's are dh)
template <class T>
struct PlainCell {
  static constexpr std::size_t blocks = 1;
  static constexpr std::size_t kept = 0;
  static constexpr bool cells = false;
  static constexpr bool separate = false;

  static void forward(const CellBiases<T>& biases, MatrixView<const T> /*hidden_sums*/,
                      const CellStep<T>& step) {
    math::add_bias_and_activate(math::Activation::tanh, biases.both, step.hidden);
  }
  static void backward(const CellStep<T>& step, MatrixView<T> /*dh*/, MatrixView<T> /*dc*/,
                       MatrixView<T> dsums) {
    math::multiply_by_derivative(math::Activation::tanh, MatrixView<const T>(step.hidden), dsums);
  }
};

template <class T>
struct LstmCell {
  static constexpr std::size_t blocks = 4;
  static constexpr std::size_t kept = 4;
  static constexpr bool cells = true;
  static constexpr bool separate = false;

  static void forward(const CellBiases<T>& biases, MatrixView<const T> /*hidden_sums*/,
                      const CellStep<T>& step) {
    math::lstm_step<T>(biases.both, step.sums, step.cells_before, step.cells, step.squashed,
                       step.hidden);
  }
  static void backward(const CellStep<T>& step, MatrixView<T> dh, MatrixView<T> dc,
                       MatrixView<T> dsums) {
    math::lstm_step_gradient<T>(step.sums, step.cells_before, step.squashed, dh, dc, dsums);
  }
};

/// The hidden state's part of the new gate is kept as a fourth block, and so is its derivative.
template <class T>
struct GruCell {
  static constexpr std::size_t blocks = 3;
  static constexpr std::size_t kept = 4;
  static constexpr bool cells = false;
  static constexpr bool separate = true;

  static void forward(const CellBiases<T>& biases, MatrixView<const T> hidden_sums,
                      const CellStep<T>& step) {
    math::gru_step<T>(biases.input, biases.hidden, step.sums, hidden_sums, step.hidden_before,
                      step.hidden);
  }
  static void backward(const CellStep<T>& step, MatrixView<T> dh, MatrixView<T> /*dc*/,
                       MatrixView<T> dsums) {
    math::gru_step_gradient<T>(step.sums, step.hidden_before, dh, dsums);
  }
};

}  // namespace infomax::nn
