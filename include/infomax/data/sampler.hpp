// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "infomax/data/blocks.hpp"

namespace infomax::data {

/// How rows that are fetched page by page are mixed: page k is rows [k S, (k + 1) S) of the data
/// set.
struct Paging {
  std::size_t page_rows = 0;     ///< S; 0 means that rows have no pages
  std::size_t window_pages = 1;  ///< W > 0: so many pages of a block are mixed at a time
};

/// Which rows make up the global batch of a step: a function of (seed, epoch, step, S, W) alone,
/// never of the number of ranks. An epoch visits every row once, in T = ceil(N / B) steps.
///
/// Each block v permutes its n_v rows and cuts them into T slices of floor(n_v / T) rows, of which
/// e_v = n_v mod T get one more: those of steps E_v, ..., E_v + e_v - 1 modulo T, where E_v is the
/// sum of e_u over the blocks before. The extra rows of all blocks are thus spread evenly over the
/// steps, so that batch sizes differ by at most one row and no batch is empty, for any B, V and N.
///
/// Where rows are fetched page by page, a block permutes its pages, cuts them into windows of W
/// pages, and permutes the rows of each window, so that a page is fetched about once in an epoch
/// and V W pages are wanted at a time. A block has those rows of a page that are its own. A batch
/// takes B / V rows of a window of up to W S rows from each block: rows of one block that are
/// further apart than a window in the order of pages never meet in a batch, while those of two
/// blocks may. With one window a block the order is that without pages.
class Sampler {
 public:
  /// For the rank that holds `shard`. batch B = 0 means all rows. Throws UsageError where B > N.
  Sampler(const Blocks& blocks, const Shard& shard, std::size_t batch, std::uint64_t seed,
          const Paging& paging = {});

  [[nodiscard]] std::size_t steps_per_epoch() const { return steps_; }  ///< T

  /// Rows of the whole batch of `step`.
  [[nodiscard]] std::size_t global_rows(std::size_t step) const;

  /// Rows that (global) `block` gives to `step`.
  [[nodiscard]] std::size_t block_rows(std::size_t block, std::size_t step) const;

  /// The most rows any step has on this rank.
  [[nodiscard]] std::size_t largest_local_rows() const { return largest_local_rows_; }

  /// This rank's rows of the batch, counted from the start of its shard, block after block. Valid
  /// until the next call. Allocates nothing; steps of one epoch in any order share its permutation.
  [[nodiscard]] std::span<const std::size_t> draw(std::uint64_t epoch, std::size_t step);

 private:
  [[nodiscard]] std::size_t extras_before(std::size_t block, std::size_t step) const;
  void permute(std::uint64_t epoch);
  void permute_pages(std::size_t block, std::uint64_t epoch, std::span<std::size_t> rows);

  Blocks blocks_;
  Shard shard_;
  std::uint64_t seed_;
  Paging paging_;
  std::size_t steps_;
  std::size_t largest_local_rows_ = 0;
  std::vector<std::size_t> first_extra_;  ///< [V + 1], E_v; the last is their total
  std::vector<std::size_t> order_;        ///< [shard rows], each block's rows permuted in place
  std::vector<std::size_t> pages_;        ///< of one block, permuted; memory for permute_pages()
  std::vector<std::size_t> drawn_;
  std::optional<std::uint64_t> epoch_;  ///< of order_
};

}  // namespace infomax::data
