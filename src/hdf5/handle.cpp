// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/hdf5/handle.hpp"

#include "hdf5/check.hpp"
#include "hdf5/reading.hpp"
#include "infomax/core/logging.hpp"

namespace infomax::hdf5 {

Handle::~Handle() {
  const Reading closing;
  if (id_ >= 0 && close_(id_) < 0) {
    log::warning("HDF5 could not close an object: " + take_error_text());
  }
}

}  // namespace infomax::hdf5
