// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/json.hpp"
#include "infomax/model/model_file.hpp"

namespace infomax::report {

/// The filters of a network's first layer where it is a convolution of images of one channel or of
/// three: {"item", "count", "channels", "height", "width", "values"}, of the first filters the
/// weights [channels, height, width]. Null where there are none.
[[nodiscard]] Json filters(const model::StoredNetwork& network);

}  // namespace infomax::report
