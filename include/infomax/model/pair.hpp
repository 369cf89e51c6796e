// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "infomax/core/field_text.hpp"

namespace infomax::model {

/// Which two sides, a and b, the objective compares; x and y are preprocessed rows, f and g
/// networks.
enum class Pair : std::uint8_t {
  input,    ///< a = x, b = f(x)
  target,   ///< a = y (one-hot where y holds classes), b = f(x)
  views,    ///< a = f(x), b = g(y)
  augment,  ///< a = f(t(x)), b = f(t'(x)), t and t' random changes of x
  lag,      ///< a = f(x_t), b = f(x_{t + tau}), never across a trajectory's end
  predict,  ///< b = f(x), the contexts of a sequence's steps; a = x, which is not read
  multi,    ///< b = [f_1(x_1), f_2(x_2), ...] of several views, which are x side by side; a = x
};

/// The two data sets that a pair may read.
enum class DataSet : std::uint8_t {
  x,  ///< PairSettings::x_path
  y   ///< PairSettings::y_path, or columns of x where `split` says so
};

/// The meaning of a side of a pair.
struct SideMeaning {
  DataSet rows;  ///< where its rows come from
  bool encoded;  ///< a network makes the side of them; otherwise the side is data
};

/// The meaning of a pair. There is one table of these entries, and all code asks it instead of
/// comparing pairs.
struct PairMeaning {
  const char* name;   ///< as users write it
  SideMeaning a;      ///< of side a
  SideMeaning b;      ///< of side b
  bool changes_rows;  ///< each side sees its rows after a random change of its own, always
  bool is_lagged;     ///< side b's row comes tau rows after side a's; a sample is such a pair
  std::span<const std::string_view> fields;  ///< of a configuration, that are for this pair alone

  /// Whether x is several data sets side by side, and side b what a network makes of each.
  bool joins_views = false;

  /// Whether a side is made from y.
  [[nodiscard]] bool reads_y() const { return a.rows == DataSet::y || b.rows == DataSet::y; }

  /// Whether networks make both sides.
  [[nodiscard]] bool encodes_both_sides() const { return a.encoded && b.encoded; }

  /// Whether both sides are encoded, and from different data: each may then have a network of its
  /// own, and side a's outputs are another network's than side b's.
  [[nodiscard]] bool has_two_views() const { return encodes_both_sides() && a.rows != b.rows; }

  /// Whether side a is y itself, classes or values.
  [[nodiscard]] bool has_targets() const { return !a.encoded && a.rows == DataSet::y; }

  /// Whether PairSettings::augment may name a random change: where it is what the sides differ by,
  /// or where it makes the training of an encoder from labels harder.
  [[nodiscard]] bool takes_changes() const { return changes_rows || has_targets(); }

  /// What samples are, for messages.
  [[nodiscard]] const char* sample_noun() const { return is_lagged ? "pairs of rows" : "rows"; }
};

/// Returns the entry of a pair in the table of meanings.
[[nodiscard]] const PairMeaning& meaning_of(Pair pair);

/// Returns the pair that a field of a configuration, such as "lag", belongs to. Throws
/// std::logic_error if it belongs to none.
[[nodiscard]] const PairMeaning& pair_of_field(std::string_view field);

/// Throws UsageError naming the choices.
[[nodiscard]] Pair parse_pair(const std::string& name);

/// Returns the name of a pair as users write it.
[[nodiscard]] std::string name_of(Pair pair);

}  // namespace infomax::model

/// By the names of the table of meanings.
template <>
struct infomax::FieldText<infomax::model::Pair> {
  /// @{ As FieldText describes it.
  static std::optional<model::Pair> parse(std::string_view text);
  static std::string format(const model::Pair& pair);
  static std::string expected();
  /// @}
};
