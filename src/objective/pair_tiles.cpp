// SPDX-License-Identifier: BSD-3-Clause
#include "objective/pair_tiles.hpp"

namespace infomax::objective {

template <math::Real T>
auto PairTiles<T>::to_keep(const Rows& rows, std::size_t travelling) -> Memory {
  kept_count_ = kept_scores(rows.staying.rows(), travelling);
  kept_staying_ = rows.staying.data();
  if (kept_count_ > kept_.size()) {
    kept_.resize(kept_count_);
  }
  return kept_count_ > 0 ? Memory::keep : Memory::none;
}

/// Writes the scores of a tile; minus infinity for what is left out. `own` says whether the block's
/// rows are this rank's.
template <math::Real T>
void PairTiles<T>::score(const Rows& rows, const Block& block, bool own, const TileRange& range,
                         MatrixView<T> scores) const {
  const auto staying = rows.staying.row_range(range.first, range.rows);
  const auto travelling = block.rows.row_range(range.first_column, range.columns);
  if (rows.scorer != nullptr) {
    rows.scorer->score(staying, travelling, scores);
  } else {
    math::gemm(math::Transpose::no, math::Transpose::yes, static_cast<T>(1.0 / rows.temperature),
               staying, travelling, T{0}, scores);
  }
  if (rows.without_own && own) {
    const std::size_t from = block.first + range.first_column;
    const std::size_t to = from + range.columns;
    for (std::size_t i = 0; i < range.rows; ++i) {
      const std::size_t first = (range.first + i) / rows.staying_places * rows.travelling_places;
      const std::size_t end = std::min(to, first + rows.travelling_places);
      for (std::size_t j = std::max(from, first); j < end; ++j) {
        scores(i, j - from) = -std::numeric_limits<T>::infinity();
      }
    }
  }
}

template <math::Real T>
void PairTiles<T>::travel(const mpi::Communicator& communicator, const Rows& rows,
                          std::span<const double> notes, const Visit& visit,
                          MatrixView<T> travelling_sums) {
  if (rows.parts == nullptr && travelling_sums.columns() > 0) {
    ring_.around_adding(communicator, rows.travelling, notes, visit, travelling_sums);
    return;
  }
  const auto visit_alone = [&](const Block& block) { visit(block, {}); };
  if (rows.parts == nullptr) {
    ring_.around(communicator, rows.travelling, notes, visit_alone);
    return;
  }
  travelling_ends_.assign(rows.parts->ends.begin(), rows.parts->ends.end());
  for (std::size_t& end : travelling_ends_) {
    end *= rows.travelling_places;
  }
  ring_.in_order(communicator, rows.travelling, notes, travelling_ends_, visit_alone);
}

template class PairTiles<float>;
template class PairTiles<double>;

}  // namespace infomax::objective
