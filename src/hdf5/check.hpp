// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

#include <hdf5.h>

#include "infomax/core/error.hpp"
#include "infomax/hdf5/handle.hpp"

namespace infomax::hdf5 {

/// Stops HDF5 from printing its error stack itself. Called before a file is opened or created.
void silence();

/// Returns HDF5's description of the last failure, from where it began, in one line, and clears the
/// error stack.
[[nodiscard]] std::string take_error_text();

/// Returns `result` unless it is negative, which means that the call failed; then throws Failure
/// with `what` ("cannot write /x in F.h5") and HDF5's description.
template <class Failure = SystemError, class Result, class What>
Result check(Result result, const What& what) {
  if (result < 0) {
    throw Failure(std::string(what) + ": " + take_error_text());
  }
  return result;
}

/// Checks an identifier and returns a handle that owns it.
template <class Failure = SystemError, class What>
[[nodiscard]] Handle checked(hid_t id, Handle::Close close, const What& what) {
  return {check<Failure>(id, what), close};
}

}  // namespace infomax::hdf5
