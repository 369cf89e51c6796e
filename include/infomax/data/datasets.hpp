// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "infomax/data/blocks.hpp"
#include "infomax/data/row_store.hpp"
#include "infomax/data/rows.hpp"
#include "infomax/data/streaming.hpp"
#include "infomax/hdf5/element_type.hpp"
#include "infomax/mpi/communicator.hpp"

namespace infomax::data {

/// What is known of a data set before any row is read.
struct DatasetShape {
  std::string where;                  ///< "/x in F.h5"
  hdf5::ElementType type{};           ///< of its elements
  std::size_t rows = 0;               ///< N > 0
  std::vector<std::size_t> trailing;  ///< the axes after the first; of sequences, [T,...]
  std::size_t features = 0;           ///< their product, > 0
  bool has_lengths = false;           ///< rows are sequences with lengths of their own
  /// Of all sequences together, as far as it is known without reading them; 0 where rows have no
  /// lengths.
  std::size_t total_steps = 0;

  /// The bytes of the elements of `count` rows, on average, as Rows holds them.
  [[nodiscard]] std::size_t bytes_of(std::size_t count) const;
};

/// How the sequences of a data set are read.
struct SequenceOptions {
  /// If set, and the data set has neither lengths nor offsets: trailing steps of which every
  /// element is this number are padding.
  std::optional<double> padding_value = std::nullopt;
  /// T is this at least, where rows have lengths: more steps of padding than the longest needs.
  std::size_t least_steps = 0;
};

/// The name of the data set [N] that says how many steps each row of `dataset` has.
[[nodiscard]] std::string lengths_of(const std::string& dataset);
/// The name of the data set [N + 1] that says where the sequences of `dataset`, whose steps lie one
/// after another, begin and end.
[[nodiscard]] std::string offsets_of(const std::string& dataset);

/// Named data sets with rows along the first axis, from which every rank of a job loads its own
/// shard: a file (DatasetFile) or arrays in memory (MemoryDatasets). Blocks follow from the number
/// of rows: shape() first, then load().
///
/// The rows of P are sequences with lengths of their own where there is
/// - P_offsets [N + 1]: sequence i is steps [offsets[i], offsets[i + 1]) of P [steps,...]; or
/// - P_lengths [N]: sequence i is the first lengths[i] steps of row i of P [N,T,...]; or
/// - a padding value (SequenceOptions).
/// A sample is then a row [T,...] whatever the file has, T being the length of the longest sequence
/// of all ranks or, for padded rows, the extent of their axis.
///
/// A name that is none may be a list of data sets of equally many rows (joined_rows.hpp), whose
/// rows are then read side by side.
class Datasets {
 public:
  virtual ~Datasets() = default;

  /// Whether there is a data set of this name ("/y"). By all ranks alike.
  [[nodiscard]] virtual bool has(const std::string& dataset) const = 0;

  /// Collective. Says that a data set is read for its labels. If it holds strings, one a row, each
  /// then stands for the number of its class: its place in `classes`, or, where that is empty,
  /// among the data set's own classes in the order of their bytes. Numbers stay as they are. Throws
  /// DataError.
  virtual void expect_labels(const std::string& /*dataset*/,
                             const std::vector<std::string>& /*classes*/ = {}) {}

  /// The classes of a data set of strings that is read for its labels; none of numbers.
  [[nodiscard]] virtual std::vector<std::string> text_classes(
      const std::string& /*dataset*/) const {
    return {};
  }

  /// Collective. The classes of all rows that the rows of a data set of integer labels were chosen
  /// from; 0 where they are a data set of their own. Throws DataError as class_count().
  [[nodiscard]] virtual std::size_t class_count_of_all(const std::string& /*dataset*/) { return 0; }

  /// Says how a data set is read where it holds sequences. By all ranks alike.
  void expect_sequences(const std::string& dataset, const SequenceOptions& options);

  /// Collective. Throws DataError, the same on every rank, where there is no such data set, it is
  /// empty or holds no numbers, or its lengths or offsets are invalid.
  [[nodiscard]] DatasetShape shape(const std::string& dataset);

  /// Collective. The shapes of the data sets that a name lists, or of the one that it names. Throws
  /// DataError as shape(), and where they have unequal rows.
  [[nodiscard]] std::vector<DatasetShape> part_shapes(const std::string& dataset);

  /// Collective. Copies this rank's rows into memory, as the type they have. Throws DataError, the
  /// same on every rank, as shape() does and where a number is not finite: it names the first one.
  /// Padding may hold anything.
  [[nodiscard]] Rows load(const std::string& dataset, const Shard& shard);

  /// Says how open() holds rows; without it, in memory.
  void stream(const Streaming& streaming);

  /// Whether all but small data sets stay in their files.
  [[nodiscard]] bool must_stream() const { return streaming_.mode == DataMode::stream; }

  /// Collective. Whether open() leaves these rows where they are. Throws DataError as shape(), and
  /// where they cannot be read page by page and must be.
  [[nodiscard]] bool streams(const std::string& dataset, const Shard& shard);

  /// Collective. This rank's rows, in memory as of load() or page by page as of stream(). Throws as
  /// load(); what is not finite in pages is found when they are read.
  [[nodiscard]] std::shared_ptr<const RowStore> open(const std::string& dataset,
                                                     const Shard& shard);

  /// Collective. The rows of a page of a data set, S, whether it is read by pages or not.
  [[nodiscard]] std::size_t page_rows(const std::string& dataset);

  /// Collective. The steps of each row of this rank; none where rows have no lengths of their own.
  /// Throws as load().
  [[nodiscard]] std::vector<std::uint32_t> load_lengths(const std::string& dataset,
                                                        const Shard& shard);

 protected:
  /// The ranks of `communicator` share the rows.
  explicit Datasets(const mpi::Communicator& communicator) : communicator_(communicator) {}
  /// @{ For derived classes: data sets are copied and moved as the type that they are.
  Datasets(const Datasets&) = default;
  Datasets(Datasets&&) = default;
  Datasets& operator=(const Datasets&) = default;
  Datasets& operator=(Datasets&&) = default;
  /// @}

  /// The ranks that share the rows.
  [[nodiscard]] const mpi::Communicator& communicator() const { return communicator_; }

  /// Called where a data set is replaced: what was found of any is asked for again.
  void forget_shapes() { found_.clear(); }

  /// The rows of a data set that this rank checks, so that together all of `rows` are checked: an
  /// equal part, and `more` rows after it.
  [[nodiscard]] virtual Shard part_to_check(const std::string& dataset, std::size_t rows,
                                            std::size_t more) const;

 private:
  enum class Kind : std::uint8_t { rows, padded, flat, marked, joined };
  struct Found {
    DatasetShape shape;
    Kind kind = Kind::rows;
  };

  // Collective, as shape() and load(), of the data set as it lies in the file. Numbers may be not
  // finite.
  [[nodiscard]] virtual DatasetShape stored_shape(const std::string& dataset) = 0;
  [[nodiscard]] virtual Rows load_stored(const std::string& dataset, const Shard& shard) = 0;
  // Where rows can be read page by page: the rows of one of the file's chunks, or 1; and this
  // rank's rows, in pages of `page_rows` rows that take `memory_bytes`. Nothing, or 0, where they
  // cannot.
  [[nodiscard]] virtual std::size_t stored_chunk_rows(const std::string& /*dataset*/) { return 0; }
  [[nodiscard]] virtual std::shared_ptr<const RowStore> open_pages(const DatasetShape& /*shape*/,
                                                                   const std::string& /*dataset*/,
                                                                   const Shard& /*shard*/,
                                                                   std::size_t /*page_rows*/,
                                                                   std::size_t /*memory_bytes*/) {
    return nullptr;
  }
  // Called on all ranks when one of these, or what was made of it, has failed on all.
  virtual void after_failure() {}

  [[nodiscard]] const Found& find(const std::string& dataset);
  [[nodiscard]] Found look(const std::string& dataset);
  [[nodiscard]] std::vector<DatasetShape> look_at_parts(const std::string& dataset);
  [[nodiscard]] Found look_at_list(const std::string& dataset);
  [[nodiscard]] Rows load_joined(const Found& found, const std::string& dataset,
                                 const Shard& shard);
  [[nodiscard]] Rows load_as(const Found& found, const std::string& dataset, const Shard& shard);
  [[nodiscard]] std::vector<std::size_t> load_offsets(const std::string& dataset,
                                                      const Shard& shard);

  mpi::Communicator communicator_;
  std::map<std::string, SequenceOptions> sequences_;
  Streaming streaming_;
  std::size_t memory_left_ = 0;  // of what streaming_ gives for rows
  std::map<std::string, Found> found_;
};

/// Throws DataError, naming both, unless two data sets that belong together have as many rows.
void require_equal_rows(const DatasetShape& x, const DatasetShape& y);

/// Collective. Throws DataError, the same on every rank, where a number of a shard is not finite,
/// and names the data set's first one.
void require_finite(const mpi::Communicator& communicator, const Rows& rows);

}  // namespace infomax::data
