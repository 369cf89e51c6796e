#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "infomax/core/matrix.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/nn/spec.hpp"

// D input features, q outputs, M rows of a micro-batch.
namespace infomax::nn {

/// A named part of a network's flat parameter vector, row-major [rows, columns].
struct ParameterBlock {
  std::size_t layer = 0;   ///< K: counts the items of the spec that have parameters, from 0
  std::string name;        ///< "weight" [in, out] or "bias" [1, out]
  std::size_t offset = 0;  ///< in the flat vector
  std::size_t rows = 0;
  std::size_t columns = 0;
  bool is_weight = false;  ///< weights are subject to weight decay, biases are not

  [[nodiscard]] std::size_t size() const { return rows * columns; }
};

template <math::Real T>
class Stage;

/// A stack of layers as a pure function of (flat parameters, rows): it owns no parameters and knows
/// nothing of ranks. Layers with the activation that follows them form one stage.
template <math::Real T>
class Network {
 public:
  /// The memory of one pass over at most M rows: what forward leaves for backward.
  class Tape {
   public:
    /// Room for `rows` rows; `for_backward` adds what backward needs.
    Tape(const Network& network, std::size_t rows, bool for_backward);
    [[nodiscard]] std::size_t rows() const { return rows_; }
    [[nodiscard]] std::size_t bytes() const;

   private:
    friend class Network;
    std::size_t rows_;
    std::vector<Matrix<T>> outputs_;  // [M, width of the stage], one a stage
    Matrix<T> gradients_[2];  // [M, widest hidden stage]: dy of a stage and of the one before
  };

  /// Called by backward when a contiguous part [offset, offset + count) of the gradient is
  /// complete, from the last stage to the first.
  using PartReady = std::function<void(std::size_t offset, std::size_t count)>;

  Network(Spec spec, std::size_t inputs);
  ~Network();
  Network(Network&&) noexcept;
  Network& operator=(Network&&) noexcept;
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  [[nodiscard]] const Spec& spec() const { return spec_; }
  [[nodiscard]] std::size_t inputs() const { return inputs_; }    ///< D
  [[nodiscard]] std::size_t outputs() const { return outputs_; }  ///< q
  [[nodiscard]] std::size_t parameter_count() const { return parameter_count_; }
  [[nodiscard]] const std::vector<ParameterBlock>& parameters() const { return blocks_; }

  /// Floating-point operations of one row, forward and backward, counting GEMMs alone.
  [[nodiscard]] double gemm_flops_forward() const;
  [[nodiscard]] double gemm_flops_backward() const;

  /// Glorot and Bengio's uniform initialisation (2010), biases zero; a function of (seed, `which`,
  /// position) alone. `which` tells a job's networks apart.
  void initialize(std::uint64_t seed, std::uint64_t which, std::span<T> parameters) const;

  /// x [B, D], B <= the tape's rows -> [B, q], a view of the tape.
  MatrixView<const T> forward(std::span<const T> parameters, MatrixView<const T> x,
                              Tape& tape) const;

  /// After forward with the same parameters, x and tape: adds J's derivative by the parameters to
  /// `gradient`, given `dy` = dJ/d(output) [B, q], which is overwritten. `ready` may be empty.
  void backward(std::span<const T> parameters, MatrixView<const T> x, Tape& tape, MatrixView<T> dy,
                std::span<T> gradient, const PartReady& ready = {}) const;

 private:
  void append_dense(const SpecItem& dense, math::Activation activation);
  void append_activation(math::Activation activation);

  Spec spec_;
  std::size_t inputs_;
  std::size_t outputs_;
  std::size_t parameter_count_ = 0;
  std::vector<ParameterBlock> blocks_;
  std::vector<std::unique_ptr<const Stage<T>>> stages_;
};

}  // namespace infomax::nn
