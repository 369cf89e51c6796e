// SPDX-License-Identifier: BSD-3-Clause
#include <array>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "infomax/nn/layer_table.hpp"
#include "nn/graph_builder.hpp"

// Networks of the literature by name. Each is a text of other items, which a build appends.
namespace infomax::nn {
namespace {

void append_text(const std::string& text, GraphBuilder& graph) {
  const Spec spec = parse_spec(text);
  graph.append_items(spec, spec.items);
}

void require_image(const ItemReader& item, const GraphBuilder& graph, std::size_t smallest) {
  const auto& extents = graph.shape().extents();
  if (extents.size() != 3 || extents[1] < smallest || extents[2] < smallest) {
    item.refuse_place(fmt::format(
        "takes images [C,H,W] of {0} x {0} or more, and these samples are {1}; put reshape:C:H:W "
        "before it",
        smallest, to_string(graph.shape())));
  }
}

/// Blocks a stage of ResNet-18 and ResNet-34 (He et al. 2016, table 1).
const std::array<std::size_t, 4>* stages_of(const ItemReader& item) {
  static constexpr std::array<std::size_t, 4> of_18{2, 2, 2, 2};
  static constexpr std::array<std::size_t, 4> of_34{3, 4, 6, 3};
  constexpr std::size_t most = 1000;
  const std::size_t depth = item.whole_number(0, most, "18 or 34", "resnet:18");
  return depth == 18 ? &of_18 : depth == 34 ? &of_34 : nullptr;
}

void check_resnet(const ItemReader& item) {
  if (stages_of(item) == nullptr) {
    item.refuse("resnet:18 or resnet:34");
  }
  item.expect(1);
}

/// Images below this side keep their size at the start, as is usual for CIFAR.
constexpr std::size_t small_image = 64;

void build_resnet(const ItemReader& item, GraphBuilder& graph) {
  require_image(item, graph, 8);
  const auto& extents = graph.shape().extents();
  std::string text = extents[1] <= small_image && extents[2] <= small_image
                         ? "conv:64:3,batchnorm,relu"
                         : "conv:64:7:stride=2,batchnorm,relu,maxpool:3:2:pad=1";
  std::size_t channels = 64;
  for (const std::size_t blocks : *stages_of(item)) {
    for (std::size_t k = 0; k < blocks; ++k) {
      const std::size_t stride = k == 0 && channels > 64 ? 2 : 1;
      text +=
          fmt::format(",residual(conv:{0}:3:stride={1},batchnorm,relu,conv:{0}:3,batchnorm),relu",
                      channels, stride);
    }
    channels *= 2;
  }
  append_text(text + ",globalpool", graph);
}

std::size_t side_of(const ItemReader& item) {
  constexpr std::size_t most = 1000;
  return item.whole_number(0, most, "32 or 64, the side of the images", "dim:32");
}

void check_dim(const ItemReader& item) {
  if (const std::size_t side = side_of(item); side != 32 && side != 64) {
    item.refuse("dim:32 or dim:64, by the side of the images");
  }
  item.expect(1);
}

/// The encoder of Deep InfoMax (Hjelm et al. 2019, appendix) for images of 32 x 32: convolutions of
/// 4 x 4 with stride 2 to 64, 128 and 256 channels, 1,024 units and 64 outputs. For images of 64 x
/// 64 there is one convolution more.
void build_dim(const ItemReader& item, GraphBuilder& graph) {
  const std::size_t side = side_of(item);
  require_image(item, graph, side / 2);
  std::string text;
  for (std::size_t channels = 64; channels <= side * 8; channels *= 2) {
    text += fmt::format("conv:{}:4:stride=2:pad=1,batchnorm,relu,", channels);
  }
  append_text(text + "dense:1024,batchnorm,relu,dense:64", graph);
}

}  // namespace

extern const LayerType resnet_type;
const LayerType resnet_type{.name = "resnet",
                            .usage = "resnet:18|34",
                            .help = "a residual network up to its global pool, 512 outputs",
                            .check = check_resnet,
                            .build = build_resnet,
                            .of_batch = true};

extern const LayerType dim_type;
const LayerType dim_type{.name = "dim",
                         .usage = "dim:32|64",
                         .help = "the encoder of Deep InfoMax for images of that side",
                         .check = check_dim,
                         .build = build_dim,
                         .of_batch = true};

}  // namespace infomax::nn
