// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

#include "infomax/data/datasets.hpp"
#include "infomax/model/model_file.hpp"
#include "infomax/model/settings.hpp"

/// @file
/// The views of the pair `multi`, which are data sets side by side.

namespace infomax::model {

/// Collective. The shapes of the rows of the data sets that x lists, as PairSettings::view_shapes
/// has them. Throws DataError.
[[nodiscard]] std::string view_shapes(data::Datasets& source, const std::string& x_path);

/// Collective. Throws DataError, which names the view, where the settings know the shapes of views
/// and those of `source` are others.
void require_views(data::Datasets& source, const PairSettings& settings);

/// The model of one view alone, `view` as the model's settings list it ("/rna"), or all of the
/// model where `view` is empty: rows are read from that data set, and the network is that of the
/// view. Throws UsageError where there is no such view.
[[nodiscard]] StoredModel only_view(StoredModel stored, const std::string& view);

}  // namespace infomax::model
