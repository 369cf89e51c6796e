// SPDX-License-Identifier: BSD-3-Clause
#include "report/numbers.hpp"

#include <cmath>
#include <cstdlib>

#include <fmt/format.h>

namespace infomax::report {

double rounded(double value, int digits) {
  return std::isfinite(value) ? std::strtod(fmt::format("{:.{}g}", value, digits).c_str(), nullptr)
                              : value;
}

Json rounded_list(std::span<const double> values, int digits) {
  auto list = Json::array();
  for (const double value : values) {
    list.push_back(rounded(value, digits));
  }
  return list;
}

}  // namespace infomax::report
