// SPDX-License-Identifier: BSD-3-Clause
#include "nn/item_reader.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "infomax/core/error.hpp"

namespace infomax::nn {
namespace {

template <class Number>
bool parse_all(std::string_view text, Number& number) {
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number);
  return status == std::errc{} && end == text.data() + text.size();
}

}  // namespace

void refuse_at(std::string_view text, std::size_t position, std::string_view found,
               std::string_view expected) {
  throw UsageError(fmt::format("encoder \"{}\": at character {}, found {}; expected {}", text,
                               position + 1,
                               found.empty() ? "nothing" : fmt::format("\"{}\"", found), expected));
}

const SpecArgument* ItemReader::argument(std::size_t k) const {
  for (const auto& argument : item_->arguments) {
    if (argument.key.empty() && k-- == 0) {
      return &argument;
    }
  }
  return nullptr;
}

void ItemReader::refuse(std::string_view expected) const {
  refuse_at(spec_->text, item_->position, item_->text, expected);
}

void ItemReader::refuse_place(std::string_view problem) const {
  throw UsageError(fmt::format("encoder \"{}\": at character {}, {} {}", spec_->text,
                               item_->position + 1, item_->text, problem));
}

void ItemReader::refuse_argument(std::size_t k, std::string_view expected) const {
  if (const auto* given = argument(k)) {
    refuse_at(spec_->text, given->position, given->value, expected);
  }
  const std::size_t end = std::min(item_->text.find('('), item_->text.size());
  refuse_at(spec_->text, item_->position + end, "", expected);
}

void ItemReader::expect(std::size_t count, std::initializer_list<std::string_view> keys,
                        bool nests) const {
  for (const auto& given : item_->arguments) {
    const bool known =
        given.key.empty() ? count > 0 : std::ranges::find(keys, given.key) != keys.end();
    if (!known) {
      const std::string written = given.key.empty() ? given.value : given.key + "=" + given.value;
      refuse_at(spec_->text, given.position - 1, ":" + written,
                fmt::format("a comma or the end, for {} takes no {}", name(),
                            !given.key.empty()             ? given.key
                            : item_->arguments.size() == 1 ? "number"
                                                           : "further number"));
    }
    count -= given.key.empty() ? 1 : 0;
  }
  if (nests != item_->nests) {
    const std::size_t open = std::min(item_->text.find('('), item_->text.size());
    refuse_at(spec_->text, item_->position + open, item_->text.substr(open),
              nests ? fmt::format("items in parentheses, as in {}(dense:64,tanh)", name())
                    : fmt::format("a comma or the end, for {} takes no items", name()));
  }
}

std::size_t ItemReader::whole_number(std::size_t k, std::size_t largest, std::string_view what,
                                     std::string_view example) const {
  std::size_t number = 0;
  const auto* given = argument(k);
  if (given == nullptr || !parse_all(given->value, number) || number == 0 || number > largest) {
    refuse_argument(k, fmt::format("{}, 1 to {}, as in {}", what, largest, example));
  }
  return number;
}

double ItemReader::number(std::size_t k, bool (*holds)(double), std::string_view expected) const {
  double number = 0.0;
  const auto* given = argument(k);
  if (given == nullptr || !parse_all(given->value, number) || !holds(number)) {
    refuse_argument(k, expected);
  }
  return number;
}

std::optional<std::string_view> ItemReader::value_of(std::string_view key) const {
  const auto found = std::ranges::find(item_->arguments, key, &SpecArgument::key);
  return found == item_->arguments.end() ? std::nullopt
                                         : std::optional<std::string_view>(found->value);
}

void expect_nothing(const ItemReader& item) { item.expect(0); }

}  // namespace infomax::nn
