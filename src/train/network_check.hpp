// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "infomax/data/datasets.hpp"
#include "infomax/train/config.hpp"

namespace infomax::train {

/// Collective. Looks at the shapes of the data sets that a valid configuration names. Throws
/// UsageError unless its networks take such rows, and DataError as data::Datasets::shape().
void check_networks(data::Datasets& source, Config config);

}  // namespace infomax::train
