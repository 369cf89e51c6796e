// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "infomax/core/field_text.hpp"
#include "infomax/data/blocks.hpp"
#include "infomax/data/datasets.hpp"
#include "infomax/data/normalization.hpp"
#include "infomax/data/rows.hpp"
#include "infomax/model/settings.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/stats/row_source.hpp"

namespace infomax::model {

/// This rank's shard of what a pair is made from. A sample is what blocks, shard and sampler count:
/// a row, or for the pair `lag` a pair of rows.
struct Examples {
  data::Blocks blocks;
  data::Shard shard;
  data::Rows x;
  std::optional<data::Rows> y = std::nullopt;  ///< of the pairs `target` and `views`
  std::vector<std::size_t> start_of = {};      ///< of `lag`: the local row t of each local sample
  std::size_t rows_used = 0;  ///< of `lag`: rows of the file, from its first, made use of
};

/// What is kept from training. Of rows that are samples, every block gives some by data::HeldOut;
/// of the pair `lag`, whose pairs share rows, the last share of the pairs is held out, and the
/// pairs before that share a row with it are left out altogether.
struct HoldOut {
  double fraction = 0.0;   ///< of the samples, below 1; 0 = nothing is kept
  std::uint64_t seed = 0;  ///< of the choice
};

struct SplitExamples {
  Examples training;
  std::optional<Examples> held_out;
};

/// Cuts samples of the shard, which come block after block, at the ends of blocks.
void cut_into_parts(const Examples& examples, std::span<const std::size_t> samples,
                    stats::RowParts& parts);

/// How the targets of the pair `target` are meant.
enum class TargetKind { automatic, classes, values };

inline constexpr std::array target_kind_names{std::pair{"auto", TargetKind::automatic},
                                              std::pair{"classes", TargetKind::classes},
                                              std::pair{"values", TargetKind::values}};

/// Throws UsageError naming the choices.
[[nodiscard]] TargetKind parse_target_kind(const std::string& name);

/// Collective. Reads what the pair needs; `block_count` is V, or 0 for
/// data::default_blocks() of the samples. Throws DataError.
[[nodiscard]] Examples load_examples(const mpi::Communicator& communicator, data::Datasets& source,
                                     const PairSettings& settings, std::size_t block_count);
[[nodiscard]] Examples load_examples(const mpi::Communicator& communicator, const std::string& file,
                                     const PairSettings& settings, std::size_t block_count);

/// Collective. As load_examples(), and some kept apart; which does not depend on the number of
/// ranks. Throws UsageError where too few samples stay.
[[nodiscard]] SplitExamples load_split_examples(const mpi::Communicator& communicator,
                                                data::Datasets& source,
                                                const PairSettings& settings,
                                                std::size_t block_count, const HoldOut& hold_out);

/// Collective. The preprocessing of x, fitted to all rows in `source` that the examples are made
/// of, each once. Throws DataError.
[[nodiscard]] data::Normalization fit_x(const mpi::Communicator& communicator,
                                        const Examples& examples, data::Datasets& source,
                                        const PairSettings& settings, data::NormalizeMode mode);

/// Collective. The number of classes of y, or 0 where its values are to be taken as they are:
/// `automatic` takes one column of integers as classes.
[[nodiscard]] std::size_t count_classes(const mpi::Communicator& communicator,
                                        const Examples& examples, TargetKind kind);

}  // namespace infomax::model

template <>
struct infomax::FieldText<infomax::model::TargetKind>
    : infomax::ChoiceText<infomax::model::TargetKind, infomax::model::target_kind_names> {};
