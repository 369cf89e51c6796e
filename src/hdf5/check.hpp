// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

#include <hdf5.h>

#include "infomax/core/error.hpp"
#include "infomax/hdf5/handle.hpp"

namespace infomax::hdf5 {

/// Stops HDF5 from printing its error stack itself. Called before a file is opened or made.
void silence();

/// HDF5's own words for the last failure, from where it began, in one line; clears its error stack.
[[nodiscard]] std::string take_error_text();

/// Returns `result` unless it is negative, HDF5's sign of failure; then throws Failure with `what`
/// ("cannot write /x in F.h5") and HDF5's own words.
template <class Failure = SystemError, class Result, class What>
Result check(Result result, const What& what) {
  if (result < 0) {
    throw Failure(std::string(what) + ": " + take_error_text());
  }
  return result;
}

/// Owns what `check` lets pass.
template <class Failure = SystemError, class What>
[[nodiscard]] Handle checked(hid_t id, Handle::Close close, const What& what) {
  return {check<Failure>(id, what), close};
}

}  // namespace infomax::hdf5
