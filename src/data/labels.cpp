// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/data/labels.hpp"

#include <algorithm>
#include <array>
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

void require_labels(const RowStore& rows) {
  if (!holds_labels(rows)) {
    throw DataError(
        rows.where() + " holds " + std::to_string(rows.features()) + " " + hdf5::name(rows.type()) +
        " a row; class labels are one integer a row, from 0 on; numbers are `target` values");
  }
}

/// Labels that are read together; they lie on the stack, so that a step allocates nothing.
constexpr std::size_t labels_at_once = 256;

/// The number of the first row, over all ranks, whose label `is_wrong`; no_row where there is none.
template <class Predicate>
std::uint64_t first_row_where(const mpi::Communicator& communicator, const RowStore& rows,
                              Predicate is_wrong) {
  std::uint64_t first = no_row;
  rows.scan_elements([&](std::size_t start, auto labels) {
    const auto found = std::find_if(labels.begin(), labels.end(), is_wrong);
    if (first == no_row && found != labels.end()) {
      first = rows.row_number(start + static_cast<std::size_t>(found - labels.begin()));
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

std::string unseen(const RowStore& rows, std::uint64_t row, std::size_t classes) {
  return rows.where() + " has a label at row " + std::to_string(row) + " that is none of the " +
         std::to_string(classes) + " classes 0 to " + std::to_string(classes - 1) +
         "; use data with the classes the model was trained on";
}

}  // namespace

bool holds_labels(const RowStore& rows) {
  return hdf5::is_integer(rows.type()) && rows.features() == 1 && !rows.has_lengths();
}

std::size_t class_count(const mpi::Communicator& communicator, const RowStore& rows) {
  require_labels(rows);
  const std::uint64_t negative = first_row_where(communicator, rows, is_negative);
  if (negative != no_row) {
    throw DataError(rows.where() + " has a negative label at row " + std::to_string(negative) +
                    "; class labels count from 0");
  }
  std::uint64_t greatest = 0;
  rows.scan_elements([&](std::size_t /*first*/, auto labels) {
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

void require_labels_below(const mpi::Communicator& communicator, const RowStore& rows,
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
void one_hot(const RowStore& rows, std::span<const std::size_t> local_rows, std::size_t classes,
             MatrixView<T> out) {
  require_labels(rows);
  assert(out.rows() == local_rows.size() && out.columns() == classes);
  hdf5::with_element_type(rows.type(), [&]<class Label>(std::type_identity<Label> /*element*/) {
    std::array<Label, labels_at_once> labels;
    for (std::size_t first = 0; first < local_rows.size(); first += labels_at_once) {
      const std::size_t count = std::min(labels_at_once, local_rows.size() - first);
      rows.copy(local_rows.subspan(first, count),
                std::as_writable_bytes(std::span(labels).first(count)));
      for (std::size_t i = 0; i < count; ++i) {
        // A negative label becomes a huge one, and is refused with it.
        const auto label = static_cast<std::uint64_t>(static_cast<std::int64_t>(labels[i]));
        if (label >= classes) {
          throw DataError(unseen(rows, rows.row_number(local_rows[first + i]), classes));
        }
        const std::span<T> row = out.row(first + i);
        std::fill(row.begin(), row.end(), T{0});
        row[label] = T{1};
      }
    }
  });
}

template void one_hot<float>(const RowStore&, std::span<const std::size_t>, std::size_t,
                             MatrixView<float>);
template void one_hot<double>(const RowStore&, std::span<const std::size_t>, std::size_t,
                              MatrixView<double>);

}  // namespace infomax::data
