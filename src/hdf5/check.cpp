// SPDX-License-Identifier: BSD-3-Clause
#include "hdf5/check.hpp"

#include <algorithm>

namespace infomax::hdf5 {
namespace {

/// HDF5 starts the walk where the failure began, so the first record with a text is the useful one.
herr_t keep_first_text(unsigned /*depth*/, const H5E_error2_t* record, void* text) {
  auto& kept = *static_cast<std::string*>(text);
  if (kept.empty() && record->desc != nullptr) {
    try {
      kept = record->desc;
    } catch (...) {
      return -1;
    }
  }
  return 0;
}

}  // namespace

void silence() { H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr); }

std::string take_error_text() {
  std::string text;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_first_text, &text);
  H5Eclear2(H5E_DEFAULT);
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text.empty() ? "HDF5 gives no reason" : text;
}

}  // namespace infomax::hdf5
