// SPDX-License-Identifier: BSD-3-Clause
#include "math/onednn_shapes.hpp"

#include <array>
#include <cstddef>

namespace infomax::math::onednn {
namespace {

constexpr std::size_t most_shapes = 256;

using Strides = std::array<dnnl_dim_t, 2>;

void destroy(const Library& dnnl, const Compiled& compiled) {
  dnnl.primitive_destroy(compiled.primitive);
  for (dnnl_memory_t memory : {compiled.a, compiled.b, compiled.c}) {
    dnnl.memory_destroy(memory);
  }
}

/// Returns nothing where the library cannot, which depends on the shape alone.
std::optional<Compiled> compile(const Library& dnnl, const Shape& shape) {
  const auto described = [&dnnl](dnnl_memory_desc_t& description, dnnl_dim_t rows,
                                 dnnl_dim_t columns, dnnl_data_type_t type, Strides strides) {
    const Strides extents{rows, columns};
    return dnnl.describe_memory(&description, 2, extents.data(), type, strides.data()) ==
           dnnl_success;
  };
  dnnl_memory_desc_t a{};
  dnnl_memory_desc_t b{};
  dnnl_memory_desc_t c{};
  dnnl_matmul_desc_t matmul{};
  dnnl_primitive_attr_t attributes = nullptr;
  dnnl_post_ops_t after = nullptr;
  dnnl_primitive_desc_t description = nullptr;
  Compiled compiled;
  const bool succeeded =
      described(a, shape.m, shape.k, dnnl_bf16,
                shape.transpose_a ? Strides{1, shape.m} : Strides{shape.k, 1}) &&
      described(b, shape.k, shape.n, dnnl_bf16,
                shape.transpose_b ? Strides{1, shape.k} : Strides{shape.n, 1}) &&
      described(c, shape.m, shape.n, dnnl_f32, {shape.c_stride, 1}) &&
      dnnl.describe_matmul(&matmul, &a, &b, nullptr, &c) == dnnl_success &&
      dnnl.attributes_create(&attributes) == dnnl_success &&
      dnnl.post_ops_create(&after) == dnnl_success &&
      (!shape.adds || dnnl.append_sum(after, 1.0F) == dnnl_success) &&
      dnnl.set_post_ops(attributes, after) == dnnl_success &&
      dnnl.primitive_desc_create(&description, &matmul, attributes, dnnl.engine, nullptr) ==
          dnnl_success &&
      dnnl.primitive_create(&compiled.primitive, description) == dnnl_success &&
      dnnl.memory_create(&compiled.a, &a, dnnl.engine, DNNL_MEMORY_NONE) == dnnl_success &&
      dnnl.memory_create(&compiled.b, &b, dnnl.engine, DNNL_MEMORY_NONE) == dnnl_success &&
      dnnl.memory_create(&compiled.c, &c, dnnl.engine, DNNL_MEMORY_NONE) == dnnl_success;
  dnnl.primitive_desc_destroy(description);
  dnnl.post_ops_destroy(after);
  dnnl.attributes_destroy(attributes);
  if (!succeeded) {
    destroy(dnnl, compiled);
    return std::nullopt;
  }
  return compiled;
}

}  // namespace

const Compiled* CompiledShapes::find(const Shape& shape) {
  auto found = known_.find(shape);
  if (found == known_.end()) {
    if (known_.size() == most_shapes) {
      forget_all();
    }
    found = known_.emplace(shape, compile(*dnnl_, shape)).first;
  }
  return found->second ? &*found->second : nullptr;
}

void CompiledShapes::forget_all() {
  for (const auto& [unused, compiled] : known_) {
    if (compiled) {
      destroy(*dnnl_, *compiled);
    }
  }
  known_.clear();
}

}  // namespace infomax::math::onednn
