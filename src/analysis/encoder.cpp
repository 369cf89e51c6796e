// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/analysis/encoder.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "infomax/model/view_shapes.hpp"

namespace infomax::analysis {
namespace {

model::SideInput input_for(const model::Settings& settings, bool has_encoder_a,
                           const EncoderOptions& options) {
  auto input = model::input_of_side(model::PairSettings::from_settings(settings), has_encoder_a,
                                    options.side);
  if (!options.path.empty()) {
    input.path = options.path;
  }
  return input;
}

template <class T>
nn::Network<T> represented_part(const model::Model<T>& model, const model::Member<T>& member,
                                const EncoderOptions& options) {
  const auto& network = member.network;
  const auto settings = model::PairSettings::from_settings(model.settings);
  if (settings.projector.empty() || options.projected || options.layer) {
    return network;
  }
  const std::size_t projector = nn::parse_spec(settings.projector).items.size();
  return {nn::without_last(network.spec(), projector), network.input_shape()};
}

}  // namespace

model::StoredModel fitted_to(model::StoredModel stored, const EncoderOptions& options,
                             data::Datasets& source) {
  if (model::PairSettings::from_settings(stored.settings).meaning().joins_views) {
    stored = model::only_view(std::move(stored), options.side);
    auto views = model::PairSettings::from_settings(stored.settings);
    views.x_path = options.path.empty() ? views.x_path : options.path;
    model::require_views(source, views);
    return stored;
  }
  const std::string of_a = model::name_of(model::Role::encoder_a);
  const bool has_encoder_a =
      std::ranges::find(stored.networks, of_a, &model::StoredNetwork::name) !=
      stored.networks.end();
  const auto input = input_for(stored.settings, has_encoder_a, options);
  const auto pair = model::PairSettings::from_settings(stored.settings);
  source.expect_sequences(input.path, {.padding_value = pair.padding_value});
  const auto steps = model::steps_of(stored);
  if (!input.split.empty() || steps.x + steps.y == 0) {
    return stored;
  }
  const auto shape = source.shape(input.path);
  for (auto& network : stored.networks) {
    if (network.name == model::name_of(input.network)) {
      model::fit_to_rows(network, shape.trailing, shape.where);
    }
  }
  return stored;
}

template <math::Real T>
Encoder<T>::Encoder(const model::Model<T>& model, const EncoderOptions& options)
    : model_(&model),
      input_(input_for(model.settings, model.has(model::Role::encoder_a), options)),
      member_(&model.member(input_.network)),
      network_(represented_part(model, *member_, options)),
      layer_(options.layer),
      node_(layer_ ? network_.graph().layer_output(*layer_) : network_.graph().output()),
      pool_(options.pool),
      columns_(pool_ != Pool::none ? pooled_columns(network_.graph().nodes()[node_])
               : layer_            ? network_.layer_columns(*layer_)
                                   : network_.outputs()),
      micro_batch_(options.micro_batch) {
  reserve(micro_batch_);
}

template <math::Real T>
std::vector<std::size_t> Encoder<T>::shape() const {
  const auto& input = network_.input_shape().extents();
  const auto& output = network_.graph().nodes()[node_].output.extents();
  const bool of_steps = !map_ && pool_ == Pool::none && model::reads_steps(network_.spec()) &&
                        output.size() == 2 && output.front() == input.front();
  return of_steps ? output : std::vector{columns_};
}

template <math::Real T>
void Encoder<T>::reserve(std::size_t rows) {
  if (rows > reserved_) {
    executor_.emplace(network_, nn::Room{.batch_rows = rows, .taps = {node_}},
                      [this](std::size_t first, MatrixView<T> inputs) {
                        rows_->convert(first_ + first, member_->normalization, inputs);
                      });
    reserved_ = rows;
  }
}

template <math::Real T>
void Encoder<T>::map_outputs(VariateMap map) {
  columns_ = map.directions.columns();
  map_ = std::move(map);
}

template <math::Real T>
void Encoder<T>::encode(const data::RowStore& rows, std::span<const data::Tile> tiles,
                        MatrixView<T> out) {
  const auto columns = model::columns_of_side(input_, rows);
  const data::RowStore& taken = columns ? *columns : rows;
  model::require_features(*member_, taken);
  for (const data::Tile& tile : tiles) {
    rows_ = &taken;
    first_ = tile.first;
    reserve(tile.count);
    const auto lengths = lengths_.of(taken, tile.first, tile.count);
    // The projector's parameters are the last.
    const auto parameters = model_->parameters_of(*member_).first(network_.parameter_count());
    (void)executor_->forward(parameters, tile.count, {.lengths = lengths});
    const MatrixView<const T> encoded = executor_->value(node_);
    const MatrixView<T> rows_out = out.row_range(tile.first, tile.count);
    if (map_) {
      map_->apply(encoded, rows_out);
    } else if (pool_ != Pool::none) {
      pool<T>(pool_, network_.graph().nodes()[node_], {.lengths = lengths}, encoded, rows_out);
    } else {
      network_.graph().copy_in_order(node_, encoded, rows_out, lengths);
    }
  }
}

template class Encoder<float>;
template class Encoder<double>;

}  // namespace infomax::analysis
