// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <memory>
#include <string>

#include "infomax/data/normalization.hpp"
#include "infomax/data/row_store.hpp"
#include "infomax/data/split.hpp"
#include "infomax/model/settings.hpp"

namespace infomax::model {

/// Throws DataError, which names both, unless rows have the features that a network was trained on.
void require_features(const data::Normalization& expected, const data::RowStore& rows);

/// What the encoded side "a" or "b" of a pair is made from in a data set file.
struct SideInput {
  std::string network;   ///< the model's name for its network
  std::string path;      ///< data set of its rows
  std::string split;     ///< how these rows are cut into views (data::parse_split); or empty
  std::string image;     ///< and which images they then are
  bool is_first = true;  ///< of the two views
};

/// For a model of `settings` with `networks` networks. Where a pair encodes one kind of row only,
/// that is side "b", and so is an empty `side`; of the pair `views` an empty one is "a". Throws
/// UsageError where the pair has no such encoded side.
[[nodiscard]] SideInput input_of_side(const PairSettings& settings, std::size_t networks,
                                      const std::string& side);

/// The columns of `rows` that the side takes; nothing where it takes them as they are.
[[nodiscard]] std::shared_ptr<const data::RowStore> columns_of_side(const SideInput& side,
                                                                    const data::RowStore& rows);

}  // namespace infomax::model
