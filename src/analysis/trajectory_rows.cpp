// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/analysis/trajectory_rows.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "infomax/mpi/exchange.hpp"
#include "infomax/mpi/failure.hpp"

namespace infomax::analysis {
namespace {

/// Rows [first, end) of the data set.
struct RowSpan {
  std::size_t first = 0;
  std::size_t end = 0;

  [[nodiscard]] std::size_t count() const { return end - first; }
};

RowSpan common(const RowSpan& one, const RowSpan& other) {
  const std::size_t first = std::max(one.first, other.first);
  return {first, std::max(first, std::min(one.end, other.end))};
}

/// The rows after a rank's own that it wants; none where it has none of its own.
RowSpan following(const RowSpan& own, std::size_t more, std::size_t all) {
  return {own.end, own.count() == 0 ? own.end : own.end + std::min(more, all - own.end)};
}

}  // namespace

data::Stretch TrajectorySegment::starts(std::size_t lag) const {
  const std::size_t end =
      std::min(rows.end(), trajectory_end > lag ? trajectory_end - lag : std::size_t{0});
  return {rows.first, end > rows.first ? end - rows.first : 0};
}

std::size_t TrajectoryPieces::pairs(std::size_t lag) const {
  std::size_t count = 0;
  for (const TrajectorySegment& segment : segments) {
    count += segment.starts(lag).count;
  }
  return count;
}

TrajectoryPieces cut_trajectories(std::span<const std::size_t> lengths, std::size_t pieces) {
  std::size_t all = 0;
  for (const std::size_t length : lengths) {
    all += length;
  }
  const std::size_t least = std::max<std::size_t>(1, (all + pieces - 1) / pieces);
  TrajectoryPieces cut;
  std::optional<std::size_t> open;  // a piece of short trajectories that may take more
  std::size_t rows_of_open = 0;
  std::size_t first = 0;
  for (const std::size_t length : lengths) {
    const std::size_t end = first + length;
    if (length >= least) {
      const data::Blocks parts(length, length / least);
      for (std::size_t k = 0; k < parts.count(); ++k) {
        cut.segments.push_back({cut.count++, {first + parts.first_row(k), parts.rows_of(k)}, end});
      }
    } else if (length > 0) {
      if (!open) {
        open = cut.count++;
        rows_of_open = 0;
      }
      cut.segments.push_back({*open, {first, length}, end});
      rows_of_open += length;
      if (rows_of_open >= least) {
        open.reset();
      }
    }
    first = end;
  }
  return cut;
}

template <math::Real T>
Matrix<T> with_following_rows(const mpi::Communicator& communicator, const data::Shard& shard,
                              Matrix<T> rows, std::size_t more) {
  const auto firsts = communicator.gather_all(std::uint64_t{shard.first_row});
  const auto counts = communicator.gather_all(std::uint64_t{shard.row_count});
  std::vector<RowSpan> owned(counts.size());
  std::size_t all = 0;
  for (std::size_t rank = 0; rank < counts.size(); ++rank) {
    owned[rank] = {firsts[rank], firsts[rank] + counts[rank]};
    all += counts[rank];
  }
  const RowSpan own{shard.first_row, shard.first_row + shard.row_count};
  const RowSpan wanted = following(own, more, all);
  const std::size_t q = rows.columns();
  std::vector<std::size_t> given(owned.size());
  std::vector<std::size_t> taken(owned.size());
  Buffer<T> out;
  Matrix<T> joined;
  mpi::together(communicator, [&] {
    for (std::size_t rank = 0; rank < owned.size(); ++rank) {
      taken[rank] = common(wanted, owned[rank]).count();
      const RowSpan asked = common(own, following(owned[rank], more, all));
      given[rank] = asked.count();
      const T* const from = rows.data() + (asked.first - own.first) * q;
      if (asked.count() > 0) {
        out.insert(out.end(), from, from + asked.count() * q);
      }
    }
    joined = Matrix<T>(own.count() + wanted.count(), q);
    std::copy_n(rows.data(), rows.size(), joined.data());
    rows = {};
  });
  mpi::exchange_rows<T>(communicator, MatrixView<const T>(out.data(), out.size() / q, q), given,
                        joined.view().row_range(own.count(), wanted.count()), taken);
  return joined;
}

template Matrix<float> with_following_rows<float>(const mpi::Communicator&, const data::Shard&,
                                                  Matrix<float>, std::size_t);
template Matrix<double> with_following_rows<double>(const mpi::Communicator&, const data::Shard&,
                                                    Matrix<double>, std::size_t);

}  // namespace infomax::analysis
