// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <concepts>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "infomax/core/error.hpp"
#include "infomax/core/field_check.hpp"
#include "infomax/core/field_text.hpp"

namespace infomax {

/// What a table says of a member, whichever configuration the member belongs to.
struct FieldFacts {
  std::string name;        ///< "micro-batch" of the member micro_batch
  std::string group;       ///< the heading of --help that it stands under
  std::string value_name;  ///< of its value in help, such as "M"; empty for a flag
  std::string help;        ///< what it means, for --help
  std::string expected;    ///< what a value must be, in words: "a number", "a, b or c"
  bool is_flag = false;    ///< given without a value

  bool may_change = false;       ///< a run that is resumed may have another value than before
  bool decided_by_data = false;  ///< where it is unset, the data decide
  bool of_invocation = false;    ///< it steers one invocation and is not kept with the run

  std::string chooser;  ///< name of the field that decides whether this one is used; may be empty
  std::string users;    ///< the choices of `chooser` that use it, such as "sgd, lars"

  std::string refuser;         ///< name of a field ...
  std::string refusing;        ///< ... and the choice of it that must not be combined with this one
  std::string refusal_reason;  ///< "finds its own steps"

  /// The member's name, as messages have it: "`micro_batch`".
  [[nodiscard]] std::string quoted() const {
    std::string member = name;
    std::ranges::replace(member, '-', '_');
    return "`" + member + "`";
  }
};

// A table has some sixty members of some twenty configurations. Were each of them a template's
// instance of its own, they would be a third of the library. So everything below is compiled once
// for each type of member, and works on its address.
namespace detail {

template <class Member>
struct FieldValue {
  using type = Member;
};
template <class Value>
struct FieldValue<std::optional<Value>> {
  using type = Value;
};

/// What a member must satisfy, without its type.
struct MemberCheck {
  std::string quoted;                 ///< the field, for messages
  std::string expected;               ///< completes "it must be ..."
  std::shared_ptr<const void> holds;  ///< a std::function<bool(const Value&)>; may be empty

  [[noreturn]] void refuse(const std::string& text) const;
};

/// The operations of members of one type, which are given by address.
struct MemberType {
  bool is_flag = false;
  std::string (*expected)() = nullptr;
  void (*set)(void* member, std::string_view text, const MemberCheck& check) = nullptr;
  std::optional<std::string> (*text)(const void* member) = nullptr;
  void (*check)(const void* member, const MemberCheck& check) = nullptr;
};

template <class Member>
struct MemberOperations {
  using Value = typename FieldValue<Member>::type;

  static void test(const Value& value, const MemberCheck& check) {
    const auto* holds = static_cast<const std::function<bool(const Value&)>*>(check.holds.get());
    if (holds != nullptr && !(*holds)(value)) {
      const std::string text = FieldText<Value>::format(value);
      check.refuse(std::same_as<Value, std::string> ? '"' + text + '"' : text);
    }
  }

  static void set(void* member, std::string_view text, const MemberCheck& check) {
    auto value = FieldText<Value>::parse(text);
    if (!value) {
      check.refuse('"' + std::string(text) + '"');
    }
    test(*value, check);
    *static_cast<Member*>(member) = *std::move(value);
  }

  static std::optional<std::string> text(const void* address) {
    const auto& member = *static_cast<const Member*>(address);
    if constexpr (!std::same_as<Value, Member>) {
      return member ? std::optional(FieldText<Value>::format(*member)) : std::nullopt;
    } else if constexpr (std::same_as<Member, std::string>) {
      return member.empty() ? std::nullopt : std::optional(member);
    } else {
      return FieldText<Value>::format(member);
    }
  }

  static void check(const void* address, const MemberCheck& check) {
    const auto& member = *static_cast<const Member*>(address);
    if constexpr (!std::same_as<Value, Member>) {
      if (member) {
        test(*member, check);
      }
    } else {
      test(member, check);
    }
  }

  static constexpr MemberType type{std::same_as<Member, bool>, &FieldText<Value>::expected, &set,
                                   &text, &check};
};

/// The way from a configuration to one of its members, by address.
struct Reach {
  std::function<void*(void* config)> write;
  std::function<const void*(const void* config)> read;

  /// The way by this one and then by `next`.
  [[nodiscard]] Reach then(const Reach& next) const;
};

template <class Config, class Member>
[[nodiscard]] Reach reach(Member Config::*member) {
  return {[member](void* config) -> void* { return &(static_cast<Config*>(config)->*member); },
          [member](const void* config) -> const void* {
            return &(static_cast<const Config*>(config)->*member);
          }};
}

template <class Value>
[[nodiscard]] std::shared_ptr<const void> erased(const std::function<bool(const Value&)>& holds) {
  return holds ? std::make_shared<const std::function<bool(const Value&)>>(holds) : nullptr;
}

/// What FieldTable::add() is told of a member in words. An empty `expected` stands for that of the
/// member's type.
struct FieldWords {
  std::string_view name, group, value_name, help, expected;
};

/// One member of a configuration whose type is not known here.
class MemberField : public FieldFacts {
 public:
  MemberField(const FieldWords& words, Reach reach, const MemberType& type,
              std::shared_ptr<const void> holds);
  /// `field` of the configuration that `reach` leads to.
  MemberField(const MemberField& field, const Reach& reach);

  MemberField(const MemberField& other);
  MemberField(MemberField&& other) noexcept;
  MemberField& operator=(const MemberField& other);
  MemberField& operator=(MemberField&& other) noexcept;
  ~MemberField();

 protected:
  void set_in(void* config, std::string_view text) const;
  [[nodiscard]] std::optional<std::string> text_in(const void* config) const;
  void check_in(const void* config) const;
  [[nodiscard]] bool used_in(const void* config) const { return !used_ || used_(config); }
  void use(std::string chooser, std::string users, std::function<bool(const void*)> used);

 private:
  Reach reach_;
  const MemberType* type_;
  MemberCheck check_;
  std::function<bool(const void* config)> used_;
};

}  // namespace detail
}  // namespace infomax
