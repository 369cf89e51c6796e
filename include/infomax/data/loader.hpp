// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "infomax/data/blocks.hpp"
#include "infomax/data/datasets.hpp"
#include "infomax/data/file_parts.hpp"
#include "infomax/data/names.hpp"
#include "infomax/data/rows.hpp"
#include "infomax/hdf5/element_type.hpp"
#include "infomax/hdf5/file.hpp"
#include "infomax/mpi/communicator.hpp"

namespace infomax::data {

/// A data set file that all ranks of a job read together, each its own shard; or several files as
/// one (find_files), of which names and the existence of data sets are those of the first. Blocks
/// follow from the number of rows: shape() first, then load().
class DatasetFile final : public Datasets {
 public:
  /// Collective. Throws DataError, the same on every rank, where there is no HDF5 file at `path`,
  /// or none of those that it names.
  DatasetFile(const mpi::Communicator& communicator, const std::filesystem::path& path);

  /// Whether the file has `dataset` ("/y"). By all ranks alike.
  [[nodiscard]] bool has(const std::string& dataset) const override {
    return file_.exists(dataset);
  }

  /// Returns the names that one of its attributes (names.hpp) holds, or the classes of strings that
  /// are read as labels. All ranks must ask alike.
  [[nodiscard]] std::vector<std::string> names(const std::string& dataset,
                                               const char* attribute) const;

  void expect_labels(const std::string& dataset,
                     const std::vector<std::string>& classes = {}) override;
  [[nodiscard]] std::vector<std::string> text_classes(const std::string& dataset) const override;

  /// Collective. A file that goes out of scope is closed too, unless an exception unwinds.
  void close() { file_.close(); }

 private:
  [[nodiscard]] DatasetShape stored_shape(const std::string& dataset) override;
  [[nodiscard]] Rows load_stored(const std::string& dataset, const Shard& shard) override;
  [[nodiscard]] std::size_t stored_chunk_rows(const std::string& dataset) override;
  [[nodiscard]] std::shared_ptr<const RowStore> open_pages(const DatasetShape& shape,
                                                           const std::string& dataset,
                                                           const Shard& shard,
                                                           std::size_t page_rows,
                                                           std::size_t memory_bytes) override;
  // What failed would be in the way of a file written anew under its name.
  void after_failure() override { file_.close(); }
  [[nodiscard]] bool is_joined() const { return parts_.is_joined(); }
  [[nodiscard]] std::string where(const std::string& dataset) const {
    return dataset + " in " + parts_.name();
  }
  [[nodiscard]] Rows read(const std::string& dataset, const Shard& shard) const;
  [[nodiscard]] Rows read_parts(const std::string& dataset, const Shard& shard);
  [[nodiscard]] Rows read_texts(const std::string& dataset, const Shard& shard);
  [[nodiscard]] DatasetShape describe_texts(const std::string& dataset);

  FileParts parts_;
  hdf5::File file_;  // the first of parts_
  std::map<std::string, std::vector<std::string>>
      text_classes_;  // of sets of strings, read as labels
};

/// Collective. Opens, reads one data set's shard, closes.
[[nodiscard]] Rows load_rows(const mpi::Communicator& communicator,
                             const std::filesystem::path& path, const std::string& dataset,
                             const Shard& shard);

}  // namespace infomax::data
