// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "infomax/nn/spec.hpp"

namespace infomax::nn {

/// One item of a specification, as the layer that it names reads it. All that throws, throws
/// UsageError with the position and what was expected there.
class ItemReader {
 public:
  /// Both must outlive this.
  ItemReader(const Spec& spec, const SpecItem& item) : spec_(&spec), item_(&item) {}

  [[nodiscard]] const Spec& spec() const { return *spec_; }
  [[nodiscard]] const SpecItem& item() const { return *item_; }
  [[nodiscard]] const std::string& name() const { return item_->name; }
  [[nodiscard]] const std::vector<SpecItem>& items() const { return item_->items; }

  /// Whether the specification is this item and nothing else.
  [[nodiscard]] bool alone() const {
    return &spec_->items.front() == item_ && spec_->items.size() == 1;
  }

  /// Throws where there are more than `count` arguments without a key, a key that is not in `keys`,
  /// or parentheses that should not be there or are missing.
  void expect(std::size_t count, std::initializer_list<std::string_view> keys = {},
              bool nests = false) const;

  /// The k-th argument without a key as a whole number from 1 to `largest`. `what` says what it is,
  /// as in "the number of outputs"; `example` shows the item.
  [[nodiscard]] std::size_t whole_number(std::size_t k, std::size_t largest, std::string_view what,
                                         std::string_view example) const;

  /// The k-th argument without a key as a number that `holds`; `expected` says which do.
  [[nodiscard]] double number(std::size_t k, bool (*holds)(double),
                              std::string_view expected) const;

  /// The value of an argument with a key, where it is given.
  [[nodiscard]] std::optional<std::string_view> value_of(std::string_view key) const;

  /// About the item as a whole.
  [[noreturn]] void refuse(std::string_view expected) const;

  /// The same where the item is well written but does not fit its place: `problem` says why.
  [[noreturn]] void refuse_place(std::string_view problem) const;

 private:
  [[nodiscard]] const SpecArgument* argument(std::size_t k) const;
  [[noreturn]] void refuse_argument(std::size_t k, std::string_view expected) const;

  const Spec* spec_;
  const SpecItem* item_;
};

/// Throws UsageError about the text of a specification at `position`, counted from 0.
[[noreturn]] void refuse_at(std::string_view text, std::size_t position, std::string_view found,
                            std::string_view expected);

/// For a layer that is written as its name alone.
void expect_nothing(const ItemReader& item);

}  // namespace infomax::nn
