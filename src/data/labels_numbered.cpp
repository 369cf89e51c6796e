// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "infomax/core/error.hpp"
#include "infomax/core/field_text.hpp"
#include "infomax/core/logging.hpp"
#include "infomax/data/labels.hpp"
#include "infomax/hdf5/element_type.hpp"

// Labels that are stored as other numbers than 0, 1, 2 ... or as floats.
namespace infomax::data {
namespace {

constexpr auto no_row_yet = std::numeric_limits<std::uint64_t>::max();

/// What the rows of all ranks hold.
struct Numbers {
  std::vector<double> different;               // ascending; one more than the limit stands for more
  std::uint64_t first_not_whole = no_row_yet;  // row number
  std::uint64_t first_negative = no_row_yet;   // row number
};

/// The union of the ranks' numbers, of which each has at most limit + 1; as many of the result.
std::vector<double> joined(const mpi::Communicator& communicator, const std::set<double>& own,
                           std::size_t limit) {
  const auto counts = communicator.gather_all(std::uint64_t{own.size()});
  std::set<double> all;
  for (int rank = 0; rank < communicator.size() && all.size() <= limit; ++rank) {
    std::vector<double> of_rank(counts[static_cast<std::size_t>(rank)]);
    if (rank == communicator.rank()) {
      std::ranges::copy(own, of_rank.begin());
    }
    communicator.broadcast(std::span<double>(of_rank), rank);
    all.insert(of_rank.begin(), of_rank.end());
  }
  return {all.begin(), all.end()};
}

Numbers survey(const mpi::Communicator& communicator, const RowStore& rows, std::size_t limit) {
  std::set<double> own;
  Numbers numbers;
  rows.scan_elements([&](std::size_t first, auto elements) {
    for (std::size_t i = 0; i < elements.size(); ++i) {
      const auto number = static_cast<double>(elements[i]);
      if (numbers.first_not_whole == no_row_yet && number != std::floor(number)) {
        numbers.first_not_whole = rows.row_number(first + i);
      }
      if (numbers.first_negative == no_row_yet && number < 0.0) {
        numbers.first_negative = rows.row_number(first + i);
      }
      if (own.size() <= limit) {
        own.insert(number == 0.0 ? 0.0 : number);  // not -0
      }
    }
  });
  numbers.first_not_whole = communicator.min(numbers.first_not_whole);
  numbers.first_negative = communicator.min(numbers.first_negative);
  numbers.different = joined(communicator, own, limit);
  return numbers;
}

void require_one_column(const RowStore& rows) {
  if (rows.features() != 1) {
    throw DataError(fmt::format(
        "{} holds {} {} a row; class labels are one number or text a row; numbers are `target` "
        "values",
        rows.where(), rows.features(), hdf5::name(rows.type())));
  }
}

std::string listed(const std::vector<double>& numbers) {
  constexpr std::size_t most = 8;
  std::vector<std::string> texts;
  for (const double number : std::span(numbers).first(std::min(most, numbers.size()))) {
    texts.push_back(FieldText<double>::format(number));
  }
  return fmt::format(
      "{}{}", fmt::join(texts, ", "),
      numbers.size() > most ? fmt::format(" and {} more", numbers.size() - most) : "");
}

/// Where the numbers are few enough.
NumberedClasses classes_of(const std::vector<double>& numbers, std::size_t named) {
  const bool count_from_zero =
      numbers.front() == 0.0 && numbers.back() == static_cast<double>(numbers.size() - 1);
  if (count_from_zero) {
    return {numbers.size()};
  }
  if (numbers.front() >= 0.0 && numbers.back() < static_cast<double>(named)) {
    return {static_cast<std::size_t>(numbers.back()) + 1};
  }
  return {numbers.size(), numbers};
}

}  // namespace

std::optional<NumberedClasses> find_classes(const mpi::Communicator& communicator,
                                            const RowStore& rows, bool asked, std::size_t named) {
  if (asked) {
    require_one_column(rows);
  } else if (rows.features() != 1) {
    return std::nullopt;
  }
  const std::size_t limit = asked ? most_classes : most_numbered_classes;
  const Numbers numbers = survey(communicator, rows, limit);
  const bool are_integers = holds_labels(rows);
  if (are_integers && numbers.first_negative == no_row_yet) {
    return NumberedClasses{class_count(communicator, rows)};
  }
  if (numbers.first_not_whole != no_row_yet) {
    if (asked) {
      throw DataError(
          fmt::format("{} has a number at row {} that is not whole; class labels are "
                      "whole numbers or texts; numbers are `target` values",
                      rows.where(), numbers.first_not_whole));
    }
    return std::nullopt;
  }
  const std::uint64_t count = communicator.sum(std::uint64_t{rows.count()});
  if (numbers.different.size() > limit) {
    if (asked || are_integers) {
      throw DataError(fmt::format(
          "{} has more than {} different numbers{}; class labels count from 0; numbers are "
          "`target` "
          "values",
          rows.where(), limit,
          numbers.first_negative == no_row_yet
              ? ""
              : fmt::format(" and a negative label at row {}", numbers.first_negative)));
    }
    return std::nullopt;
  }
  if (!asked && !are_integers && count < 2 * numbers.different.size()) {
    return std::nullopt;
  }
  NumberedClasses classes = classes_of(numbers.different, named);
  log::info(fmt::format(
      "labels     {} holds the whole numbers {}: taken for {} classes; `target` values predicts "
      "them as numbers",
      rows.where(), listed(numbers.different), classes.count));
  return classes;
}

std::vector<std::string> names_of(const NumberedClasses& classes) {
  std::vector<std::string> names;
  std::ranges::transform(classes.numbers, std::back_inserter(names), FieldText<double>::format);
  return names;
}

std::vector<std::uint32_t> class_numbers(const mpi::Communicator& communicator,
                                         const RowStore& rows, const NumberedClasses& classes) {
  require_one_column(rows);
  const auto class_of = [&](double number) -> std::optional<std::uint32_t> {
    if (classes.numbers.empty()) {
      const bool is_class = number >= 0.0 && number < static_cast<double>(classes.count) &&
                            number == std::floor(number);
      return is_class ? std::optional(static_cast<std::uint32_t>(number)) : std::nullopt;
    }
    const auto found = std::ranges::lower_bound(classes.numbers, number);
    return found != classes.numbers.end() && *found == number
               ? std::optional(static_cast<std::uint32_t>(found - classes.numbers.begin()))
               : std::nullopt;
  };
  std::vector<std::uint32_t> labels;
  labels.reserve(rows.count());
  std::uint64_t wrong = no_row_yet;
  rows.scan_elements([&](std::size_t first, auto elements) {
    for (std::size_t i = 0; i < elements.size(); ++i) {
      const auto found = class_of(static_cast<double>(elements[i]));
      if (!found && wrong == no_row_yet) {
        wrong = rows.row_number(first + i);
      }
      labels.push_back(found.value_or(0));
    }
  });
  wrong = communicator.min(wrong);
  if (wrong != no_row_yet) {
    throw DataError(fmt::format(
        "{} has a label at row {} that is none of the {} classes {}; use data with the classes of "
        "the training data",
        rows.where(), wrong, classes.count,
        classes.numbers.empty() ? fmt::format("0 to {}", classes.count - 1)
                                : listed(classes.numbers)));
  }
  return labels;
}

}  // namespace infomax::data
