// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/analysis/column_statistics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "infomax/core/matrix.hpp"
#include "infomax/data/blocks.hpp"
#include "infomax/hdf5/file.hpp"
#include "infomax/mpi/failure.hpp"

namespace infomax::analysis {
namespace {

/// Of the numbers that are read at a time.
constexpr std::size_t slab_bytes = std::size_t{8} << 20U;

std::int64_t half(std::int64_t bin) { return bin >= 0 ? bin / 2 : -((1 - bin) / 2); }

/// Sums of a column. Squares are of differences from `shift`, a number of the column, so that they
/// lose nothing where the mean is large.
struct Sums {
  std::uint64_t nan = 0;
  std::uint64_t infinite = 0;
  std::uint64_t finite = 0;
  double minimum = std::numeric_limits<double>::infinity();
  double maximum = -std::numeric_limits<double>::infinity();
  double sum = 0.0;
  double squares = 0.0;

  void add(double number, double shift) {
    if (!std::isfinite(number)) {
      (std::isnan(number) ? nan : infinite) += 1;
      return;
    }
    ++finite;
    minimum = std::min(minimum, number);
    maximum = std::max(maximum, number);
    sum += number - shift;
    squares += (number - shift) * (number - shift);
  }
};

/// Collective. Sums of all ranks.
void sum(const mpi::Communicator& communicator, std::vector<Sums>& columns) {
  const std::size_t count = columns.size();
  std::vector<std::uint64_t> counts(3 * count);
  std::vector<double> sums(2 * count);
  std::vector<double> extremes(2 * count);
  for (std::size_t j = 0; j < count; ++j) {
    const Sums& column = columns[j];
    counts[3 * j] = column.nan;
    counts[3 * j + 1] = column.infinite;
    counts[3 * j + 2] = column.finite;
    sums[2 * j] = column.sum;
    sums[2 * j + 1] = column.squares;
    extremes[2 * j] = -column.minimum;
    extremes[2 * j + 1] = column.maximum;
  }
  communicator.sum(std::span<std::uint64_t>(counts));
  communicator.sum(std::span<double>(sums));
  communicator.max(std::span<double>(extremes));
  for (std::size_t j = 0; j < count; ++j) {
    columns[j] = {counts[3 * j],       counts[3 * j + 1], counts[3 * j + 2], -extremes[2 * j],
                  extremes[2 * j + 1], sums[2 * j],       sums[2 * j + 1]};
  }
}

ColumnStatistics::Column finished(const Sums& sums, double shift) {
  const auto n = static_cast<double>(std::max<std::uint64_t>(1, sums.finite));
  const double mean = sums.sum / n;
  // Rounding must not give a column of one number a deviation.
  const double variance = sums.minimum == sums.maximum ? 0.0 : sums.squares / n - mean * mean;
  return {sums.finite,
          sums.nan,
          sums.infinite,
          sums.minimum,
          sums.maximum,
          shift + mean,
          std::sqrt(std::max(0.0, variance))};
}

/// Joins what two sets of numbers have.
void join(ColumnStatistics::Column& all, const ColumnStatistics::Column& more) {
  all.nan += more.nan;
  all.infinite += more.infinite;
  if (more.finite == 0) {
    return;
  }
  const auto n = static_cast<double>(all.finite);
  const auto m = static_cast<double>(more.finite);
  const double difference = more.mean - all.mean;
  const double squares = n * all.deviation * all.deviation + m * more.deviation * more.deviation +
                         difference * difference * n * m / (n + m);
  all.minimum = std::min(all.minimum, more.minimum);
  all.maximum = std::max(all.maximum, more.maximum);
  all.mean += difference * m / (n + m);
  all.finite += more.finite;
  all.deviation = std::sqrt(squares / (n + m));
}

}  // namespace

double NumberHistogram::start() const { return std::ldexp(static_cast<double>(first_), exponent_); }

double NumberHistogram::width() const { return std::ldexp(1.0, exponent_); }

std::vector<std::uint64_t> NumberHistogram::counts() const {
  return {counts_.begin(), counts_.begin() + static_cast<std::ptrdiff_t>(used_)};
}

/// Makes bins twice as wide.
void NumberHistogram::coarsen() {
  std::array<std::uint64_t, most_bins> wider{};
  const std::int64_t first = half(first_);
  for (std::size_t k = 0; k < used_; ++k) {
    wider[static_cast<std::size_t>(half(first_ + static_cast<std::int64_t>(k)) - first)] +=
        counts_[k];
  }
  used_ =
      used_ == 0
          ? 0
          : static_cast<std::size_t>(half(first_ + static_cast<std::int64_t>(used_) - 1) - first) +
                1;
  first_ = first;
  counts_ = wider;
  ++exponent_;
}

/// Makes room for a bin, which lies at most most_bins from the last one to the first.
void NumberHistogram::include(std::int64_t bin) {
  if (used_ == 0) {
    first_ = bin;
    used_ = 1;
  } else if (bin < first_) {
    const auto more = static_cast<std::size_t>(first_ - bin);
    std::copy_backward(counts_.begin(), counts_.begin() + static_cast<std::ptrdiff_t>(used_),
                       counts_.begin() + static_cast<std::ptrdiff_t>(used_ + more));
    std::fill_n(counts_.begin(), more, 0);
    first_ = bin;
    used_ += more;
  } else {
    used_ = std::max(used_, static_cast<std::size_t>(bin - first_) + 1);
  }
}

void NumberHistogram::add(double number) {
  constexpr auto most = static_cast<double>(most_bins);
  while (true) {
    const double bin = std::floor(std::ldexp(number, -exponent_));
    const double low = used_ == 0 ? bin : std::min(bin, static_cast<double>(first_));
    const double high =
        used_ == 0 ? bin
                   : std::max(bin, static_cast<double>(first_) + static_cast<double>(used_) - 1);
    // Bins must have numbers that an integer holds, and that one can tell from each other.
    if (std::abs(bin) < 0x1p52 && high - low < most) {
      const auto place = static_cast<std::int64_t>(bin);
      include(place);
      ++counts_[static_cast<std::size_t>(place - first_)];
      return;
    }
    if (used_ == 0) {
      exponent_ = std::max(exponent_ + 1, std::ilogb(number) - 51);
    } else {
      coarsen();
    }
  }
}

void NumberHistogram::add(const NumberHistogram& other) {
  NumberHistogram more = other;
  if (more.used_ == 0) {
    return;
  }
  if (used_ == 0) {
    *this = more;
    return;
  }
  while (exponent_ < more.exponent_) {
    coarsen();
  }
  while (more.exponent_ < exponent_) {
    more.coarsen();
  }
  const auto end = [](const NumberHistogram& histogram) {
    return histogram.first_ + static_cast<std::int64_t>(histogram.used_);
  };
  while (std::max(end(*this), end(more)) - std::min(first_, more.first_) >
         static_cast<std::int64_t>(most_bins)) {
    coarsen();
    more.coarsen();
  }
  include(more.first_);
  include(end(more) - 1);
  for (std::size_t k = 0; k < more.used_; ++k) {
    counts_[static_cast<std::size_t>(more.first_ - first_) + k] += more.counts_[k];
  }
}

void NumberHistogram::sum(const mpi::Communicator& communicator) {
  NumberHistogram all;
  for (int rank = 0; rank < communicator.size(); ++rank) {
    std::array<std::int64_t, 3> head{exponent_, first_, static_cast<std::int64_t>(used_)};
    std::array<std::uint64_t, most_bins> counts = counts_;
    communicator.broadcast(std::span<std::int64_t>(head), rank);
    communicator.broadcast(std::span<std::uint64_t>(counts), rank);
    NumberHistogram one;
    one.exponent_ = static_cast<int>(head[0]);
    one.first_ = head[1];
    one.used_ = static_cast<std::size_t>(head[2]);
    one.counts_ = counts;
    all.add(one);
  }
  *this = all;
}

ColumnStatistics column_statistics(const mpi::Communicator& communicator,
                                   const std::filesystem::path& path, const std::string& dataset) {
  ColumnStatistics found;
  std::vector<Sums> sums;
  std::vector<double> shifts;
  // Each rank reads by itself: the rows of its shard, and the first row, which is the shift of all.
  mpi::together(communicator, [&] {
    const auto file = hdf5::File::open(path);
    const auto opened = file.dataset(dataset);
    const std::size_t columns = opened.features();
    opened.require_stored();
    sums.resize(columns);
    shifts.resize(columns);
    if (opened.rows() == 0 || columns == 0) {
      return;
    }
    opened.read(0, 1, std::span<double>(shifts));
    std::ranges::replace_if(
        shifts, [](double x) { return !std::isfinite(x); }, 0.0);
    const data::Blocks blocks(opened.rows(), static_cast<std::size_t>(communicator.size()));
    const data::Shard shard = blocks.shard(communicator.rank(), communicator.size());
    const std::size_t most = std::max<std::size_t>(1, slab_bytes / (columns * sizeof(double)));
    Buffer<double> slab(std::min(most, shard.row_count) * columns);
    for (std::size_t done = 0; done < shard.row_count; done += most) {
      const std::size_t now = std::min(most, shard.row_count - done);
      const auto elements = std::span<double>(slab).first(now * columns);
      opened.read(shard.first_row + done, now, elements);
      for (std::size_t i = 0; i < elements.size(); ++i) {
        sums[i % columns].add(elements[i], shifts[i % columns]);
        if (std::isfinite(elements[i])) {
          found.histogram.add(elements[i]);
        }
      }
    }
  });
  sum(communicator, sums);
  found.histogram.sum(communicator);
  found.all.minimum = std::numeric_limits<double>::infinity();
  found.all.maximum = -found.all.minimum;
  for (std::size_t j = 0; j < sums.size(); ++j) {
    found.columns.push_back(finished(sums[j], shifts[j]));
    join(found.all, found.columns.back());
  }
  return found;
}

}  // namespace infomax::analysis
