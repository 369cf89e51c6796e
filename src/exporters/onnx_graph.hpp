// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

/// @file
/// A graph of ONNX as plain data: what converters of layers build, and what onnx_file.hpp writes.
/// Only the file that writes it knows protobuf.

namespace infomax::exporters {

/// The opset whose operators the graphs are made of, and the version of the format that it came
/// with.
inline constexpr std::int64_t onnx_opset = 13;
inline constexpr std::int64_t onnx_ir_version = 7;

using OnnxAttribute = std::variant<std::int64_t, std::vector<std::int64_t>, float, std::string>;
using OnnxAttributes = std::map<std::string, OnnxAttribute>;

/// A constant, row by row. A tensor without axes is one number.
struct OnnxTensor {
  std::string name;
  std::vector<std::int64_t> extents;
  std::variant<std::vector<float>, std::vector<std::int32_t>, std::vector<std::int64_t>> values;
};

/// An operator with one output, as all of ours have.
struct OnnxNode {
  std::string op;
  std::vector<std::string> inputs;  ///< an empty name stands for an input that is left out
  std::string output;
  OnnxAttributes attributes;
};

/// An extent of an input or output, or the name of one that may be any.
using OnnxAxis = std::variant<std::int64_t, std::string>;

enum class OnnxType : std::uint8_t { float32, int32, int64 };

/// An input or output.
struct OnnxPort {
  std::string name;
  OnnxType type = OnnxType::float32;
  std::vector<OnnxAxis> axes;
};

/// Values are named: inputs, constants, and the output of each operator.
class OnnxGraph {
 public:
  /// Appends an operator and returns the name of its output.
  std::string add(const std::string& op, std::vector<std::string> inputs,
                  OnnxAttributes attributes = {});

  /// Adds a constant and returns `name`.
  std::string constant(std::string name, std::vector<std::int64_t> extents,
                       std::vector<float> values);

  /// The name of a constant [n] of these integers, which is added once.
  std::string integers(const std::vector<std::int64_t>& values);

  /// The same of floats.
  std::string numbers(const std::vector<float>& values);

  /// @{ The name of a constant that is one number, which is added once.
  std::string number(float value);
  std::string number(std::int32_t value);
  /// @}

  /// The name that an operator's output already had where the same was added before: for what
  /// several layers need, such as the steps that sequences have.
  std::string add_once(const std::string& op, std::vector<std::string> inputs,
                       OnnxAttributes attributes = {});

  /// Appends an operator that gives a value the name of an output, and returns the name.
  std::string name_output(const std::string& value, const std::string& name);

  /// Whether an operator reads the value.
  [[nodiscard]] bool reads(const std::string& value) const;

  [[nodiscard]] const std::vector<OnnxNode>& nodes() const { return nodes_; }
  [[nodiscard]] const std::vector<OnnxTensor>& constants() const { return constants_; }

  std::vector<OnnxPort> inputs;
  std::vector<OnnxPort> outputs;
  std::map<std::string, std::string> metadata;  ///< texts that travel with the graph

 private:
  template <class T>
  std::string once(const std::vector<std::int64_t>& extents, std::vector<T> values);

  std::vector<OnnxNode> nodes_;
  std::vector<OnnxTensor> constants_;
};

}  // namespace infomax::exporters
