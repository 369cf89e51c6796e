#pragma once

#include <string>

namespace infomax::hdf5 {

/// "1.10.8".
[[nodiscard]] std::string library_version();

}  // namespace infomax::hdf5
