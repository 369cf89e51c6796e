// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

#include <oneapi/dnnl/dnnl.h>

/// @file
/// The library of oneDNN, opened at its first use.

namespace infomax::math::onednn {

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
  void find(void* opened, const char* name, Function& function);
};

/// The library, opened by the first call in the process. Nothing of it but `missing` may be used
/// where that says that something is.
const Library& library();

}  // namespace infomax::math::onednn
