// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "infomax/analysis/encoder.hpp"
#include "infomax/core/field_text.hpp"
#include "infomax/core/progress_line.hpp"
#include "infomax/data/blocks.hpp"
#include "infomax/data/loader.hpp"
#include "infomax/data/rows.hpp"
#include "infomax/mpi/communicator.hpp"

/// @file
/// N global rows, q columns of a representation.

namespace infomax::analysis {

/// Representations of `count` rows from the data set's row `first` on: `rows` [count, q].
template <math::Real T>
using Sink = std::function<void(std::size_t first, MatrixView<const T> rows)>;

/// Collective. Represents all rows of encoder.path() in `file`, of which this rank takes its shard
/// by `blocks`, window by window, and gives them to `sink`, in order. All ranks call it equally
/// often, some with no rows, so it may be collective. The bits do not depend on the number of ranks
/// where BLAS runs with the same threads. Throws as Datasets::load and Encoder::encode.
template <math::Real T>
void encode(const mpi::Communicator& communicator, data::Datasets& file, const data::Blocks& blocks,
            Encoder<T>& encoder, WorkProgress& progress, const Sink<T>& sink);

/// Collective. The same into memory, as a data set of T.
template <math::Real T>
[[nodiscard]] data::Rows encode_rows(const mpi::Communicator& communicator, data::Datasets& file,
                                     const data::Blocks& blocks, Encoder<T>& encoder,
                                     WorkProgress& progress);

/// This rank's shard of the representations of a data set: rows first_row, first_row + 1, ...
template <math::Real T>
struct EncodedShard {
  std::size_t first_row = 0;  ///< in the data set
  Matrix<T> rows;             ///< [local rows, q]
};

/// Collective. Represents all rows of `source`, of which this rank gets the shard of
/// data::Blocks(N). Throws as encode().
template <math::Real T>
[[nodiscard]] EncodedShard<T> encode_model(const mpi::Communicator& communicator,
                                           const model::Model<T>& model, data::Datasets& source,
                                           const EncoderOptions& options = {});

/// The file formats of representations.
enum class EncodingFormat : std::uint8_t {
  hdf5,  ///< a data set file
  npy    ///< an array of NumPy
};

/// Names of the formats, as a command line gives them.
inline constexpr std::array encoding_format_names{std::pair{"hdf5", EncodingFormat::hdf5},
                                                  std::pair{"npy", EncodingFormat::npy}};

/// The format that the name of an output asks for: npy where it ends in .npy, else hdf5. Throws
/// UsageError where it ends as files of a format do that is not written, such as .csv.
[[nodiscard]] EncodingFormat format_of_name(const std::filesystem::path& output);

/// A few numbers that stand beside the representations, the same on every rank.
struct EncodedTable {
  std::string name;                      ///< "/weights_a"
  std::vector<std::size_t> shape;        ///< of the data set
  std::vector<double> values;            ///< row by row
  std::vector<std::string> row_names{};  ///< kept as the attribute `rows`; may be empty
};

/// What encode_file writes, and where.
struct EncodingFile {
  std::filesystem::path path;                    ///< of the file
  EncodingFormat format = EncodingFormat::hdf5;  ///< HDF5 or NumPy
  /// Data sets of the input that are copied, as the type they have, under their new names ("/y");
  /// hdf5 alone. All but "/lengths" must have N rows.
  std::map<std::string, std::string> copies;
  std::map<std::string, std::string> attributes;  ///< of the root; hdf5 alone
  std::vector<EncodedTable> tables = {};          ///< hdf5 alone
};

/// Collective. Returns why encode_file() cannot copy the data set `name` of the file `path` beside
/// the rows `x`, the same on every rank; nothing where it can. Reads the data set once, window by
/// window.
[[nodiscard]] std::optional<std::string> obstacle_to_copy(const mpi::Communicator& communicator,
                                                          const std::filesystem::path& path,
                                                          const std::string& name,
                                                          const data::DatasetShape& x);

/// Collective. Writes representations of all rows of encoder.path() in `file`, in their order, as
/// /x [N, q] (of npy: as the array) and what is to be copied. The file gets its name when whole.
/// What is copied comes first, so that what cannot be copied ends it before any row is encoded.
/// Returns N. Throws as encode() and SystemError.
template <math::Real T>
std::size_t encode_file(const mpi::Communicator& communicator, data::DatasetFile& file,
                        Encoder<T>& encoder, const EncodingFile& output, WorkProgress& progress);

}  // namespace infomax::analysis

template <>
struct infomax::FieldText<infomax::analysis::EncodingFormat>
    : infomax::ChoiceText<infomax::analysis::EncodingFormat,
                          infomax::analysis::encoding_format_names> {};
