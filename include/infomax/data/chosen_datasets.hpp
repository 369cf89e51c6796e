// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "infomax/data/datasets.hpp"
#include "infomax/data/row_set.hpp"

namespace infomax::data {

/// Trajectories of chosen rows.
struct ChosenTrajectories {
  std::string dataset;                 ///< "/lengths", by which readers ask for them
  std::vector<std::uint64_t> lengths;  ///< rows of each, which add up to the chosen rows
};

/// Some rows of other data sets, as if they were data sets of their own: row i of each is the i-th
/// of the chosen rows. What is made of them, from blocks to normalisation, is what is made of a
/// file that holds these rows alone. Rows are read into memory: each rank reads the stretch of the
/// file that its own lie in, in pieces where it has large gaps.
class ChosenDatasets final : public Datasets {
 public:
  /// `base` is of the ranks of `communicator` and must outlive this. Where trajectories are named,
  /// they take the place of the base's.
  ChosenDatasets(const mpi::Communicator& communicator, Datasets& base, RowSet chosen,
                 ChosenTrajectories trajectories = {});

  /// The rows that were chosen.
  [[nodiscard]] const RowSet& chosen() const { return chosen_; }

  [[nodiscard]] bool has(const std::string& dataset) const override;
  void expect_labels(const std::string& dataset,
                     const std::vector<std::string>& classes = {}) override;
  [[nodiscard]] std::vector<std::string> text_classes(const std::string& dataset) const override;
  [[nodiscard]] std::size_t class_count_of_all(const std::string& dataset) override;

 private:
  [[nodiscard]] DatasetShape stored_shape(const std::string& dataset) override;
  [[nodiscard]] Rows load_stored(const std::string& dataset, const Shard& shard) override;
  // The data set whose lengths `dataset` holds, where its rows have some; else empty.
  [[nodiscard]] std::string sequences_of(const std::string& dataset) const;
  [[nodiscard]] bool is_trajectories(const std::string& dataset) const {
    return !trajectories_.dataset.empty() && dataset == trajectories_.dataset;
  }
  void require_rows(const DatasetShape& shape) const;

  Datasets* base_;
  RowSet chosen_;
  std::size_t count_;
  ChosenTrajectories trajectories_;
};

}  // namespace infomax::data
