// SPDX-License-Identifier: BSD-3-Clause
#include "math/onednn.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include <fmt/format.h>
#include <oneapi/dnnl/dnnl.h>

#include "infomax/math/blas_runtime.hpp"
#include "math/kernels.hpp"

namespace infomax::math::onednn {
namespace {

/// The functions of the library that are used, by their types in its header.
struct Library {
  decltype(&dnnl_version) version = nullptr;
  decltype(&dnnl_sgemm) sgemm = nullptr;
  decltype(&dnnl_engine_create) engine_create = nullptr;
  decltype(&dnnl_stream_create) stream_create = nullptr;
  decltype(&dnnl_memory_desc_init_by_strides) describe_memory = nullptr;
  decltype(&dnnl_get_effective_cpu_isa) instructions = nullptr;
  decltype(&dnnl_memory_create) memory_create = nullptr;
  decltype(&dnnl_memory_destroy) memory_destroy = nullptr;
  decltype(&dnnl_memory_set_data_handle) set_data = nullptr;
  decltype(&dnnl_matmul_desc_init) describe_matmul = nullptr;
  decltype(&dnnl_post_ops_create) post_ops_create = nullptr;
  decltype(&dnnl_post_ops_append_sum) append_sum = nullptr;
  decltype(&dnnl_post_ops_destroy) post_ops_destroy = nullptr;
  decltype(&dnnl_primitive_attr_create) attributes_create = nullptr;
  decltype(&dnnl_primitive_attr_destroy) attributes_destroy = nullptr;
  decltype(&dnnl_primitive_attr_set_post_ops) set_post_ops = nullptr;
  decltype(&dnnl_primitive_desc_create) primitive_desc_create = nullptr;
  decltype(&dnnl_primitive_desc_destroy) primitive_desc_destroy = nullptr;
  decltype(&dnnl_primitive_create) primitive_create = nullptr;
  decltype(&dnnl_primitive_destroy) primitive_destroy = nullptr;
  decltype(&dnnl_primitive_execute) execute = nullptr;
  void (*set_threads)(int) = nullptr;  // of OpenMP, which the library runs on
  dnnl_engine_t engine = nullptr;
  dnnl_stream_t stream = nullptr;
  std::string missing = {};  // what is, as part of a sentence; empty if nothing is

  Library();

 private:
  template <class Function>
  void find(void* library, const char* name, Function& function) {
    function = reinterpret_cast<Function>(dlsym(library, name));
    if (function == nullptr && missing.empty()) {
      missing = fmt::format("the library of oneDNN lacks {}", name);
    }
  }
};

Library::Library() {
  const std::string name = fmt::format("libdnnl.so.{}", DNNL_VERSION_MAJOR);
  void* const library = dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    missing =
        fmt::format("{} is missing; install oneDNN (Debian: libdnnl{})", name, DNNL_VERSION_MAJOR);
    return;
  }
  find(library, "dnnl_version", version);
  find(library, "dnnl_sgemm", sgemm);
  find(library, "dnnl_engine_create", engine_create);
  find(library, "dnnl_stream_create", stream_create);
  find(library, "dnnl_memory_desc_init_by_strides", describe_memory);
  find(library, "dnnl_get_effective_cpu_isa", instructions);
  find(library, "dnnl_memory_create", memory_create);
  find(library, "dnnl_memory_destroy", memory_destroy);
  find(library, "dnnl_memory_set_data_handle", set_data);
  find(library, "dnnl_matmul_desc_init", describe_matmul);
  find(library, "dnnl_post_ops_create", post_ops_create);
  find(library, "dnnl_post_ops_append_sum", append_sum);
  find(library, "dnnl_post_ops_destroy", post_ops_destroy);
  find(library, "dnnl_primitive_attr_create", attributes_create);
  find(library, "dnnl_primitive_attr_destroy", attributes_destroy);
  find(library, "dnnl_primitive_attr_set_post_ops", set_post_ops);
  find(library, "dnnl_primitive_desc_create", primitive_desc_create);
  find(library, "dnnl_primitive_desc_destroy", primitive_desc_destroy);
  find(library, "dnnl_primitive_create", primitive_create);
  find(library, "dnnl_primitive_destroy", primitive_destroy);
  find(library, "dnnl_primitive_execute", execute);
  find(library, "omp_set_num_threads", set_threads);
  if (missing.empty() &&
      (engine_create(&engine, dnnl_cpu, 0) != dnnl_success ||
       stream_create(&stream, engine, dnnl_stream_default_flags) != dnnl_success)) {
    missing = "oneDNN finds no processor that it can use";
  }
}

const Library& library() {
  static const Library opened;
  return opened;
}

/// As many threads as BLAS has; the number may change between products.
void share_threads(const Library& dnnl) {
  thread_local int threads = 0;
  if (const int wanted = std::max(1, blas_threads()); wanted != threads) {
    dnnl.set_threads(wanted);
    threads = wanted;
  }
}

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
  const Compiled* find(const Shape& shape) {
    auto found = known_.find(shape);
    if (found == known_.end()) {
      if (known_.size() == most_shapes) {
        forget_all();
      }
      found = known_.emplace(shape, compile(*dnnl_, shape)).first;
    }
    return found->second ? &*found->second : nullptr;
  }

 private:
  static constexpr std::size_t most_shapes = 256;

  void forget_all() {
    for (const auto& [unused, compiled] : known_) {
      if (compiled) {
        destroy(*dnnl_, *compiled);
      }
    }
    known_.clear();
  }

  const Library* dnnl_;
  std::map<Shape, std::optional<Compiled>> known_;
};

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

std::string missing() { return library().missing; }

std::string version() {
  const Library& dnnl = library();
  if (!dnnl.missing.empty()) {
    return {};
  }
  const dnnl_version_t* const found = dnnl.version();
  return fmt::format("oneDNN {}.{}.{}", found->major, found->minor, found->patch);
}

std::string instructions() {
  static const std::map<dnnl_cpu_isa_t, const char*> names{
      {dnnl_cpu_isa_sse41, "sse41"},
      {dnnl_cpu_isa_avx, "avx"},
      {dnnl_cpu_isa_avx2, "avx2"},
      {dnnl_cpu_isa_avx2_vnni, "avx2_vnni"},
      {dnnl_cpu_isa_avx512_core, "avx512_core"},
      {dnnl_cpu_isa_avx512_core_vnni, "avx512_core_vnni"},
      {dnnl_cpu_isa_avx512_core_bf16, "avx512_core_bf16"},
      {dnnl_cpu_isa_avx512_core_amx, "avx512_core_amx"}};
  const Library& dnnl = library();
  if (!dnnl.missing.empty()) {
    return {};
  }
  const dnnl_cpu_isa_t isa = dnnl.instructions();
  const auto name = names.find(isa);
  return name != names.end() ? name->second : fmt::format("{:#x}", static_cast<unsigned>(isa));
}

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
