// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "infomax/model/examples.hpp"
#include "infomax/model/model.hpp"
#include "infomax/model/pass_context.hpp"
#include "infomax/model/side.hpp"
#include "infomax/model/views.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/objective/batch.hpp"
#include "infomax/stats/exact_sum.hpp"
#include "infomax/stats/row_source.hpp"

namespace infomax::model {

/// Makes the two sides of the objective from a model and the samples of a batch, and computes the
/// backward pass. It knows nothing of objectives. Of ranks it knows only that some networks sum
/// over the batch: forward and backward are collective where one does.
template <math::Real T>
class Sides {
 public:
  /// Room for batches of at most `batch_rows` local samples, `micro_batch` (0 = all) at a time.
  /// Where `reproducible`, each block's part of a batch is taken by itself instead, and all that is
  /// computed of it has the same bits at any number of ranks. What is passed by reference, but for
  /// the communicator and settings, must outlive this.
  Sides(const mpi::Communicator& communicator, const Model<T>& model, const Examples& examples,
        const PairSettings& settings, std::size_t batch_rows, std::size_t micro_batch,
        bool for_backward, bool reproducible = false);
  Sides(const Sides&) = delete;
  Sides& operator=(const Sides&) = delete;

  /// Both sides of the given samples of the shard, by the model's parameters as they are now.
  void forward(std::span<const std::size_t> samples, const PassContext& context);

  /// Announces samples that forward() will take soon, so that their rows are read while others are
  /// used. Returns whether more should be announced.
  bool announce(std::span<const std::size_t> samples);
  /// Whether rows are read from files while they are used.
  [[nodiscard]] bool reads_pages() const {
    return examples_->x->held_pages() > 0 || (examples_->y && examples_->y->held_pages() > 0);
  }

  /// @{ The rows of a side, valid after forward() until the next one.
  [[nodiscard]] const stats::RowSource<T>& a() const { return a_.rows(); }
  [[nodiscard]] const stats::RowSource<T>& b() const { return b_.rows(); }
  /// @}

  /// Both sides, and all other arguments of an objective.
  [[nodiscard]] objective::Batch<T> batch() const {
    return {{a(), b(), reproducible_ ? &parts_ : nullptr, content_of_a_},
            std::span(numbers_).first(count_),
            std::span(tapped_).first(target_a_ ? 2 : (b_.is_tapped() ? 1 : 0)),
            model_->objective_parameters(),
            tapped_lengths_};
  }

  /// Where the objective puts its gradient, [B, p] and [B, q]; of 0 columns for a side that is
  /// data; and that of the tapped layer.
  [[nodiscard]] objective::Gradients<T> gradients();

  /// Adds the gradient by the parameters that follows from gradients() to `gradient`, which is as
  /// long as the model's parameters. `ready` is called for each part of it that is complete.
  void backward(std::span<T> gradient, const typename nn::Executor<T>::PartReady& ready = {});

  /// The same, but each block's part goes to `sum`, which was started with the size of `gradient`;
  /// `gradient` is scratch memory then. For sides that are reproducible.
  void backward(std::span<T> gradient, stats::ExactSum& sum);

  /// Whether each block's part of a batch is computed by itself.
  [[nodiscard]] bool reproducible() const { return reproducible_; }

  /// After forward in training: moves the running averages of batch normalisations by `share` of
  /// the way to the moments of this batch, both sides together. `parameters` are the model's.
  void remember(double share, std::span<T> parameters) const;

  /// Seconds spent since construction in turning rows of the data set into numbers.
  [[nodiscard]] double input_s() const;

  /// Memory for rows in flight: inputs, activations, outputs and their gradients.
  [[nodiscard]] std::size_t bytes() const;

 private:
  Sides(const mpi::Communicator& communicator, const Model<T>& model, const Examples& examples,
        const Views& views, const SideRoom& room, bool reproducible);

  /// Calls use(side) for each side that there is, and for those that the target network makes.
  template <class Use>
  void for_each_side(const Use& use) const;

  const Model<T>* model_;
  const Examples* examples_;
  bool reproducible_;
  bool a_is_input_of_b_;
  std::uint64_t content_of_all_;  // of side a where it is data and all of it
  stats::RowParts parts_;         // of the batch, by block, where reproducible
  Side<T> a_;
  Side<T> b_;
  std::optional<Side<T>> target_a_;  // what the member `target` makes of the rows of either side
  std::optional<Side<T>> target_b_;
  std::array<const stats::RowSource<T>*, 2> tapped_{};  // of the last batch: of side b, or targets
  std::span<const std::uint32_t> tapped_lengths_;       // of side b
  std::array<MatrixView<T>, 1> tapped_gradients_;
  std::vector<std::uint64_t> numbers_;  // of the batch's samples among all
  std::vector<std::size_t> announced_;  // rows of announced samples; memory
  std::size_t count_ = 0;
  std::uint64_t content_of_a_ = 0;  // of the last batch
};

}  // namespace infomax::model
