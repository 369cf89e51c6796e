// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/model/views.hpp"

namespace infomax::model {
namespace {

std::shared_ptr<const data::Augmentation> change_of(const PairSettings& settings,
                                                    std::size_t features) {
  if (settings.augment.empty() || !settings.meaning().takes_changes()) {
    return nullptr;
  }
  std::optional<data::ImageShape> image;
  if (!settings.image.empty()) {
    image = data::parse_image_shape(settings.image);
  }
  auto change = std::make_shared<data::Augmentation>(settings.augment, image);
  change->check_features(features);
  return change;
}

View view_of(const SideMeaning& side, const Examples& examples, const SampleIndex& index) {
  View view;
  view.rows = side.rows == DataSet::x ? examples.x : examples.y;
  view.index = index;
  return view;
}

}  // namespace

Views make_views(const PairSettings& settings, const Examples& examples, bool has_encoder_a) {
  const PairMeaning& meaning = settings.meaning();
  Views views{
      view_of(meaning.a, examples, examples.index.row(0)),
      view_of(meaning.b, examples, examples.index.row(meaning.is_lagged ? settings.lag : 0))};
  const auto change = change_of(settings, examples.x->features());
  views.b.encoder = Role::encoder_b;
  views.b.change = change;
  views.b.tapped_layer = settings.local_layer;
  views.a.changes_in_evaluation = meaning.changes_rows;
  views.b.changes_in_evaluation = meaning.changes_rows;
  if (meaning.a.encoded) {
    views.a.encoder = has_encoder_a ? Role::encoder_a : Role::encoder_b;
    views.a.change = change;
  } else if (meaning.has_targets()) {
    views.a.classes = settings.classes;
  } else {
    views.a.preprocessing = Role::encoder_b;
  }
  return views;
}

template <math::Real T>
std::size_t columns_of(const View& view, const Model<T>& model) {
  if (view.encoder) {
    return model.member(*view.encoder).network.outputs();
  }
  return view.classes > 0 ? view.classes : view.rows->features();
}

template <math::Real T>
std::size_t columns_of_a(const Model<T>& model, const Examples& examples,
                         const PairSettings& settings) {
  return columns_of(make_views(settings, examples, model.has(Role::encoder_a)).a, model);
}

template std::size_t columns_of<float>(const View&, const Model<float>&);
template std::size_t columns_of<double>(const View&, const Model<double>&);
template std::size_t columns_of_a<float>(const Model<float>&, const Examples&, const PairSettings&);
template std::size_t columns_of_a<double>(const Model<double>&, const Examples&,
                                          const PairSettings&);

}  // namespace infomax::model
