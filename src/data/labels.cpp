// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/data/labels.hpp"

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>

#include "infomax/core/error.hpp"
#include "infomax/hdf5/element_type.hpp"

namespace infomax::data {
namespace {

constexpr auto no_row = std::numeric_limits<std::uint64_t>::max();

void require_labels(const Rows& rows) {
  if (!holds_labels(rows)) {
    throw DataError(
        rows.where() + " holds " + std::to_string(rows.features()) + " " + hdf5::name(rows.type()) +
        " a row; class labels are one integer a row, from 0 on; numbers are `target` values");
  }
}

/// The first global row, over all ranks, whose label `is_wrong`; no_row where there is none.
template <class Predicate>
std::uint64_t first_row_where(const mpi::Communicator& communicator, const Rows& rows,
                              Predicate is_wrong) {
  std::uint64_t first = no_row;
  rows.with_elements([&](auto labels) {
    const auto found = std::find_if(labels.begin(), labels.end(), is_wrong);
    if (found != labels.end()) {
      first = rows.first_row() + static_cast<std::uint64_t>(found - labels.begin());
    }
  });
  return communicator.min(first);
}

constexpr auto is_negative = [](auto label) {
  if constexpr (std::is_signed_v<decltype(label)>) {
    return label < 0;
  } else {
    return false;
  }
};

std::string unseen(const Rows& rows, std::uint64_t row, std::size_t classes) {
  return rows.where() + " has a label at row " + std::to_string(row) + " that is none of the " +
         std::to_string(classes) + " classes 0 to " + std::to_string(classes - 1) +
         "; use data with the classes the model was trained on";
}

}  // namespace

bool holds_labels(const Rows& rows) {
  return hdf5::is_integer(rows.type()) && rows.features() == 1;
}

std::size_t class_count(const mpi::Communicator& communicator, const Rows& rows) {
  require_labels(rows);
  const std::uint64_t negative = first_row_where(communicator, rows, is_negative);
  if (negative != no_row) {
    throw DataError(rows.where() + " has a negative label at row " + std::to_string(negative) +
                    "; class labels count from 0");
  }
  std::uint64_t greatest = 0;
  rows.with_elements([&](auto labels) {
    for (const auto label : labels) {
      greatest = std::max(greatest, static_cast<std::uint64_t>(label));
    }
  });
  greatest = communicator.max(greatest);
  if (greatest >= most_classes) {
    throw DataError(rows.where() + " has the label " + std::to_string(greatest) + ", above the " +
                    std::to_string(most_classes) +
                    " classes there may be; if these are values, store them as floats");
  }
  return static_cast<std::size_t>(greatest) + 1;
}

void require_labels_below(const mpi::Communicator& communicator, const Rows& rows,
                          std::size_t classes) {
  require_labels(rows);
  const std::uint64_t wrong = first_row_where(communicator, rows, [&](auto label) {
    return is_negative(label) || static_cast<std::uint64_t>(label) >= classes;
  });
  if (wrong != no_row) {
    throw DataError(unseen(rows, wrong, classes));
  }
}

template <math::Real T>
void one_hot(const Rows& rows, std::span<const std::size_t> local_rows, std::size_t classes,
             MatrixView<T> out) {
  require_labels(rows);
  assert(out.rows() == local_rows.size() && out.columns() == classes);
  rows.with_elements([&](auto labels) {
    for (std::size_t i = 0; i < local_rows.size(); ++i) {
      // A negative label becomes a huge one, and is refused with it.
      const auto label = static_cast<std::uint64_t>(labels[local_rows[i]]);
      if (label >= classes) {
        throw DataError(unseen(rows, rows.first_row() + local_rows[i], classes));
      }
      const std::span<T> row = out.row(i);
      std::fill(row.begin(), row.end(), T{0});
      row[label] = T{1};
    }
  });
}

template void one_hot<float>(const Rows&, std::span<const std::size_t>, std::size_t,
                             MatrixView<float>);
template void one_hot<double>(const Rows&, std::span<const std::size_t>, std::size_t,
                              MatrixView<double>);

}  // namespace infomax::data
