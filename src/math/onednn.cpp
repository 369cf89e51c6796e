// SPDX-License-Identifier: BSD-3-Clause
#include "math/onednn.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "infomax/math/blas_runtime.hpp"
#include "math/kernels.hpp"
#include "math/onednn_library.hpp"
#include "math/onednn_shapes.hpp"

namespace infomax::math::onednn {
namespace {

/// As many threads as BLAS has; the number may change between products.
void share_threads(const Library& dnnl) {
  thread_local int threads = 0;
  if (const int wanted = std::max(1, blas_threads()); wanted != threads) {
    dnnl.set_threads(wanted);
    threads = wanted;
  }
}

/// Rounds a matrix to bfloat16, without gaps between rows; returns where it lies until the next
/// call for the same buffer.
std::uint16_t* rounded(MatrixView<const float> x, Buffer<std::uint16_t>& buffer) {
  if (buffer.size() < x.size()) {
    buffer.resize(x.size());
  }
  if (x.contiguous()) {
    kernels().to_bfloat16(x.data(), buffer.data(), x.size());
    return buffer.data();
  }
  for (std::size_t i = 0; i < x.rows(); ++i) {
    kernels().to_bfloat16(x.row(i).data(), buffer.data() + i * x.columns(), x.columns());
  }
  return buffer.data();
}

/// Rows of the long factor that are rounded at a time, to stay in the cache.
constexpr std::size_t tile_rows = 512;

/// Layers of fewer inputs or outputs stay in float: rounding the factors takes longer than their
/// products.
constexpr std::size_t least_width = 48;

/// The inputs or outputs of a layer, whichever are fewer, that a product is of. Its rows, which
/// are those of a rank, of a micro-batch or of a block, must not decide how it is rounded.
std::size_t layer_width(const FloatProduct& product) {
  return product.transpose_a == Transpose::yes ? std::min(product.c.rows(), product.c.columns())
                                               : std::min(product.c.columns(), product.inner());
}

bool run(const Library& dnnl, const FloatProduct& part, std::uint16_t* a, std::uint16_t* b,
         bool adds) {
  const auto dimension = [](std::size_t n) { return static_cast<dnnl_dim_t>(n); };
  const Shape shape{dimension(part.c.rows()),
                    dimension(part.c.columns()),
                    dimension(part.inner()),
                    dimension(part.c.stride()),
                    part.transpose_a == Transpose::yes,
                    part.transpose_b == Transpose::yes,
                    adds};
  thread_local CompiledShapes shapes(dnnl);
  const Compiled* const compiled = shapes.find(shape);
  if (compiled == nullptr) {
    return false;
  }
  const std::array<dnnl_exec_arg_t, 3> arguments{
      {{DNNL_ARG_SRC, compiled->a}, {DNNL_ARG_WEIGHTS, compiled->b}, {DNNL_ARG_DST, compiled->c}}};
  return dnnl.set_data(compiled->a, a) == dnnl_success &&
         dnnl.set_data(compiled->b, b) == dnnl_success &&
         dnnl.set_data(compiled->c, part.c.data()) == dnnl_success &&
         dnnl.execute(compiled->primitive, dnnl.stream, 3, arguments.data()) == dnnl_success;
}

}  // namespace

bool multiply(const FloatProduct& product) {
  const Library& dnnl = library();
  share_threads(dnnl);
  const auto dimension = [](std::size_t n) { return static_cast<dnnl_dim_t>(n); };
  const auto flag = [](Transpose transpose) { return transpose == Transpose::yes ? 'T' : 'N'; };
  return dnnl.sgemm(flag(product.transpose_a), flag(product.transpose_b),
                    dimension(product.c.rows()), dimension(product.c.columns()),
                    dimension(product.inner()), 1.0F, product.a.data(),
                    dimension(product.a.stride()), product.b.data(), dimension(product.b.stride()),
                    product.adds ? 1.0F : 0.0F, product.c.data(),
                    dimension(product.c.stride())) == dnnl_success;
}

bool multiply_bfloat16(const FloatProduct& product) {
  if (layer_width(product) < least_width) {
    return false;
  }
  const Library& dnnl = library();
  share_threads(dnnl);
  thread_local Buffer<std::uint16_t> a_buffer;
  thread_local Buffer<std::uint16_t> b_buffer;
  const std::size_t rows = product.a.rows();
  const bool sums_rows = product.transpose_a == Transpose::yes;
  std::uint16_t* const b = sums_rows ? nullptr : rounded(product.b, b_buffer);
  for (std::size_t first = 0; first < rows; first += tile_rows) {
    const std::size_t count = std::min(tile_rows, rows - first);
    FloatProduct part = product;
    part.a = product.a.row_range(first, count);
    if (sums_rows) {
      part.b = product.b.row_range(first, count);
    } else {
      part.c = product.c.row_range(first, count);
    }
    const bool adds = product.adds || (sums_rows && first > 0);
    std::uint16_t* const a = rounded(part.a, a_buffer);
    if (!run(dnnl, part, a, sums_rows ? rounded(part.b, b_buffer) : b, adds)) {
      if (first == 0) {
        return false;
      }
      // The last rows have a shape of their own, which the library may lack.
      part.adds = adds;
      multiply_by_blas(part);
    }
  }
  return true;
}

}  // namespace infomax::math::onednn
