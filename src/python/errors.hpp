// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include <pybind11/pybind11.h>

namespace infomax::python {

/// Ctrl-C stopped a run that can go on; it becomes `infomax.Interrupted`.
struct Interrupted : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A text as Python has it, in which bytes that are not UTF-8 are replaced.
[[nodiscard]] pybind11::str python_text(std::string_view text);

/// Makes every Error of the library the exception of infomax._errors that its exit code stands for.
void translate_errors();

}  // namespace infomax::python
