// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <memory>
#include <string>

#include "infomax/data/row_store.hpp"
#include "infomax/data/split.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/model/model.hpp"
#include "infomax/model/role.hpp"
#include "infomax/model/settings.hpp"
#include "infomax/nn/shape.hpp"

namespace infomax::model {

/// Throws DataError, which names both, unless rows have the features that a network takes.
void require_features(const nn::Shape& input, const data::RowStore& rows);
/// The same of the network of a member.
template <math::Real T>
void require_features(const Member<T>& member, const data::RowStore& rows) {
  require_features(member.network.input_shape(), rows);
}

/// What the encoded side "a" or "b" of a pair is made from in a data set file.
struct SideInput {
  Role network;          ///< the member that encodes it
  std::string path;      ///< data set of its rows
  std::string split;     ///< how these rows are cut into views (data::parse_split), or empty
  std::string image;     ///< the shape of the images that are cut
  bool is_first = true;  ///< of the two views
};

/// Returns the input of `side`, "a" or "b", for a model of `settings`. `has_encoder_a` is whether
/// side a has a network of its own. Side "a" exists where both sides are encoded from different
/// data, and an empty `side` then means it; elsewhere an empty `side` means "b". Of the pair multi,
/// `side` is the data set of a view, whose model only_view() makes, or empty for all views. Throws
/// UsageError where the pair has no such encoded side.
[[nodiscard]] SideInput input_of_side(const PairSettings& settings, bool has_encoder_a,
                                      const std::string& side);

/// Returns the columns of `rows` that the side takes, or null where it takes all of them.
[[nodiscard]] std::shared_ptr<const data::RowStore> columns_of_side(const SideInput& side,
                                                                    const data::RowStore& rows);

}  // namespace infomax::model
