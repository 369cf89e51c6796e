// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/model/sides.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <stdexcept>
#include <type_traits>

#include "infomax/core/random.hpp"

namespace infomax::model {
namespace {

/// The network of an encoded side a: its own, or the one that both sides share.
template <math::Real T>
const Member<T>& member_of_a(const Model<T>& model) {
  return model.members().front();
}

bool encodes_a(Pair pair) {
  return pair == Pair::views || pair == Pair::augment || pair == Pair::lag;
}

std::optional<data::Augmentation> augmentation_of(const PairSettings& settings) {
  if (settings.pair != Pair::augment) {
    return std::nullopt;
  }
  std::optional<data::ImageShape> image;
  if (!settings.image.empty()) {
    image = data::parse_image_shape(settings.image);
  }
  return data::Augmentation(settings.augment, image);
}

/// One that no other sides have; made in the same order on every rank.
std::uint64_t new_content() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

/// Of the random numbers of one side on one occasion.
std::uint64_t key_of(const Occasion& occasion, std::uint64_t side) {
  const CounterRandom random(occasion.seed, RandomStream::pass, occasion.epoch, occasion.step);
  return random.words(side)[0];
}

/// Rows of the batch that one block may have, at most; at least 1, for 0 would be all.
std::size_t largest_part(const Examples& examples, std::size_t batch_rows) {
  const std::size_t blocks = examples.blocks.count();
  return std::max<std::size_t>(
      1, std::min(batch_rows, (examples.blocks.rows() + blocks - 1) / blocks));
}

}  // namespace

template <math::Real T>
std::size_t columns_of_a(const Model<T>& model, const Examples& examples,
                         const PairSettings& settings) {
  switch (settings.pair) {
    case Pair::input:
      return model.member("b").network.inputs();
    case Pair::target:
      return settings.classes > 0 ? settings.classes : examples.y->features();
    case Pair::views:
    case Pair::augment:
    case Pair::lag:
      return member_of_a(model).network.outputs();
  }
  throw std::logic_error("unknown pair");
}

template <math::Real T>
Sides<T>::Sides(const mpi::Communicator& communicator, const Model<T>& model,
                const Examples& examples, const PairSettings& settings, std::size_t batch_rows,
                std::size_t micro_batch, bool for_backward, bool reproducible)
    : model_(&model),
      examples_(&examples),
      settings_(settings),
      reproducible_(reproducible),
      content_of_all_(new_content()),
      augmentation_(augmentation_of(settings)),
      encoder_b_(
          communicator, model.member("b"), settings.pair == Pair::views ? *examples.y : examples.x,
          augmentation_ ? &*augmentation_ : nullptr, reproducible ? &parts_ : nullptr, batch_rows,
          reproducible ? largest_part(examples, batch_rows) : micro_batch, for_backward),
      db_(for_backward ? batch_rows : 0, model.member("b").network.outputs()),
      as_they_are_(data::Normalization::identity(examples.y ? examples.y->features() : 0)),
      numbers_(batch_rows) {
  if (encodes_a(settings.pair)) {
    const auto& member = member_of_a(model);
    encoder_a_.emplace(communicator, member, examples.x, augmentation_ ? &*augmentation_ : nullptr,
                       reproducible ? &parts_ : nullptr, batch_rows,
                       reproducible ? largest_part(examples, batch_rows) : micro_batch,
                       for_backward);
    da_ = Matrix<T>(for_backward ? batch_rows : 0, member.network.outputs());
  }
  if (settings.pair == Pair::lag) {
    rows_a_.resize(batch_rows);
    rows_b_.resize(batch_rows);
  }
}

template <math::Real T>
MatrixView<const T> Sides<T>::encode(EncodedSide<T>& encoder, std::span<const std::size_t> rows,
                                     const nn::Pass& pass) {
  return encoder.forward(model_->parameters_of(encoder.member()), rows, pass);
}

template <math::Real T>
void Sides<T>::forward(std::span<const std::size_t> samples, const Occasion& occasion) {
  count_ = samples.size();
  if (reproducible_) {
    cut_into_parts(*examples_, samples, parts_);
  }
  const auto numbers = std::span(numbers_).first(count_);
  std::ranges::transform(samples, numbers.begin(), [this](std::size_t sample) {
    return std::uint64_t{examples_->shard.first_row + sample};
  });
  const auto pass_of = [&](std::uint64_t side) {
    return nn::Pass{occasion.training, key_of(occasion, side), numbers};
  };
  std::span<const std::size_t> rows_a = samples;
  std::span<const std::size_t> rows_b = samples;
  if (settings_.pair == Pair::lag) {
    for (std::size_t i = 0; i < samples.size(); ++i) {
      rows_a_[i] = examples_->start_of[samples[i]];
      rows_b_[i] = rows_a_[i] + settings_.lag;
    }
    rows_a = std::span(rows_a_).first(count_);
    rows_b = std::span(rows_b_).first(count_);
  }
  b_.emplace(encode(encoder_b_, rows_b, pass_of(1)));
  if (encoder_a_) {
    a_.template emplace<stats::MatrixRows<T>>(encode(*encoder_a_, rows_a, pass_of(0)));
  } else {
    show_data(samples);
  }
  const stats::RowParts* parts = reproducible_ ? &parts_ : nullptr;
  // Data stays what it is from pass to pass.
  const std::uint64_t content = occasion.whole && !encoder_a_ ? content_of_all_ : 0;
  b_->set_parts(parts);
  std::visit(
      [&](auto& source) {
        if constexpr (!std::is_same_v<std::decay_t<decltype(source)>, std::monostate>) {
          source.set_parts(parts);
          source.set_content(content);
        }
      },
      a_);
}

/// Side a where it is data: x as the network sees it, or the targets.
template <math::Real T>
void Sides<T>::show_data(std::span<const std::size_t> samples) {
  if (settings_.pair == Pair::target) {
    if (settings_.classes > 0) {
      a_.template emplace<data::OneHotRows<T>>(*examples_->y, samples, settings_.classes);
    } else {
      a_.template emplace<data::DatasetRows<T>>(*examples_->y, samples, as_they_are_);
    }
  } else if (encoder_b_.holds_inputs()) {
    a_.template emplace<stats::MatrixRows<T>>(encoder_b_.inputs());
  } else {
    a_.template emplace<data::DatasetRows<T>>(examples_->x, samples,
                                              encoder_b_.member().normalization);
  }
}

template <math::Real T>
const stats::RowSource<T>& Sides<T>::a() const {
  return std::visit(
      [](const auto& source) -> const stats::RowSource<T>& {
        if constexpr (std::is_same_v<std::decay_t<decltype(source)>, std::monostate>) {
          throw std::logic_error("side a before forward");
        } else {
          return source;
        }
      },
      a_);
}

template <math::Real T>
MatrixView<T> Sides<T>::da() {
  return da_.view().row_range(0, encoder_a_ ? count_ : 0);
}

template <math::Real T>
MatrixView<T> Sides<T>::db() {
  return db_.view().row_range(0, count_);
}

template <math::Real T>
void Sides<T>::backward(EncodedSide<T>& encoder, MatrixView<T> doutputs, std::span<T> gradient,
                        const typename nn::Executor<T>::PartReady& ready,
                        const typename nn::Executor<T>::RangeAdded& added) {
  const auto& member = encoder.member();
  typename nn::Executor<T>::PartReady shifted;
  if (ready) {
    shifted = [&ready, &member](std::size_t offset, std::size_t count) {
      ready(member.offset + offset, count);
    };
  }
  encoder.backward(model_->parameters_of(member), doutputs,
                   gradient.subspan(member.offset, member.network.parameter_count()), shifted,
                   added);
}

template <math::Real T>
void Sides<T>::backward(std::span<T> gradient, const typename nn::Executor<T>::PartReady& ready) {
  if (encoder_a_) {
    // A gradient that both sides add to is complete after the second only.
    const bool shared = &encoder_a_->member() == &encoder_b_.member();
    backward(*encoder_a_, da(), gradient, shared ? typename nn::Executor<T>::PartReady{} : ready);
  }
  backward(encoder_b_, db(), gradient, ready);
}

template <math::Real T>
void Sides<T>::backward(std::span<T> gradient, stats::ExactSum& sum) {
  const auto backward_of = [&](EncodedSide<T>& encoder, MatrixView<T> doutputs) {
    const auto& member = encoder.member();
    const auto own = gradient.subspan(member.offset, member.network.parameter_count());
    std::ranges::fill(own, T{0});
    backward(encoder, doutputs, gradient, {}, [&](std::size_t offset, std::size_t count) {
      const auto part = own.subspan(offset, count);
      sum.add(member.offset + offset, std::span<const T>(part));
      std::ranges::fill(part, T{0});
    });
  };
  if (encoder_a_) {
    backward_of(*encoder_a_, da());
  }
  backward_of(encoder_b_, db());
}

template <math::Real T>
void Sides<T>::remember(double share, std::span<T> parameters) const {
  for (const auto& member : model_->members()) {
    std::array<const nn::Executor<T>*, 2> executors{};
    std::size_t count = 0;
    if (encoder_a_ && &encoder_a_->member() == &member) {
      executors[count++] = &encoder_a_->executor();
    }
    if (&encoder_b_.member() == &member) {
      executors[count++] = &encoder_b_.executor();
    }
    nn::Executor<T>::remember(std::span(executors).first(count), share,
                              parameters.subspan(member.offset, member.network.parameter_count()));
  }
}

template <math::Real T>
double Sides<T>::input_s() const {
  return encoder_b_.input_s() + (encoder_a_ ? encoder_a_->input_s() : 0.0);
}

template <math::Real T>
std::size_t Sides<T>::bytes() const {
  return encoder_b_.bytes() + (encoder_a_ ? encoder_a_->bytes() : 0) +
         (da_.size() + db_.size()) * sizeof(T);
}

template std::size_t columns_of_a<float>(const Model<float>&, const Examples&, const PairSettings&);
template std::size_t columns_of_a<double>(const Model<double>&, const Examples&,
                                          const PairSettings&);
template class Sides<float>;
template class Sides<double>;

}  // namespace infomax::model
