// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/nn/graph.hpp"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "infomax/core/error.hpp"
#include "infomax/nn/layer_table.hpp"
#include "infomax/nn/view_networks.hpp"

namespace infomax::nn {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Graph, FusesAnActivationWithTheDenseLayerBeforeItAlone) {
  const Graph graph(parse_spec("dense:4,tanh,relu,dense:4,batchnorm,sigmoid"), 6);

  std::vector<std::string> items;
  for (const auto& node : graph.nodes()) {
    items.push_back(node.item);
  }
  EXPECT_THAT(items, ElementsAre("", "dense:4,tanh", "relu", "dense:4", "batchnorm", "sigmoid"));
  EXPECT_EQ(graph.nodes()[1].product.multiply_adds(), 24.0);
  EXPECT_EQ(graph.nodes()[4].product.multiply_adds(), 0.0);
}

TEST(Graph, DoesNotFuseAcrossABranch) {
  const Graph graph(parse_spec("dense:4,residual(tanh,dense:4),tanh"), 6);

  ASSERT_EQ(graph.nodes().size(), 6U);
  EXPECT_EQ(graph.nodes()[1].item, "dense:4");
  EXPECT_EQ(graph.nodes()[2].item, "tanh");
  EXPECT_EQ(graph.nodes()[4].item, "residual(tanh,dense:4)");
  EXPECT_THAT(graph.nodes()[4].inputs, ElementsAre(1, 3));
  EXPECT_EQ(graph.nodes()[5].item, "tanh");
}

TEST(Graph, GivesBlocksShapesAndRoles) {
  const Graph graph(parse_spec("dense:4,batchnorm"), parse_shape("[2,3]"));

  const auto& blocks = graph.blocks();
  ASSERT_EQ(blocks.size(), 6U);
  EXPECT_THAT(blocks[0].shape, ElementsAre(6, 4));
  EXPECT_EQ(blocks[1].role, Role::bias);
  EXPECT_EQ(blocks[2].role, Role::scale);
  EXPECT_EQ(blocks[3].role, Role::shift);
  EXPECT_EQ(blocks[4].name, "mean");
  EXPECT_EQ(blocks[4].role, Role::running_statistic);
  EXPECT_EQ(blocks[5].role, Role::running_statistic);
  EXPECT_EQ(blocks[5].layer, 1U);
  EXPECT_EQ(blocks[5].offset, 6U * 4U + 4U + 3U * 4U);
  EXPECT_EQ(graph.parameter_count(), 6U * 4U + 4U + 4U * 4U);
}

TEST(Graph, KeepsTheShapeOfASampleWhereALayerDoes) {
  const Graph graph(parse_spec("tanh,batchnorm,dropout:0.5,gelu,residual(tanh),dense:3"),
                    parse_shape("[2,3]"));
  for (std::size_t u = 0; u + 1 < graph.nodes().size(); ++u) {
    EXPECT_EQ(to_string(graph.nodes()[u].output), "[2,3]");
  }
  EXPECT_EQ(to_string(graph.nodes().back().output), "[3]");
}

TEST(Graph, RefusesShapesThatDoNotFit) {
  const auto refusal = [](const char* spec, const char* shape) {
    try {
      (void)Graph(parse_spec(spec), parse_shape(shape));
    } catch (const UsageError& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  EXPECT_THAT(refusal("dense:4,residual(reshape:2:2)", "[6]"),
              testing::AllOf(HasSubstr("character 9"), HasSubstr("residual(reshape:2:2)"),
                             HasSubstr("[4]"), HasSubstr("[2,2]")));
  EXPECT_THAT(refusal("residual(dense:6)", "[2,3]"), HasSubstr("[2,3]"));
  EXPECT_THAT(refusal("residual(conv:2:4:pad=0)", "[2,5,6]"), HasSubstr("[2,2,3]"));
  EXPECT_THAT(refusal("tanh,dense:4", "[T,3]"),
              testing::AllOf(HasSubstr("character 1"), HasSubstr("[T,3]")));
}

TEST(Graph, PutsNetworksOfConsecutiveColumnsSideBySide) {
  const Graph graph(join_views(std::vector<ViewSpec>{{Shape(2), "dense:4,tanh,dense:3"},
                                                     {parse_shape("[1,2,2]"), "relu,conv:2:1"},
                                                     {Shape(1), "identity"}}),
                    7);

  EXPECT_EQ(graph.spec().text,
            "views(view:2(dense:4,tanh,dense:3),view:1:2:2(relu,conv:2:1),view:1(identity))");
  EXPECT_EQ(to_string(graph.nodes().back().output), "[12]");
  const auto parts = parts_of_views(graph);
  ASSERT_EQ(parts.size(), 3U);
  EXPECT_EQ(parts[0].parameter_count, 2U * 4U + 4U + 4U * 3U + 3U);
  EXPECT_EQ(parts[1].first_parameter, parts[0].parameter_count);
  EXPECT_EQ(parts[1].parameter_count, 2U + 2U);
  EXPECT_EQ(parts[1].outputs, 8U);
  EXPECT_EQ(parts[2].parameter_count, 0U);
  // The second view's relu follows no layer of the first one.
  EXPECT_EQ(graph.layer_output(1), parts[0].last_node);
  const auto views = views_of(graph.spec());
  ASSERT_EQ(views.size(), 3U);
  EXPECT_EQ(views[1].items, "relu,conv:2:1");
  EXPECT_EQ(to_string(views[1].input), "[1,2,2]");
  const auto shorter = without_last(views);
  EXPECT_EQ(shorter[0].items, "dense:4,tanh");
  EXPECT_EQ(shorter[2].items, "identity");
  EXPECT_TRUE(views_of(parse_spec("dense:3")).empty());
}

TEST(Graph, RefusesViewsThatDoNotFit) {
  const auto refusal = [](const char* spec, const char* shape) {
    try {
      (void)Graph(parse_spec(spec), parse_shape(shape));
    } catch (const UsageError& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  EXPECT_THAT(refusal("views(view:2(tanh),view:3(tanh))", "[4]"), HasSubstr("4"));
  EXPECT_THAT(refusal("views(view:2(tanh),view:3(tanh))", "[6]"), HasSubstr("6"));
  EXPECT_THAT(refusal("views(dense:2)", "[4]"), HasSubstr("view:D(ITEMS)"));
  EXPECT_THAT(refusal("view:4(dense:2)", "[4]"), HasSubstr("in views(...) alone"));
  EXPECT_THAT(refusal("views(view:0(tanh))", "[4]"), HasSubstr("1 to"));
  EXPECT_THAT(refusal("views(view:2:2(gru:3))", "[4]"), HasSubstr("sequence"));
}

TEST(LayerTable, DescribesEveryKindOnce) {
  std::set<std::string_view> names;
  for (const LayerType* type : layer_table()) {
    EXPECT_TRUE(names.insert(type->name).second) << type->name;
    EXPECT_TRUE(type->usage.starts_with(type->name)) << type->usage;
    EXPECT_FALSE(type->help.empty()) << type->name;
    EXPECT_EQ(find_layer_type(type->name), type);
    EXPECT_THAT(layer_usages(), HasSubstr(std::string(type->usage)));
  }
  EXPECT_EQ(find_layer_type("tahn"), nullptr);
  EXPECT_THAT(layer_usages(), testing::EndsWith(", or linear:N alone or after fourier"));
}

}  // namespace
}  // namespace infomax::nn
