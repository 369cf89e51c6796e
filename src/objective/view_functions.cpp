// SPDX-License-Identifier: BSD-3-Clause
#include "objective/view_functions.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

#include <fmt/format.h>

#include "infomax/core/error.hpp"

namespace infomax::objective {

OptionGroup view_options() {
  FieldTable<ViewOptions> table;
  table.add("view-outputs", &ViewOptions::view_outputs, "Q,Q,...",
            "of `pair` multi: the outputs of each view, which follow from the encoders");
  return group_of(table);
}

std::vector<std::size_t> view_outputs(const ObjectiveOptions& options) {
  const auto& text = options.of<ViewOptions>().view_outputs;
  if (!text) {
    throw UsageError(
        fmt::format("`objective` {} compares several views: give `pair` multi and `views` /a,/b,/c",
                    options.objective));
  }
  std::vector<std::size_t> widths;
  std::string_view rest = *text;
  for (;;) {
    const std::string_view digits = rest.substr(0, rest.find(','));
    std::size_t width = 0;
    const auto [end, status] = std::from_chars(digits.data(), digits.data() + digits.size(), width);
    if (status != std::errc{} || end != digits.data() + digits.size() || width == 0) {
      throw UsageError(
          fmt::format("`view_outputs` is \"{}\"; it must be a list such as 5,5,3", *text));
    }
    widths.push_back(width);
    if (digits.size() == rest.size()) {
      return widths;
    }
    rest.remove_prefix(digits.size() + 1);
  }
}

std::vector<std::size_t> first_columns(std::span<const std::size_t> widths) {
  std::vector<std::size_t> first{0};
  first.reserve(widths.size() + 1);
  for (const std::size_t width : widths) {
    first.push_back(first.back() + width);
  }
  return first;
}

stats::MomentNeeds view_needs() {
  using stats::Extent;
  return {Extent::diagonal, Extent::none, Extent::full, true};
}

std::unique_ptr<MomentFunction> make_view_function(const ObjectiveOptions& options) {
  const auto& canonical = options.of<CanonicalOptions>();
  if (options.objective == "maxvar") {
    return std::make_unique<MaxVar>(view_outputs(options), canonical);
  }
  if (options.objective == "sumcor") {
    return std::make_unique<SumCor>(view_outputs(options), canonical);
  }
  return nullptr;
}

}  // namespace infomax::objective
