// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <map>
#include <optional>
#include <tuple>

#include <oneapi/dnnl/dnnl.h>

#include "math/onednn_library.hpp"

/// @file
/// Products of bfloat16 matrices, which oneDNN compiles for each shape.

namespace infomax::math::onednn {

/// What a compiled product is for.
struct Shape {
  dnnl_dim_t m, n, k;
  dnnl_dim_t c_stride;
  bool transpose_a, transpose_b, adds;

  [[nodiscard]] auto tied() const {
    return std::tie(m, n, k, c_stride, transpose_a, transpose_b, adds);
  }
  bool operator<(const Shape& other) const { return tied() < other.tied(); }
};

/// A compiled product of contiguous bfloat16 matrices, and the views it is run on.
struct Compiled {
  dnnl_primitive_t primitive = nullptr;
  dnnl_memory_t a = nullptr, b = nullptr, c = nullptr;
};

/// The products that a thread has compiled. A few shapes make up a training. Where there are more,
/// as the steps of sequences of many lengths have, all are forgotten and come anew, of which the
/// library itself remembers a thousand: what a product is computed by must not depend on which came
/// before.
class CompiledShapes {
 public:
  explicit CompiledShapes(const Library& dnnl) : dnnl_(&dnnl) {}
  ~CompiledShapes() { forget_all(); }
  CompiledShapes(const CompiledShapes&) = delete;
  CompiledShapes& operator=(const CompiledShapes&) = delete;

  /// Valid until the next call; null where the library cannot.
  const Compiled* find(const Shape& shape);

 private:
  void forget_all();

  const Library* dnnl_;
  std::map<Shape, std::optional<Compiled>> known_;
};

}  // namespace infomax::math::onednn
