// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/model/encoded_side.hpp"

#include <algorithm>
#include <cassert>

#include "infomax/core/stopwatch.hpp"

namespace infomax::model {
namespace {

std::size_t rows_at_once(std::size_t batch_rows, std::size_t micro_batch) {
  return micro_batch == 0 ? batch_rows : std::min(batch_rows, micro_batch);
}

template <math::Real T>
std::size_t largest_sum_count(const nn::Network<T>& network) {
  std::size_t largest = 0;
  for (std::size_t n = 0; n < network.normalizations(); ++n) {
    largest = std::max(largest, network.sum_count(n));
  }
  return largest;
}

}  // namespace

template <math::Real T>
EncodedSide<T>::EncodedSide(const mpi::Communicator& communicator, const Member<T>& member,
                            const data::RowStore& rows, const data::Augmentation* augmentation,
                            const stats::RowParts* parts, std::size_t batch_rows,
                            std::size_t micro_batch, bool for_backward)
    : communicator_(communicator),
      member_(&member),
      rows_(&rows),
      augmentation_(augmentation),
      parts_(parts),
      micro_rows_(rows_at_once(batch_rows, micro_batch)),
      whole_(parts == nullptr && micro_rows_ == batch_rows),
      inputs_(micro_rows_, member.network.inputs()),
      outputs_(whole_ ? 0 : batch_rows, member.network.outputs()),
      doutputs_(for_backward && !whole_ && (parts != nullptr || member.network.normalizations() > 0)
                    ? micro_rows_
                    : 0,
                member.network.outputs()),
      sums_(largest_sum_count(member.network)),
      tape_(member.network, micro_rows_, for_backward) {}

/// Once also for a batch of no rows, which has its share in what all ranks do.
template <math::Real T>
template <class Use>
void EncodedSide<T>::for_each_micro(Use&& use) const {
  if (parts_ != nullptr && !indices_.empty()) {
    stats::for_each_part(parts_, indices_.size(), [&](std::size_t first, std::size_t count) {
      use(Micro{first, count});
    });
    return;
  }
  std::size_t first = 0;
  do {
    const std::size_t count = std::min(micro_rows_, indices_.size() - first);
    use(Micro{first, count});
    first += count;
  } while (first < indices_.size());
}

template <math::Real T>
MatrixView<const T> EncodedSide<T>::convert(const Micro& micro) {
  const Stopwatch stopwatch;
  const MatrixView<T> inputs = inputs_.view().row_range(0, micro.count);
  rows_->convert(indices_.subspan(micro.first, micro.count), member_->normalization, inputs);
  if (augmentation_ != nullptr) {
    augmentation_->apply(pass_.key, pass_.samples.subspan(micro.first, micro.count), inputs);
  }
  input_s_ += stopwatch.elapsed_s();
  return inputs;
}

/// The output of a part of the network; what the parts before it left is used where it still is.
template <math::Real T>
MatrixView<const T> EncodedSide<T>::forward_to(std::size_t part, std::span<const T> parameters,
                                               const Micro& micro) {
  const bool goes_on = whole_ && pass_.training && part > 0;
  if (!goes_on) {
    convert(micro);
  }
  const MatrixView<const T> inputs = inputs_.view().row_range(0, micro.count);
  const nn::Pass pass = pass_.rows(micro.first, micro.count);
  MatrixView<const T> output;
  for (std::size_t p = goes_on ? part : 0; p <= part; ++p) {
    output = member_->network.forward_part(p, parameters, inputs, tape_, pass);
  }
  return output;
}

/// Collective. The sums of a normalisation over all rows of all ranks; `add(micro, sums)` adds
/// those of a micro-batch.
template <math::Real T>
template <class Add>
std::span<const double> EncodedSide<T>::sum_over_batch(std::size_t normalization, Add&& add) {
  const auto sums = std::span<double>(sums_).first(member_->network.sum_count(normalization));
  summation_.begin(parts_, sums);
  for_each_micro([&](const Micro& micro) {
    add(micro, sums);
    summation_.end_part(parts_, sums);
  });
  summation_.finish(communicator_, parts_, sums);
  return sums;
}

template <math::Real T>
MatrixView<const T> EncodedSide<T>::forward(std::span<const T> parameters,
                                            std::span<const std::size_t> indices,
                                            const nn::Pass& pass) {
  const auto& network = member_->network;
  indices_ = indices;
  pass_ = pass;
  for (std::size_t n = 0; pass.training && n < network.normalizations(); ++n) {
    const auto sums = sum_over_batch(n, [&](const Micro& micro, std::span<double> into) {
      (void)forward_to(n, parameters, micro);
      network.add_sums(n, parameters, inputs_.view().row_range(0, micro.count), tape_, into);
    });
    network.set_moments(n, parameters, sums, tape_);
  }
  if (whole_) {
    return forward_to(network.normalizations(), parameters, {0, indices.size()});
  }
  for_each_micro([&](const Micro& micro) {
    const auto encoded = forward_to(network.normalizations(), parameters, micro);
    for (std::size_t i = 0; i < micro.count; ++i) {
      std::ranges::copy(encoded.row(i), outputs_.view().row(micro.first + i).begin());
    }
  });
  return std::as_const(outputs_).view().row_range(0, indices.size());
}

template <math::Real T>
MatrixView<const T> EncodedSide<T>::inputs() const {
  assert(whole_);
  return inputs_.view().row_range(0, indices_.size());
}

template <math::Real T>
void EncodedSide<T>::backward(std::span<const T> parameters, MatrixView<T> doutputs,
                              std::span<T> gradient,
                              const typename nn::Network<T>::PartReady& ready,
                              const std::function<void()>& added) {
  const auto& network = member_->network;
  if (network.normalizations() > 0) {
    backward_normalized(parameters, doutputs, gradient, added);
    if (ready) {
      ready(0, network.parameter_count());
    }
    return;
  }
  for_each_micro([&](const Micro& micro) {
    const bool last = micro.first + micro.count == indices_.size();
    if (!whole_) {
      (void)forward_to(0, parameters, micro);
    }
    network.backward(
        parameters, inputs_.view().row_range(0, micro.count), tape_,
        parts_ != nullptr ? copied(doutputs, micro) : doutputs.row_range(micro.first, micro.count),
        gradient, last ? ready : typename nn::Network<T>::PartReady{},
        pass_.rows(micro.first, micro.count));
    if (added) {
      added();
    }
  });
}

/// Rows of doutputs in memory of their own, for where backward starts from them more than once, or
/// their alignment is to be the same whatever the rows before them.
template <math::Real T>
MatrixView<T> EncodedSide<T>::copied(MatrixView<T> doutputs, const Micro& micro) {
  const auto start = doutputs_.view().row_range(0, micro.count);
  for (std::size_t i = 0; i < micro.count; ++i) {
    std::ranges::copy(doutputs.row(micro.first + i), start.row(i).begin());
  }
  return start;
}

/// Collective. From the last normalisation to the first, the means over the batch that it needs,
/// then what comes before it. Where activations are not kept, the way there is made again for each.
template <math::Real T>
void EncodedSide<T>::backward_normalized(std::span<const T> parameters, MatrixView<T> doutputs,
                                         std::span<T> gradient,
                                         const std::function<void()>& added) {
  const auto& network = member_->network;
  for (std::size_t n = network.normalizations(); n-- > 0;) {
    const auto sums = sum_over_batch(n, [&](const Micro& micro, std::span<double> into) {
      const auto inputs = inputs_.view().row_range(0, micro.count);
      if (whole_) {
        network.backward_part(n + 1, parameters, inputs, tape_, doutputs, gradient, pass_);
      } else {
        propagate(n + 1, parameters, micro, copied(doutputs, micro), {});
      }
      network.add_gradient_sums(n, inputs, tape_, into);
    });
    network.set_gradient_means(n, sums, tape_);
  }
  if (whole_) {
    network.backward_part(0, parameters, inputs(), tape_, {}, gradient, pass_);
    return;
  }
  for_each_micro([&](const Micro& micro) {
    propagate(0, parameters, micro, copied(doutputs, micro), gradient);
    if (added) {
      added();
    }
  });
}

/// Forward, and back down to a part; an empty gradient is not added to.
template <math::Real T>
void EncodedSide<T>::propagate(std::size_t to_part, std::span<const T> parameters,
                               const Micro& micro, MatrixView<T> doutputs, std::span<T> gradient) {
  const auto& network = member_->network;
  (void)forward_to(network.normalizations(), parameters, micro);
  const auto inputs = inputs_.view().row_range(0, micro.count);
  for (std::size_t part = network.normalizations() + 1; part-- > to_part;) {
    network.backward_part(part, parameters, inputs, tape_, doutputs, gradient,
                          pass_.rows(micro.first, micro.count));
  }
}

template <math::Real T>
std::size_t EncodedSide<T>::bytes() const {
  return (inputs_.size() + outputs_.size() + doutputs_.size()) * sizeof(T) + tape_.bytes();
}

template class EncodedSide<float>;
template class EncodedSide<double>;

}  // namespace infomax::model
