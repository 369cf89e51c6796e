// SPDX-License-Identifier: BSD-3-Clause
#include "exporters/c_program.hpp"

#include <algorithm>
#include <array>
#include <random>

#include <gtest/gtest.h>

#include "exporters/c_layers.hpp"
#include "infomax/nn/layer_table.hpp"

namespace infomax::exporters {
namespace {

TEST(CProgram, EveryLayerHasAnEmitterStandsForOthersOrIsOfSequencesOrViews) {
  constexpr std::array<std::string_view, 16> without{
      "repeat", "resnet",        "dim",   "embedding", "rnn",  "gru",  "lstm", "views",
      "conv1d", "bidirectional", "steps", "each",      "last", "mean", "max",  "view"};
  for (const nn::LayerType* type : nn::layer_table()) {
    const bool has_none = std::ranges::find(without, type->name) != without.end();
    EXPECT_NE(find_emitter(type->name) != nullptr, has_none) << type->name;
  }
  EXPECT_EQ(find_emitter("attention"), nullptr);
}

/// Runs the calls over a memory in which each number is that of the value that lies there.
void expect_that_values_last(const CProgram& program) {
  const CLayout layout = lay_out(program);
  std::vector<CValue> memory(layout.scratch, 0);
  const auto begin_of = [&](CValue value) {
    return memory.begin() + static_cast<std::ptrdiff_t>(layout.places[value]);
  };
  for (const CCall& call : program.calls()) {
    for (const CValue input : call.inputs) {
      if (input != 0) {
        const auto size = static_cast<std::ptrdiff_t>(program.sizes()[input]);
        EXPECT_EQ(std::count(begin_of(input), begin_of(input) + size, input), size);
      }
    }
    if (&call == &program.calls().back()) {
      break;  // it writes the output
    }
    const auto size = static_cast<std::ptrdiff_t>(program.sizes()[call.output]);
    ASSERT_LE(layout.places[call.output] + program.sizes()[call.output], layout.scratch);
    if (!call.in_place) {
      for (const CValue input : call.inputs) {
        if (input != 0) {
          EXPECT_TRUE(begin_of(call.output) + size <= begin_of(input) ||
                      begin_of(input) + static_cast<std::ptrdiff_t>(program.sizes()[input]) <=
                          begin_of(call.output));
        }
      }
    }
    std::fill_n(begin_of(call.output), size, call.output);
  }
}

TEST(CProgram, NoValueIsOverwrittenBeforeItsLastReader) {
  std::mt19937 random(3);
  const auto below = [&](std::size_t count) { return random() % count; };
  for (int round = 0; round < 200; ++round) {
    CProgram program(1 + below(9));
    for (int k = 0; k < 12; ++k) {
      const bool in_place = below(2) == 0;
      std::vector<CValue> inputs{below(program.sizes().size())};
      if (below(3) == 0) {
        inputs.push_back(below(program.sizes().size()));
      }
      const std::size_t size = in_place ? program.sizes()[inputs.front()] : 1 + below(9);
      (void)program.add({.function = "f", .inputs = inputs, .in_place = in_place}, size);
    }
    expect_that_values_last(program);
  }
}

TEST(CProgram, ValuesThatNobodyReadsAnyMoreGiveTheirMemory) {
  CProgram program(7);
  CValue value = program.add({.function = "f", .inputs = {0}}, 10);
  for (int k = 0; k < 4; ++k) {
    value = program.add({.function = "f", .inputs = {value}, .in_place = true}, 10);
    value = program.add({.function = "f", .inputs = {value}}, 10);
  }
  EXPECT_EQ(lay_out(program).scratch, 20);  // the last value is the output
}

}  // namespace
}  // namespace infomax::exporters
