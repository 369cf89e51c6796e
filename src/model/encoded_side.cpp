// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/model/encoded_side.hpp"

#include "infomax/core/stopwatch.hpp"

namespace infomax::model {

template <math::Real T>
EncodedSide<T>::EncodedSide(const mpi::Communicator& communicator, const Member<T>& member,
                            const data::RowStore& rows, RowChange change,
                            const stats::RowParts* parts, std::size_t batch_rows,
                            std::size_t micro_batch, bool for_backward,
                            std::optional<std::size_t> tapped_layer)
    : member_(&member),
      rows_(&rows),
      change_(change),
      parts_(parts),
      tapped_(tapped_layer ? 1 : 0,
              tapped_layer ? member.network.graph().feature_map(*tapped_layer) : 0),
      reduction_(communicator, parts),
      executor_(
          member.network,
          {.batch_rows = batch_rows,
           .micro_rows = micro_batch,
           .for_backward = for_backward,
           .by_ranges = parts != nullptr,
           .taps = tapped_},
          [this](std::size_t first, MatrixView<T> inputs) { fill(first, inputs); }, &reduction_) {
  lengths_.reserve(batch_rows);
  tapped_lengths_.reserve(tapped_.empty() ? 0 : batch_rows);
}

template <math::Real T>
void EncodedSide<T>::find_tapped_lengths() {
  tapped_lengths_.clear();
  const auto& steps = member_->network.graph().nodes()[tapped_.front()].steps;
  for (std::size_t i = 0; steps && i < pass_.lengths.size(); ++i) {
    tapped_lengths_.push_back(static_cast<std::uint32_t>(steps->of(pass_, i)));
  }
}

template <math::Real T>
MatrixView<const T> EncodedSide<T>::forward(std::span<const T> parameters,
                                            std::span<const std::size_t> indices,
                                            const nn::Pass& pass) {
  indices_ = indices;
  pass_ = pass;
  pass_.lengths = lengths_.of(*rows_, indices);
  if (!tapped_.empty()) {
    find_tapped_lengths();
  }
  ranges_.clear();
  if (parts_ != nullptr && !indices.empty()) {
    stats::for_each_part(parts_, indices.size(), [&](std::size_t first, std::size_t count) {
      ranges_.push_back({first, count});
    });
  }
  return executor_.forward(parameters, indices.size(), pass_, ranges_);
}

template <math::Real T>
void EncodedSide<T>::backward(std::span<const T> parameters, MatrixView<T> doutputs,
                              std::span<T> gradient, const PartReady& ready,
                              const RangeAdded& added, MatrixView<const T> dtapped) {
  const nn::TapGradient<T> tap{tapped_.empty() ? 0 : tapped_.front(), dtapped};
  executor_.backward(parameters, doutputs, gradient, ready, added,
                     std::span(&tap, dtapped.columns() > 0 ? 1 : 0));
}

template <math::Real T>
void EncodedSide<T>::fill(std::size_t first, MatrixView<T> inputs) {
  const Stopwatch stopwatch;
  rows_->convert(indices_.subspan(first, inputs.rows()), member_->normalization, inputs);
  if (change_.augmentation != nullptr && (pass_.training || change_.in_evaluation)) {
    const nn::Pass pass = pass_.rows(first, inputs.rows());
    change_.augmentation->apply(pass.key, pass.samples, inputs, {rows_->steps(), pass.lengths});
  }
  input_s_ += stopwatch.elapsed_s();
}

template class EncodedSide<float>;
template class EncodedSide<double>;

}  // namespace infomax::model
