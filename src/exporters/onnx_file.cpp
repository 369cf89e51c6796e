// SPDX-License-Identifier: BSD-3-Clause
#include "exporters/onnx_file.hpp"

#include <bit>
#include <fstream>
#include <limits>
#include <span>

#include <fmt/format.h>

#include "infomax/core/error.hpp"
#include "infomax/core/version.hpp"

// The header of ONNX asks for these before it names its classes.
#define ONNX_ML 1
#define ONNX_NAMESPACE onnx
#include <onnx/onnx_pb.h>

namespace infomax::exporters {
namespace {

static_assert(std::endian::native == std::endian::little,
              "raw data is written as it is in memory, and ONNX declares it little-endian");

/// One overload for each alternative of a variant.
template <class... Each>
struct Overloaded : Each... {
  using Each::operator()...;
};
template <class... Each>
Overloaded(Each...) -> Overloaded<Each...>;

onnx::TensorProto::DataType proto_type(OnnxType type) {
  switch (type) {
    case OnnxType::int32:
      return onnx::TensorProto::INT32;
    case OnnxType::int64:
      return onnx::TensorProto::INT64;
    case OnnxType::float32:
      break;
  }
  return onnx::TensorProto::FLOAT;
}

OnnxType type_of(float /*value*/) { return OnnxType::float32; }
OnnxType type_of(std::int32_t /*value*/) { return OnnxType::int32; }
OnnxType type_of(std::int64_t /*value*/) { return OnnxType::int64; }

void put(const OnnxTensor& tensor, onnx::TensorProto& proto) {
  proto.set_name(tensor.name);
  for (const auto extent : tensor.extents) {
    proto.add_dims(extent);
  }
  std::visit(
      [&]<class T>(const std::vector<T>& values) {
        proto.set_data_type(proto_type(type_of(T{})));
        proto.set_raw_data(values.data(), values.size() * sizeof(T));
      },
      tensor.values);
}

void put(const std::string& name, const OnnxAttribute& attribute, onnx::AttributeProto& proto) {
  proto.set_name(name);
  std::visit(Overloaded{[&](std::int64_t value) {
                          proto.set_type(onnx::AttributeProto::INT);
                          proto.set_i(value);
                        },
                        [&](const std::vector<std::int64_t>& values) {
                          proto.set_type(onnx::AttributeProto::INTS);
                          proto.mutable_ints()->Add(values.begin(), values.end());
                        },
                        [&](float value) {
                          proto.set_type(onnx::AttributeProto::FLOAT);
                          proto.set_f(value);
                        },
                        [&](const std::string& text) {
                          proto.set_type(onnx::AttributeProto::STRING);
                          proto.set_s(text);
                        }},
             attribute);
}

void put(const OnnxNode& node, onnx::NodeProto& proto) {
  proto.set_op_type(node.op);
  proto.set_name(node.output);
  for (const auto& input : node.inputs) {
    proto.add_input(input);
  }
  proto.add_output(node.output);
  for (const auto& [name, attribute] : node.attributes) {
    put(name, attribute, *proto.add_attribute());
  }
}

void put(const OnnxPort& port, onnx::ValueInfoProto& proto) {
  proto.set_name(port.name);
  auto& type = *proto.mutable_type()->mutable_tensor_type();
  type.set_elem_type(proto_type(port.type));
  for (const auto& axis : port.axes) {
    auto& dimension = *type.mutable_shape()->add_dim();
    std::visit(Overloaded{[&](std::int64_t extent) { dimension.set_dim_value(extent); },
                          [&](const std::string& name) { dimension.set_dim_param(name); }},
               axis);
  }
}

void put(const OnnxGraph& graph, onnx::GraphProto& proto) {
  proto.set_name("encoder");
  for (const auto& node : graph.nodes()) {
    put(node, *proto.add_node());
  }
  for (const auto& tensor : graph.constants()) {
    put(tensor, *proto.add_initializer());
  }
  for (const auto& port : graph.inputs) {
    put(port, *proto.add_input());
  }
  for (const auto& port : graph.outputs) {
    put(port, *proto.add_output());
  }
}

}  // namespace

void require_onnx() {}

void write_onnx(const std::filesystem::path& path, const OnnxGraph& graph) {
  onnx::ModelProto model;
  model.set_ir_version(onnx_ir_version);
  auto& opset = *model.add_opset_import();
  opset.set_domain("");
  opset.set_version(onnx_opset);
  model.set_producer_name("infomax");
  model.set_producer_version(version);
  for (const auto& [key, value] : graph.metadata) {
    auto& entry = *model.add_metadata_props();
    entry.set_key(key);
    entry.set_value(value);
  }
  put(graph, *model.mutable_graph());
  if (model.ByteSizeLong() > std::numeric_limits<std::int32_t>::max()) {
    throw UsageError(
        fmt::format("the encoder has {} bytes, and a file of ONNX holds 2 GiB; export its weights "
                    "by `format` npz",
                    model.ByteSizeLong()));
  }
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  if (!model.SerializeToOstream(&file) || !file.flush()) {
    throw SystemError(fmt::format("cannot write {}; is the disk full?", path.string()));
  }
}

}  // namespace infomax::exporters
