// SPDX-License-Identifier: BSD-3-Clause
#include "train/network_check.hpp"

#include <string>

#include <fmt/format.h>

#include "infomax/model/view_shapes.hpp"
#include "infomax/nn/graph.hpp"
#include "infomax/nn/spec.hpp"
#include "infomax/train/setup.hpp"
#include "train/derived.hpp"
#include "train/multi_views.hpp"

namespace infomax::train {
namespace {

void check_network(const Config& config, const std::string& encoder,
                   const data::DatasetShape& rows) {
  const std::string text =
      config.projector.empty() ? encoder : fmt::format("{},{}", encoder, config.projector);
  (void)nn::Graph(nn::parse_spec(text), nn::Shape(rows.trailing));
}

}  // namespace

void check_networks(data::Datasets& source, Config config) {
  const auto x = source.shape(pair_settings(config).x_path);
  auto pair = settle_pair(config, x.trailing, x.where);
  if (pair.meaning().joins_views) {
    pair.view_shapes = model::view_shapes(source, pair.x_path);
    settle_views(config, pair);
    return;
  }
  // Of a split, each network takes a part of the columns.
  if (!pair.split.empty()) {
    return;
  }
  check_network(config, config.encoder, x);
  if (pair.meaning().has_two_views() && !config.share) {
    check_network(config, config.encoder_b.empty() ? config.encoder : config.encoder_b,
                  source.shape(config.y));
  }
}

}  // namespace infomax::train
