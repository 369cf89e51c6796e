// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <utility>

#include "infomax/core/field_text.hpp"

namespace infomax::data {

/// Where the rows of a file are while they are used.
enum class DataMode {
  automatic,  ///< in memory where they fit into what is given for them, else as stream
  memory,     ///< all of them in memory
  stream      ///< in the file, of which some pages are held
};

/// The modes as users write them.
inline constexpr std::array data_mode_names{std::pair{"auto", DataMode::automatic},
                                            std::pair{"memory", DataMode::memory},
                                            std::pair{"stream", DataMode::stream}};

/// How much of a file's rows a rank holds. By all ranks alike, but for the bytes.
struct Streaming {
  DataMode mode = DataMode::memory;  ///< where they are
  std::size_t memory_bytes = 0;      ///< for the rows of all data sets of this rank
  /// S; unset: as many rows as take a mebibyte, in whole chunks of the file.
  std::optional<std::size_t> page_rows = std::nullopt;
};

}  // namespace infomax::data

/// By the names that users write.
template <>
struct infomax::FieldText<infomax::data::DataMode>
    : infomax::ChoiceText<infomax::data::DataMode, infomax::data::data_mode_names> {};
