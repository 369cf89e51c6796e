// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <memory>
#include <optional>

#include "infomax/data/augmentation.hpp"
#include "infomax/data/row_store.hpp"
#include "infomax/model/examples.hpp"
#include "infomax/model/model.hpp"
#include "infomax/model/role.hpp"
#include "infomax/model/sample_index.hpp"
#include "infomax/model/settings.hpp"

namespace infomax::model {

/// The data and the network of a side of a pair.
struct View {
  std::shared_ptr<const data::RowStore> rows;  ///< this rank's rows, not null
  SampleIndex index;                           ///< which row each sample is

  /// The member that encodes the rows; unset where the side is data.
  std::optional<Role> encoder = std::nullopt;

  /// Of a side that is data: the member whose preprocessing its rows get; unset where they are
  /// taken as they are.
  std::optional<Role> preprocessing = std::nullopt;

  std::size_t classes = 0;  ///< of a side that is data: width of its one-hot rows; 0 = values

  /// The random change of the preprocessed rows, or nothing.
  std::shared_ptr<const data::Augmentation> change = nullptr;
  bool changes_in_evaluation = false;  ///< whether rows are changed not only in training

  /// Of an encoded side: the layer whose outputs are seen besides those of the network.
  std::optional<std::size_t> tapped_layer = std::nullopt;
};

/// Both sides of a pair. Only this struct combines the settings of a pair, the data and the roles
/// of networks; other code works with one side at a time.
struct Views {
  View a;  ///< of side a
  View b;  ///< of side b

  /// Whether one network encodes both sides.
  [[nodiscard]] bool shares_encoder() const { return a.encoder && a.encoder == b.encoder; }

  /// Whether side a is what the encoder of side b reads.
  [[nodiscard]] bool a_is_input_of_b() const {
    return !a.encoder && a.rows == b.rows && a.preprocessing == b.encoder && !b.change;
  }
};

/// `has_encoder_a` is whether side a has a network of its own. Throws UsageError where the
/// settings' augmentation does not fit.
[[nodiscard]] Views make_views(const PairSettings& settings, const Examples& examples,
                               bool has_encoder_a);

/// The columns that a side has, before any pass is made.
template <math::Real T>
[[nodiscard]] std::size_t columns_of(const View& view, const Model<T>& model);

/// The width p of side a for these examples, before any pass is made.
template <math::Real T>
[[nodiscard]] std::size_t columns_of_a(const Model<T>& model, const Examples& examples,
                                       const PairSettings& settings);

}  // namespace infomax::model
