// SPDX-License-Identifier: BSD-3-Clause
#include "exporters/layer_converter.hpp"

#include <algorithm>
#include <array>

#include <gtest/gtest.h>

#include "infomax/nn/layer_table.hpp"

namespace infomax::exporters {
namespace {

TEST(LayerConverter, EveryLayerHasOneOrStandsForOthers) {
  constexpr std::array<std::string_view, 3> of_others{"repeat", "resnet", "dim"};
  for (const nn::LayerType* type : nn::layer_table()) {
    const bool stands_for_others = std::ranges::find(of_others, type->name) != of_others.end();
    EXPECT_NE(find_converter(type->name) != nullptr, stands_for_others) << type->name;
  }
}

TEST(LayerConverter, ThereIsNoneOfAnUnknownName) {
  EXPECT_EQ(find_converter("attention"), nullptr);
  EXPECT_EQ(find_converter(""), nullptr);
}

}  // namespace
}  // namespace infomax::exporters
