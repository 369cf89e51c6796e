// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/nn/spec.hpp"

#include <algorithm>

#include "infomax/core/field_text.hpp"
#include "infomax/core/suggestion.hpp"
#include "infomax/nn/layer_table.hpp"
#include "nn/item_reader.hpp"

namespace infomax::nn {
namespace {

/// Reads the grammar: which items there are, not what they mean.
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  std::vector<SpecItem> parse() {
    auto items = parse_items();
    if (at_ < text_.size()) {
      refuse_at(text_, at_, text_.substr(at_), "a comma or the end");
    }
    return items;
  }

 private:
  /// Up to the end or to a parenthesis that closes.
  std::vector<SpecItem> parse_items() {
    std::vector<SpecItem> items;
    for (;;) {
      items.push_back(parse_item());
      if (!skip(',')) {
        return items;
      }
    }
  }

  SpecItem parse_item() {
    SpecItem item;
    item.position = at_;
    const std::size_t end = std::min(text_.find_first_of(",()", at_), text_.size());
    parse_head(text_.substr(at_, end - at_), item);
    at_ = end;
    if (skip('(')) {
      item.nests = true;
      item.items = parse_items();
      if (!skip(')')) {
        refuse_at(text_, at_, text_.substr(at_),
                  "a parenthesis that closes the one at character " + std::to_string(end + 1));
      }
    }
    item.text = text_.substr(item.position, at_ - item.position);
    return item;
  }

  /// The name and the arguments, each after a colon.
  static void parse_head(std::string_view head, SpecItem& item) {
    std::size_t colon = std::min(head.find(':'), head.size());
    item.name = head.substr(0, colon);
    while (colon < head.size()) {
      const std::size_t begin = colon + 1;
      colon = std::min(head.find(':', begin), head.size());
      const std::string_view argument = head.substr(begin, colon - begin);
      const std::size_t equals = argument.find('=');
      const bool keyed = equals != std::string_view::npos;
      item.arguments.push_back(
          {.key = std::string(keyed ? argument.substr(0, equals) : std::string_view{}),
           .value = std::string(keyed ? argument.substr(equals + 1) : argument),
           .position = item.position + begin});
    }
  }

  bool skip(char wanted) {
    const bool there = at_ < text_.size() && text_[at_] == wanted;
    at_ += there ? 1 : 0;
    return there;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

void check(const Spec& spec, const std::vector<SpecItem>& items) {
  for (const auto& item : items) {
    const ItemReader reader(spec, item);
    const LayerType* const type = find_layer_type(item.name);
    if (type == nullptr) {
      std::vector<std::string_view> names;
      for (const LayerType* known : layer_table()) {
        names.push_back(known->name);
      }
      const std::string_view meant = closest_name(item.name, names);
      reader.refuse(meant.empty()
                        ? layer_usages()
                        : fmt::format("a known layer; did you mean {}? The help of `encoder` "
                                      "lists all",
                                      meant));
    }
    type->check(reader);
    check(spec, item.items);
  }
}

}  // namespace

Spec parse_spec(std::string_view text) {
  Spec spec;
  for (const char c : text) {
    if (c != ' ' && c != '\t') {
      spec.text += small_letter(c);
    }
  }
  spec.items = Parser(spec.text).parse();
  check(spec, spec.items);
  return spec;
}

bool is_linear_solution(const Spec& spec) {
  const LayerType* const type =
      spec.items.empty() ? nullptr : find_layer_type(spec.items.back().name);
  return type != nullptr && type->solved;
}

Spec without_last(const Spec& spec, std::size_t count) {
  Spec shorter = spec;
  for (; count > 0 && !shorter.items.empty(); --count) {
    const std::size_t position = shorter.items.back().position;
    shorter.items.pop_back();
    shorter.text.resize(position == 0 ? 0 : position - 1);
  }
  return shorter;
}

bool any_item(const std::vector<SpecItem>& items,
              const std::function<bool(const SpecItem&)>& holds) {
  return std::ranges::any_of(
      items, [&](const SpecItem& item) { return holds(item) || any_item(item.items, holds); });
}

}  // namespace infomax::nn
