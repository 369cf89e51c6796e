// SPDX-License-Identifier: BSD-3-Clause
#include "exporters/onnx_graph.hpp"

#include <set>

#include <gtest/gtest.h>

namespace infomax::exporters {
namespace {

TEST(OnnxGraph, OperatorsHaveNamesOfTheirOwnAndWhatIsAddedOnceIsShared) {
  OnnxGraph graph;
  const std::string first = graph.add("Relu", {"x"});
  EXPECT_NE(graph.add("Relu", {"x"}), first);
  EXPECT_EQ(graph.add_once("Relu", {"x"}), first);
  const std::string cast = graph.add_once("Cast", {"x"}, {{"to", std::int64_t{6}}});
  EXPECT_EQ(graph.add_once("Cast", {"x"}, {{"to", std::int64_t{6}}}), cast);
  EXPECT_NE(graph.add_once("Cast", {"x"}, {{"to", std::int64_t{1}}}), cast);
  EXPECT_NE(graph.add_once("Cast", {"y"}, {{"to", std::int64_t{6}}}), cast);
  EXPECT_EQ(graph.nodes().size(), 5U);
}

TEST(OnnxGraph, EqualConstantsAreOneAndOthersDiffer) {
  OnnxGraph graph;
  const std::set<std::string> names{graph.integers({0, -1}), graph.integers({0, 1}),
                                    graph.number(1.0F),      graph.number(std::int32_t{1}),
                                    graph.numbers({1.0F}),   graph.integers({1})};
  EXPECT_EQ(names.size(), 6U);
  EXPECT_TRUE(names.contains(graph.integers({0, -1})));
  EXPECT_TRUE(names.contains(graph.number(1.0F)));
  EXPECT_EQ(graph.constants().size(), 6U);
}

TEST(OnnxGraph, SaysWhatOperatorsRead) {
  OnnxGraph graph;
  (void)graph.name_output(graph.add("Add", {"x", "lengths"}), "y");
  EXPECT_TRUE(graph.reads("lengths"));
  EXPECT_FALSE(graph.reads("y"));
  EXPECT_EQ(graph.nodes().back().output, "y");
}

}  // namespace
}  // namespace infomax::exporters
