#include "infomax/model/sides.hpp"

#include <stdexcept>
#include <type_traits>

namespace infomax::model {

template <math::Real T>
std::size_t columns_of_a(const Model<T>& model, const Examples& examples,
                         const PairSettings& settings) {
  switch (settings.pair) {
    case Pair::input:
      return model.member("b").network.inputs();
    case Pair::target:
      return settings.classes > 0 ? settings.classes : examples.y->features();
  }
  throw std::logic_error("unknown pair");
}

template <math::Real T>
Sides<T>::Sides(const Model<T>& model, const Examples& examples, const PairSettings& settings,
                std::size_t batch_rows, std::size_t micro_batch, bool for_backward)
    : model_(&model),
      examples_(&examples),
      settings_(settings),
      encoder_(model.member("b"), examples.x, batch_rows, micro_batch, for_backward),
      db_(for_backward ? batch_rows : 0, model.member("b").network.outputs()),
      as_they_are_(data::Normalization::identity(examples.y ? examples.y->features() : 0)) {}

template <math::Real T>
void Sides<T>::forward(std::span<const std::size_t> indices) {
  const auto& member = model_->member("b");
  rows_ = indices.size();
  b_.emplace(encoder_.forward(model_->parameters_of(member), indices));
  switch (settings_.pair) {
    case Pair::input:
      if (encoder_.holds_inputs()) {
        a_.template emplace<stats::MatrixRows<T>>(encoder_.inputs());
      } else {
        a_.template emplace<data::DatasetRows<T>>(examples_->x, indices, member.normalization);
      }
      break;
    case Pair::target:
      if (settings_.classes > 0) {
        a_.template emplace<data::OneHotRows<T>>(*examples_->y, indices, settings_.classes);
      } else {
        a_.template emplace<data::DatasetRows<T>>(*examples_->y, indices, as_they_are_);
      }
      break;
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
  return {};
}

template <math::Real T>
MatrixView<T> Sides<T>::db() {
  return db_.view().row_range(0, rows_);
}

template <math::Real T>
void Sides<T>::backward(std::span<T> gradient, const typename nn::Network<T>::PartReady& ready) {
  const auto& member = model_->member("b");
  encoder_.backward(model_->parameters_of(member), db(),
                    gradient.subspan(member.offset, member.network.parameter_count()), ready);
}

template <math::Real T>
std::size_t Sides<T>::bytes() const {
  return encoder_.bytes() + db_.size() * sizeof(T);
}

template std::size_t columns_of_a<float>(const Model<float>&, const Examples&, const PairSettings&);
template std::size_t columns_of_a<double>(const Model<double>&, const Examples&,
                                          const PairSettings&);
template class Sides<float>;
template class Sides<double>;

}  // namespace infomax::model
