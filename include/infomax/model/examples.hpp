// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "infomax/core/field_text.hpp"
#include "infomax/data/blocks.hpp"
#include "infomax/data/datasets.hpp"
#include "infomax/data/normalization.hpp"
#include "infomax/data/row_store.hpp"
#include "infomax/model/sample_index.hpp"
#include "infomax/model/sequences.hpp"
#include "infomax/model/settings.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/stats/row_source.hpp"

namespace infomax::model {

/// This rank's shard of the data of a pair. A sample is what blocks, shard and sampler count:
/// a row, or for the pair `lag` a row and those up to the one tau later.
struct Examples {
  data::Blocks blocks;                           ///< of the samples of all ranks
  data::Shard shard;                             ///< this rank's blocks and samples
  std::shared_ptr<const data::RowStore> x;       ///< this rank's rows of x
  std::shared_ptr<const data::RowStore> y = {};  ///< of the pairs `target` and `views`
  SampleIndex index = {};                        ///< the rows of x, and of y, of each local sample
};

/// The samples that are held out from training. If rows are samples, data::HeldOut chooses some of
/// every block. Samples of the pair `lag` share rows, so data::hold_out_stretches() takes them in
/// stretches, and the samples that share a row with them are not used at all.
struct HoldOut {
  double fraction = 0.0;   ///< of the samples, below 1; 0 = nothing is kept
  std::uint64_t seed = 0;  ///< of the choice
  /// Of the pair `lag`: K stretches, or 0 for the last samples alone (data::hold_out_last); unset:
  /// data::default_stretches().
  std::optional<std::size_t> stretches = std::nullopt;
};

/// The samples to train on and those that are held out.
struct SplitExamples {
  Examples training;                 ///< all samples where nothing is held out
  std::optional<Examples> held_out;  ///< unset where nothing is held out
  /// HoldOut::stretches as it was settled; unset but for the pair `lag`.
  std::optional<std::size_t> stretches = std::nullopt;
};

/// Cuts samples of the shard, which come block after block, at the ends of blocks.
void cut_into_parts(const Examples& examples, std::span<const std::size_t> samples,
                    stats::RowParts& parts);

/// The meaning of the targets of the pair `target`.
enum class TargetKind {
  automatic,  ///< classes if y is one column of integers, else values
  classes,    ///< class labels, which become one-hot rows
  values      ///< numbers, taken as they are
};

/// The kinds as users write them.
inline constexpr std::array target_kind_names{std::pair{"auto", TargetKind::automatic},
                                              std::pair{"classes", TargetKind::classes},
                                              std::pair{"values", TargetKind::values}};

/// Collective. Reads what the pair needs; `block_count` is V, or 0 for
/// data::default_blocks() of the samples. Throws DataError.
[[nodiscard]] Examples load_examples(const mpi::Communicator& communicator, data::Datasets& source,
                                     const PairSettings& settings, std::size_t block_count);
/// Collective. The same from a data set file, of which sequences get room for `least` steps.
[[nodiscard]] Examples load_examples(const mpi::Communicator& communicator, const std::string& file,
                                     const PairSettings& settings, std::size_t block_count,
                                     const Steps& least = {},
                                     const data::Streaming& streaming = {});

/// Collective. Reads as load_examples() does and holds some samples out. Which ones does not depend
/// on the number of ranks. Throws UsageError where too few samples are left.
[[nodiscard]] SplitExamples load_split_examples(const mpi::Communicator& communicator,
                                                data::Datasets& source,
                                                const PairSettings& settings,
                                                std::size_t block_count, const HoldOut& hold_out);

/// Collective. The preprocessing of x, fitted to all rows in `source` that the examples are made
/// of, each once, by step where `by_step` or rows are sequences with lengths (fit_normalization).
/// Throws DataError.
[[nodiscard]] data::Normalization fit_x(const mpi::Communicator& communicator,
                                        const Examples& examples, data::Datasets& source,
                                        const PairSettings& settings, data::NormalizeMode mode,
                                        bool by_step = false);

/// Collective. Returns the number of classes of y, or 0 where its values are taken as they are:
/// `automatic` takes one column of integers as classes. Classes are counted over all rows of the
/// data set, held-out rows too, so that no row's class is unknown later.
[[nodiscard]] std::size_t count_classes(const mpi::Communicator& communicator,
                                        const Examples& examples, TargetKind kind);

}  // namespace infomax::model

/// By the names that users write.
template <>
struct infomax::FieldText<infomax::model::TargetKind>
    : infomax::ChoiceText<infomax::model::TargetKind, infomax::model::target_kind_names> {};
