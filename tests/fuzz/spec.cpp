// SPDX-License-Identifier: BSD-3-Clause
#include <array>

#include "fuzz/fuzz.hpp"
#include "infomax/nn/graph.hpp"
#include "infomax/nn/shape.hpp"

// Specifications of encoders: parsed, and made into graphs of inputs of several shapes. What is
// written of a specification must be the same one.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace infomax;
  static const std::array shapes{"[12]", "[3,16,16]", "[2,30]", "[T,5]", "[T]", "[1]"};
  fuzz::Bytes bytes(data, size);
  const char* const shape = shapes[fuzz::take_choice(bytes, shapes.size())];
  fuzz::attempt([&] {
    const nn::Spec spec = nn::parse_spec(fuzz::text_of(bytes));
    if (nn::parse_spec(spec.text).text != spec.text) {
      __builtin_trap();
    }
    const nn::Graph graph(spec, nn::parse_shape(shape));
    if (graph.spec().text != spec.text || graph.nodes().empty()) {
      __builtin_trap();
    }
  });
  return 0;
}
