// SPDX-License-Identifier: BSD-3-Clause
#include "exporters/c_program.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace infomax::exporters {
namespace {

/// The values that are in scratch memory, in the order of their places.
class LiveValues {
 public:
  explicit LiveValues(const CProgram& program)
      : program_(&program), layout_{std::vector<std::size_t>(program.sizes().size(), 0), 0} {}

  /// Takes the first gap that is large enough.
  void put(CValue value) {
    std::size_t place = 0;
    auto next = live_.begin();
    while (next != live_.end() && layout_.places[*next] < place + size(value)) {
      place = std::max(place, layout_.places[*next] + size(*next));
      ++next;
    }
    put_at(value, place);
  }

  void put_at(CValue value, std::size_t place) {
    layout_.places[value] = place;
    layout_.scratch = std::max(layout_.scratch, place + size(value));
    const auto after =
        std::ranges::find_if(live_, [&](CValue other) { return layout_.places[other] > place; });
    live_.insert(after, value);
  }

  /// Returns the place that is free then.
  std::size_t remove(CValue value) {
    std::erase(live_, value);
    return layout_.places[value];
  }

  [[nodiscard]] CLayout layout() && { return std::move(layout_); }

 private:
  [[nodiscard]] std::size_t size(CValue value) const { return program_->sizes()[value]; }

  const CProgram* program_;
  CLayout layout_;
  std::vector<CValue> live_;
};

/// The number of the last call that reads each value.
std::vector<std::size_t> last_readers(const CProgram& program) {
  std::vector<std::size_t> last(program.sizes().size(), 0);
  for (std::size_t k = 0; k < program.calls().size(); ++k) {
    for (const CValue input : program.calls()[k].inputs) {
      last[input] = k;
    }
  }
  return last;
}

}  // namespace

CValue CProgram::add(CCall call, std::size_t size) {
  call.output = sizes_.size();
  sizes_.push_back(size);
  calls_.push_back(std::move(call));
  return calls_.back().output;
}

std::string CProgram::add(CConstant constant) {
  const bool is_array = !std::holds_alternative<CWindow>(constant.value);
  std::string argument = fmt::format("{}@_{}", is_array ? "" : "&", constant.name);
  constants_.push_back(std::move(constant));
  return argument;
}

CLayout lay_out(const CProgram& program) {
  const auto last = last_readers(program);
  LiveValues live(program);
  for (std::size_t k = 0; k + 1 < program.calls().size(); ++k) {
    const CCall& call = program.calls()[k];
    const CValue first = call.inputs.front();
    const bool takes_over = call.in_place && first != 0 && last[first] == k;
    if (takes_over) {
      live.put_at(call.output, live.remove(first));
    } else {
      live.put(call.output);
    }
    for (const CValue input : call.inputs) {
      if (last[input] == k) {
        (void)live.remove(input);
      }
    }
  }
  return std::move(live).layout();
}

}  // namespace infomax::exporters
