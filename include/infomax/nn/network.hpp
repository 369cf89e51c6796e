// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "infomax/core/matrix.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/nn/pass.hpp"
#include "infomax/nn/spec.hpp"

// D input features, q outputs, M rows of a micro-batch.
namespace infomax::nn {

/// A named part of a network's flat parameter vector, row-major [rows, columns].
struct ParameterBlock {
  std::size_t layer = 0;   ///< K: counts the items of the spec that have parameters, from 0
  std::string name;        ///< "weight" [in, out], or [1, out]: "bias"; of batchnorm, "scale",
                           ///< "shift" and, without a gradient, "mean" and "variance"
  std::size_t offset = 0;  ///< in the flat vector
  std::size_t rows = 0;
  std::size_t columns = 0;
  bool is_weight = false;  ///< weights are subject to weight decay, biases are not

  [[nodiscard]] std::size_t size() const { return rows * columns; }
};

template <math::Real T>
class Stage;
template <math::Real T>
class BatchNorm;
struct BatchStatistics;

/// A stack of layers as a pure function of (flat parameters, rows): it owns no parameters and knows
/// nothing of ranks. Layers with the activation that follows them form one stage.
///
/// In training, a batch normalisation needs sums over the whole batch, of which a call may see a
/// part of the rows only. Its n-th normalisation therefore ends part n of the network, and the next
/// part begins with it; who runs the parts one by one adds the sums up in between:
///
///     forward_part(0) on all rows, add_sums(0) on all rows, set_moments(0), forward_part(1), ...
///     backward_part(last) on all rows, add_gradient_sums(last - 1), set_gradient_means(last - 1),
///     backward_part(last - 1), ...
///
/// Without one there is but part 0, which is all that forward and backward run.
template <math::Real T>
class Network {
 public:
  /// The memory of one pass over at most M rows: what forward leaves for backward.
  class Tape {
   public:
    /// Room for `rows` rows; `for_backward` adds what backward needs.
    Tape(const Network& network, std::size_t rows, bool for_backward);
    ~Tape();
    Tape(Tape&&) noexcept;
    Tape& operator=(Tape&&) noexcept;
    Tape(const Tape&) = delete;
    Tape& operator=(const Tape&) = delete;
    [[nodiscard]] std::size_t rows() const { return rows_; }
    [[nodiscard]] std::size_t bytes() const;

   private:
    friend class Network;
    std::size_t rows_;
    std::vector<Matrix<T>> outputs_;  // [M, width of the stage], one a stage
    Matrix<T> gradients_[2];  // [M, widest hidden stage]: dy of a stage and of the one before
    MatrixView<T> dy_;        // where backward has come to
    std::vector<BatchStatistics> statistics_;  // one a normalisation
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

  /// x [B, D], B <= the tape's rows -> [B, q], a view of the tape. Of a network with batch
  /// normalisations, evaluation alone.
  MatrixView<const T> forward(std::span<const T> parameters, MatrixView<const T> x, Tape& tape,
                              const Pass& pass = {}) const;

  /// Layers that have parameters, which K counts from 0.
  [[nodiscard]] std::size_t layer_count() const;

  /// Columns of the output of layer K. Throws UsageError, which says how many layers there are.
  [[nodiscard]] std::size_t layer_columns(std::size_t layer) const;

  /// After forward: what layer K gave for the first `rows` rows [rows, layer_columns(K)], with all
  /// that follows it before the next layer that has parameters (its activation). Of the last layer
  /// it is the network's output.
  [[nodiscard]] MatrixView<const T> layer_output(const Tape& tape, std::size_t layer,
                                                 std::size_t rows) const;

  /// After forward with the same parameters, x, tape and pass: adds J's derivative by the
  /// parameters to `gradient`, given `dy` = dJ/d(output) [B, q], which is overwritten. `ready` may
  /// be empty. Of a network without batch normalisations alone.
  void backward(std::span<const T> parameters, MatrixView<const T> x, Tape& tape, MatrixView<T> dy,
                std::span<T> gradient, const PartReady& ready = {}, const Pass& pass = {}) const;

  // A training pass part by part, 0 to normalizations(); the arguments as above. What a
  // normalisation does to the rows it does with the statistics set last.

  [[nodiscard]] std::size_t normalizations() const { return normalizations_.size(); }
  [[nodiscard]] std::size_t sum_count(std::size_t n) const;  ///< doubles of either kind of sums

  /// The output of the part: of the last one [B, q].
  MatrixView<const T> forward_part(std::size_t part, std::span<const T> parameters,
                                   MatrixView<const T> x, Tape& tape, const Pass& pass) const;
  void add_sums(std::size_t n, std::span<const T> parameters, MatrixView<const T> x,
                const Tape& tape, std::span<double> sums) const;
  void set_moments(std::size_t n, std::span<const T> parameters, std::span<const double> sums,
                   Tape& tape) const;

  /// `dy` is what the last part starts from, and ignored by the others. An empty `gradient` leaves
  /// derivatives by parameters out.
  void backward_part(std::size_t part, std::span<const T> parameters, MatrixView<const T> x,
                     Tape& tape, MatrixView<T> dy, std::span<T> gradient, const Pass& pass,
                     const PartReady& ready = {}) const;
  void add_gradient_sums(std::size_t n, MatrixView<const T> x, const Tape& tape,
                         std::span<double> sums) const;
  void set_gradient_means(std::size_t n, std::span<const double> sums, Tape& tape) const;

  /// After a training pass: moves the running averages of the normalisations, which are among the
  /// parameters, by `share` of the way to the moments of the batches on all the tapes together.
  void remember(std::span<const Tape* const> tapes, double share, std::span<T> parameters) const;

 private:
  void append_dense(const SpecItem& dense, math::Activation activation);
  void append_activation(math::Activation activation);
  void append_dropout(double probability);
  void append_batch_norm();
  void append_parameters(const char* name, std::size_t rows, std::size_t layer);

  // The stages of part n are [first_stage(n), first_stage(n + 1)); a later part begins with its
  // normalisation.
  [[nodiscard]] std::size_t first_stage(std::size_t part) const;
  [[nodiscard]] const BatchNorm<T>& normalization(std::size_t n) const;
  [[nodiscard]] MatrixView<const T> input_of(std::size_t stage, MatrixView<const T> x,
                                             const Tape& tape) const;
  template <class U>
  [[nodiscard]] std::span<U> part_of(std::span<U> parameters, const Stage<T>& stage) const;
  [[nodiscard]] std::size_t last_stage_of(std::size_t layer) const;

  Spec spec_;
  std::size_t inputs_;
  std::size_t outputs_;
  std::size_t parameter_count_ = 0;
  std::vector<ParameterBlock> blocks_;
  std::vector<std::unique_ptr<const Stage<T>>> stages_;
  std::vector<std::size_t> normalizations_;  // the stages that are such
  std::uint32_t dropouts_ = 0;
};

}  // namespace infomax::nn
