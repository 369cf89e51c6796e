// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/model/sides.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <utility>

#include "infomax/core/random.hpp"
#include "infomax/model/pass_memory.hpp"

namespace infomax::model {
namespace {

/// A number that no other sides have; made in the same order on every rank.
std::uint64_t new_content() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

/// The key of one side's random numbers in a pass.
std::uint64_t key_of(const PassContext& context, std::uint64_t side) {
  const CounterRandom random(context.seed, RandomStream::pass, context.epoch, context.step);
  return random.words(side)[0];
}

}  // namespace

template <math::Real T>
Sides<T>::Sides(const mpi::Communicator& communicator, const Model<T>& model,
                const Examples& examples, const PairSettings& settings, std::size_t batch_rows,
                std::size_t micro_batch, bool for_backward, bool reproducible)
    : Sides(communicator, model, examples,
            make_views(settings, examples, model.has(Role::encoder_a)),
            {batch_rows, reproducible ? largest_part(examples, batch_rows) : micro_batch,
             for_backward, reproducible ? &parts_ : nullptr},
            reproducible) {}

template <math::Real T>
Sides<T>::Sides(const mpi::Communicator& communicator, const Model<T>& model,
                const Examples& examples, const Views& views, const SideRoom& room,
                bool reproducible)
    : model_(&model),
      examples_(&examples),
      reproducible_(reproducible),
      a_is_input_of_b_(views.a_is_input_of_b()),
      content_of_all_(new_content()),
      a_(communicator, model, views.a, room),
      b_(communicator, model, views.b, room),
      numbers_(room.batch_rows) {
  if (model.has(Role::target)) {
    for (auto [view, side] : {std::pair{views.a, &target_a_}, std::pair{views.b, &target_b_}}) {
      view.encoder = Role::target;
      side->emplace(communicator, model, view, room);
    }
  }
}

template <math::Real T>
template <class Use>
void Sides<T>::for_each_side(const Use& use) const {
  use(a_);
  use(b_);
  for (const auto* side : {&target_a_, &target_b_}) {
    if (*side) {
      use(**side);
    }
  }
}

template <math::Real T>
double Sides<T>::input_s() const {
  double seconds = 0.0;
  for_each_side([&](const Side<T>& side) { seconds += side.input_s(); });
  return seconds;
}

template <math::Real T>
std::size_t Sides<T>::bytes() const {
  std::size_t bytes = 0;
  for_each_side([&](const Side<T>& side) { bytes += side.bytes(); });
  return bytes;
}

template <math::Real T>
void Sides<T>::forward(std::span<const std::size_t> samples, const PassContext& context) {
  count_ = samples.size();
  if (reproducible_) {
    cut_into_parts(*examples_, samples, parts_);
  }
  const auto numbers = std::span(numbers_).first(count_);
  std::ranges::transform(samples, numbers.begin(), [this](std::size_t sample) {
    return std::uint64_t{examples_->shard.first_row + sample};
  });
  const auto pass_of = [&](std::uint64_t side) {
    return nn::Pass{context.training, key_of(context, side), numbers};
  };
  b_.forward(samples, pass_of(1));
  if (a_is_input_of_b_) {
    a_.forward_as_inputs_of(b_, samples, pass_of(0));
  } else {
    a_.forward(samples, pass_of(0));
  }
  if (b_.is_tapped()) {
    tapped_[0] = &b_.tapped();
  }
  if (target_a_) {
    target_a_->forward(samples, pass_of(0));
    target_b_->forward(samples, pass_of(1));
    tapped_ = {&target_a_->rows(), &target_b_->rows()};
  }
  tapped_lengths_ = b_.is_tapped() ? b_.tapped_lengths() : std::span<const std::uint32_t>{};
  // Data stays what it is from pass to pass.
  content_of_a_ = context.whole && !a_.is_encoded() ? content_of_all_ : 0;
}

template <math::Real T>
bool Sides<T>::announce(std::span<const std::size_t> samples) {
  bool room = reads_pages();
  for (const auto& rows : {examples_->x, examples_->y}) {
    if (!rows || rows->held_pages() == 0) {
      continue;
    }
    announced_.clear();
    for (const std::size_t sample : samples) {
      const RowRange range = examples_->index[sample];
      announced_.push_back(range.first);
      if (range.count > 1) {
        announced_.push_back(range.first + range.count - 1);
      }
    }
    room = rows->prefetch(announced_) && room;
  }
  return room;
}

template <math::Real T>
objective::Gradients<T> Sides<T>::gradients() {
  if (b_.is_tapped()) {
    tapped_gradients_[0] = b_.tapped_gradient();
  }
  return {a_.gradient(), b_.gradient(), std::span(tapped_gradients_).first(b_.is_tapped() ? 1 : 0)};
}

template <math::Real T>
void Sides<T>::backward(std::span<T> gradient, const typename nn::Executor<T>::PartReady& ready) {
  // A gradient that both sides add to is complete after the second only.
  const bool shared = a_.member() == b_.member();
  a_.backward(gradient, shared ? typename nn::Executor<T>::PartReady{} : ready);
  b_.backward(gradient, ready);
}

template <math::Real T>
void Sides<T>::backward(std::span<T> gradient, stats::ExactSum& sum) {
  for (Side<T>* side : {&a_, &b_}) {
    if (!side->is_encoded()) {
      continue;
    }
    const auto& member = *side->member();
    const auto own = gradient.subspan(member.offset, member.network.parameter_count());
    std::ranges::fill(own, T{0});
    side->backward(gradient, {}, [&](std::size_t offset, std::size_t count) {
      const auto range = own.subspan(offset, count);
      sum.add(member.offset + offset, std::span<const T>(range));
      std::ranges::fill(range, T{0});
    });
  }
}

template <math::Real T>
void Sides<T>::remember(double share, std::span<T> parameters) const {
  for (const auto& member : model_->members()) {
    std::array<const nn::Executor<T>*, 2> executors{};
    std::size_t count = 0;
    for_each_side([&](const Side<T>& side) {
      if (side.member() == &member) {
        executors[count++] = &side.encoder().executor();
      }
    });
    nn::Executor<T>::remember(std::span(executors).first(count), share,
                              parameters.subspan(member.offset, member.network.parameter_count()));
  }
}

template class Sides<float>;
template class Sides<double>;

}  // namespace infomax::model
