// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "infomax/core/field_text.hpp"
#include "infomax/data/blocks.hpp"
#include "infomax/data/chosen_datasets.hpp"
#include "infomax/data/datasets.hpp"
#include "infomax/data/row_set.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/train/config.hpp"

/// @file
/// N rows, K folds.

namespace infomax::compare {

/// Which rows are held out together.
enum class FoldKind : std::uint8_t {
  random,      ///< each row by itself
  stratified,  ///< each row by itself, classes in equal parts
  grouped,     ///< whole groups; of the pair `lag` whole trajectories unless there are groups
  blocked      ///< consecutive rows
};

/// The kinds as users write them.
inline constexpr std::array fold_kind_names{
    std::pair{"random", FoldKind::random}, std::pair{"stratified", FoldKind::stratified},
    std::pair{"grouped", FoldKind::grouped}, std::pair{"blocked", FoldKind::blocked}};

/// How rows are dealt to folds.
struct FoldOptions {
  std::size_t count = 5;         ///< K
  std::optional<FoldKind> kind;  ///< unset: by the pair, `groups` and the labels
  std::string groups;            ///< data set of a group a row; empty: none
  std::string labels;            ///< data set of the classes of `stratified`; empty: y
  std::size_t gap = 0;           ///< of `blocked`: rows beside a fold that are not trained on
};

/// What the folds follow from, of this rank's rows: small beside the rows themselves.
struct FoldRows {
  FoldKind kind = FoldKind::random;         ///< as settled
  data::Blocks blocks;                      ///< of the N rows of all ranks
  data::Shard shard;                        ///< this rank's rows
  std::vector<std::uint32_t> strata{};      ///< [local rows]
  std::size_t stratum_count = 1;            ///< C
  std::vector<std::uint64_t> groups{};      ///< [local rows], or empty
  std::vector<std::size_t> trajectories{};  ///< rows of each, of the pair `lag`; else empty
};

/// Collective. Reads what the folds of the file's rows follow from, and settles their kind: blocked
/// for the pair `lag`; grouped where there are groups; stratified for the pair `target` where y
/// holds classes; else random. Throws UsageError and DataError.
[[nodiscard]] FoldRows read_fold_rows(const mpi::Communicator& communicator,
                                      const std::string& path, const train::Config& config,
                                      const FoldOptions& options);

/// The rows of one fold.
struct Fold {
  data::RowSet training;
  data::RowSet held_out;
};

/// The folds of a data set's rows, the same at any number of ranks.
class Folds {
 public:
  Folds(const mpi::Communicator& communicator, FoldRows rows, const FoldOptions& options,
        std::uint64_t seed);

  [[nodiscard]] FoldKind kind() const { return rows_.kind; }
  [[nodiscard]] std::size_t rows() const { return rows_.blocks.rows(); }  ///< N
  /// Whether each repetition deals the rows anew.
  [[nodiscard]] bool are_random() const { return rows_.kind != FoldKind::blocked; }

  /// Collective. Fold `fold` of repetition `repeat`. Throws UsageError where K is too large.
  [[nodiscard]] Fold fold(std::size_t repeat, std::size_t fold);

  /// The trajectories of chosen rows: their stretches within trajectories; nothing but for the pair
  /// `lag`. Pairs of rows that straddle a border of a fold then do not exist.
  [[nodiscard]] std::vector<std::uint64_t> trajectories_of(const data::RowSet& chosen) const;

  /// Collective. The rows that are held out alone.
  [[nodiscard]] data::RowSet held_out(std::size_t repeat, std::size_t fold);

 private:
  mpi::Communicator communicator_;
  FoldRows rows_;
  FoldOptions options_;
  std::uint64_t seed_;
  std::optional<std::size_t> dealt_;  // the repetition that fold_of_ is of
  std::vector<std::uint32_t> fold_of_;
};

}  // namespace infomax::compare

/// By the names that users write.
template <>
struct infomax::FieldText<infomax::compare::FoldKind>
    : infomax::ChoiceText<infomax::compare::FoldKind, infomax::compare::fold_kind_names> {};
