// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "infomax/data/datasets.hpp"
#include "infomax/data/sampler.hpp"
#include "infomax/model/examples.hpp"
#include "infomax/train/config.hpp"

namespace infomax::train {

/// Collective. Settles how rows are mixed: page by page where x or y is streamed, or the
/// configuration says so, and sets what the configuration leaves open. Says how rows are streamed,
/// and warns where too few pages are held to read each once an epoch. Throws UsageError where the
/// same bits are wanted and memory alone would decide on them.
[[nodiscard]] data::Paging settle_paging(Config& config, data::Datasets& source,
                                         const model::Examples& examples);

}  // namespace infomax::train
