// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "infomax/core/matrix.hpp"
#include "infomax/nn/network.hpp"
#include "infomax/nn/pass.hpp"
#include "infomax/nn/reduction.hpp"

/// @file
/// D input features, q outputs, B local rows of a batch, M rows at a time.

namespace infomax::nn {

/// Rows [first, first + count) of a batch.
struct RowRange {
  std::size_t first = 0;  ///< counted within the batch
  std::size_t count = 0;  ///< may be 0
};

/// The sizes that an executor reserves memory for.
struct Room {
  std::size_t batch_rows = 0;  ///< B at most
  std::size_t micro_rows = 0;  ///< M at most; 0 = all
  bool for_backward = false;   ///< whether backward() will be called
  bool by_ranges =
      false;  ///< forward() is given ranges, and what a range gives must not depend on other ranges
  std::vector<std::size_t> taps = {};  ///< nodes whose values value() returns, besides the output
  bool input_gradient = false;         ///< backward() also gives the derivative by the input; of
                                       ///< networks without sums over the batch
};

/// The derivative of J by the value of a tapped node. A backward pass starts from these besides the
/// derivative by the output.
template <math::Real T>
struct TapGradient {
  std::size_t node = 0;          ///< one of Room::taps
  MatrixView<const T> gradient;  ///< [B, columns of the node]
};

struct Segment;

/// Runs a network forward and backward over a batch whose rows it asks for. It owns the memory of
/// the pass: values (the tape), gradients, workspaces.
///
/// A batch is run range by range, M rows at a time. If one range covers the batch, all values that
/// the backward pass needs are kept. Otherwise only outputs are kept, and backward() computes the
/// values again, range by range, so that a step costs two forward passes.
///
/// Some layers (batch normalisation) need sums over the whole batch, both forward and backward.
/// They cut the network into segments: forward() runs a segment on all ranges and adds up the sums
/// of the layer that begins the next segment; then the Reduction finishes the sums. Values that a
/// later segment reads, and their gradients in the backward pass, are kept for the whole batch [B,
/// columns]. Therefore each segment runs once in forward() and once more in backward(), whatever
/// the number of segments.
///
///     forward    for each segment:  for each range:  values; sums of the next segment's layer
///                                   finish the sums
///     backward   for each segment, from the last:
///                                   for each range:  values again; gradients; sums of this
///                                                    segment's layer
///                                   finish the sums
///
/// Each range is computed by separate calls on equally aligned memory, so that the bits of what it
/// adds depend on its own rows alone.
template <math::Real T>
class Executor {
 public:
  /// Writes the input rows of the batch from `first` on to rows [count, D].
  using Fill = std::function<void(std::size_t first, MatrixView<T> rows)>;

  /// Called by backward when the part [offset, offset + count) of the gradient is complete for all
  /// rows, node by node from the last to the first.
  using PartReady = std::function<void(std::size_t offset, std::size_t count)>;

  /// Called by backward when a range has been added to [offset, offset + count) of the gradient;
  /// may change that part. Together the parts of all calls for one range are the whole gradient.
  using RangeAdded = std::function<void(std::size_t offset, std::size_t count)>;

  /// `network` and `reduction` must outlive this. Without a reduction, this process holds the whole
  /// batch.
  Executor(const Network<T>& network, const Room& room, Fill fill, Reduction* reduction = nullptr);
  ~Executor();
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  /// Outputs [B, q] of a batch of `rows` rows, valid until the next call. Collective if the
  /// reduction is, the pass is one of training, and a layer needs sums. `ranges` are used if the
  /// room is for ranges; they cover the rows and must stay unchanged until backward() returns. A
  /// batch without rows has one empty range.
  MatrixView<const T> forward(std::span<const T> parameters, std::size_t rows, const Pass& pass,
                              std::span<const RowRange> ranges = {});

  /// Returns the value of a tapped node [B, its columns] after forward(), valid until its next
  /// call.
  [[nodiscard]] MatrixView<const T> value(std::size_t node) const;

  /// Whether all input rows of the batch are in memory after forward().
  [[nodiscard]] bool holds_inputs() const;
  /// Returns the input rows [B, D]. Only if holds_inputs().
  [[nodiscard]] MatrixView<const T> inputs() const;

  /// Adds the derivative of J by the parameters to `gradient`, after a forward pass of training
  /// with the same parameters. `doutputs` = dJ/d(output) [B, q] is overwritten; `taps` are further
  /// derivatives. `dinputs` [B, D] gets that by the input, if the room has it and there are
  /// columns. Collective as forward() is.
  void backward(std::span<const T> parameters, MatrixView<T> doutputs, std::span<T> gradient,
                const PartReady& ready = {}, const RangeAdded& added = {},
                std::span<const TapGradient<T>> taps = {}, MatrixView<T> dinputs = {});

  /// Moves the running statistics of a network, which are among its parameters, by `share` of the
  /// way to the statistics of all batches of the executors together. Called after forward passes of
  /// training.
  static void remember(std::span<const Executor* const> executors, double share,
                       std::span<T> parameters);

  /// The rows of all forward passes since construction: a batch of B rows counts B, and B more if
  /// backward() computes its values again.
  [[nodiscard]] std::uint64_t forwarded_rows() const;

  /// The memory of values, gradients and workspaces.
  [[nodiscard]] std::size_t bytes() const;

  /// The same of an executor that is not made yet.
  [[nodiscard]] static std::size_t bytes_for(const Network<T>& network, const Room& room);

 private:
  struct State;
  /// What a way back is given, for one range.
  struct Backward {
    std::span<T> gradient;
    const PartReady& ready;
    const RangeAdded& added;
    std::span<const TapGradient<T>> taps;
    bool last;  ///< no range comes after this one
  };

  void make_values(const Segment& segment, const RowRange& range, bool first);
  void keep(const Segment& segment, const RowRange& range);
  void load_gradients(const Segment& segment, const RowRange& range, bool last);
  void store_gradients(const Segment& segment, const RowRange& range);
  void complete_gradient(std::size_t node, const RowRange& range,
                         std::span<const TapGradient<T>> taps);
  void run_back(const Segment& segment, const RowRange& range, const Backward& way);
  void differentiate(std::size_t node, const RowRange& range, std::span<T> gradient);

  std::unique_ptr<State> state_;
};

}  // namespace infomax::nn
