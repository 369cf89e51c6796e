// SPDX-License-Identifier: BSD-3-Clause
#include "math/onednn_library.hpp"

#include <dlfcn.h>

#include <map>

#include <fmt/format.h>

#include "math/onednn.hpp"

namespace infomax::math::onednn {

template <class Function>
void Library::find(void* opened, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(opened, name));
  if (function == nullptr && missing.empty()) {
    missing = fmt::format("the library of oneDNN lacks {}", name);
  }
}

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

}  // namespace infomax::math::onednn
