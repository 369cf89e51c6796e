// SPDX-License-Identifier: BSD-3-Clause
#include "python/errors.hpp"

#include <exception>

#include "infomax/core/error.hpp"

namespace infomax::python {
namespace {

namespace py = pybind11;

void raise(const py::object& error) { PyErr_SetObject(py::type::of(error).ptr(), error.ptr()); }

}  // namespace

py::str python_text(std::string_view text) {
  return py::reinterpret_steal<py::str>(
      PyUnicode_DecodeUTF8(text.data(), static_cast<py::ssize_t>(text.size()), "replace"));
}

void translate_errors() {
  py::register_exception_translator([](std::exception_ptr thrown) {
    try {
      std::rethrow_exception(thrown);
    } catch (const Error& error) {
      const auto make = py::module_::import("infomax._errors").attr("error_of");
      raise(make(static_cast<int>(error.exit_code()), python_text(error.what())));
    } catch (const Interrupted& error) {
      const auto make = py::module_::import("infomax._errors").attr("Interrupted");
      raise(make(python_text(error.what())));
    }
  });
}

}  // namespace infomax::python
