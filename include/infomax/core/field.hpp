// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <concepts>
#include <functional>
#include <initializer_list>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "infomax/core/error.hpp"
#include "infomax/core/field_check.hpp"
#include "infomax/core/field_text.hpp"

// A configuration is a plain struct whose defaults are its members' initialisers. Everything else
// that a door to the library must know of a member (its name, its help, how it is written and what
// it must be) stands once, in a table beside the struct. The command line, its INI file, model
// files and Python all read that table.
namespace infomax {

/// What a table says of a member, whichever configuration the member belongs to.
struct FieldFacts {
  std::string name;        ///< "micro-batch" of the member micro_batch
  std::string group;       ///< the heading of --help that it stands under
  std::string value_name;  ///< of its value in help, such as "M"; empty for a flag
  std::string help;
  bool is_flag = false;  ///< given without a value

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

/// One member of a configuration, by text.
template <class Config>
struct Field : FieldFacts {
  /// Throws UsageError where the text is not of the field's type or its value fails the check.
  std::function<void(Config&, std::string_view text)> set;
  /// As set() takes it; nothing where the member is an empty optional or an empty string.
  std::function<std::optional<std::string>(const Config&)> text;
  /// Throws UsageError where the member's value fails the check.
  std::function<void(const Config&)> check;
  /// Whether the choice of FieldFacts::chooser uses the member; empty where there is no chooser.
  std::function<bool(const Config&)> used;
};

/// Names and values of a configuration, in the order of its table.
using FieldTexts = std::vector<std::pair<std::string, std::string>>;

/// Lines "name = value".
[[nodiscard]] std::string to_ini(const FieldTexts& texts);

/// What to_ini() made; other lines are ignored.
[[nodiscard]] FieldTexts parse_ini(std::string_view ini);

namespace detail {

template <class Member>
struct FieldValue {
  using type = Member;
};
template <class Value>
struct FieldValue<std::optional<Value>> {
  using type = Value;
};

}  // namespace detail

/// The fields of a configuration, in the order in which help shows them.
template <class Config>
class FieldTable {
 public:
  /// Fields added from here on belong to this group.
  FieldTable& group(std::string title) {
    group_ = std::move(title);
    return *this;
  }

  /// A member of a type that FieldText knows, or an std::optional of one. An empty `value_name`
  /// makes it a flag, given without a value; it must be a bool then.
  template <class Owner, class Member>
  FieldTable& add(std::string name, Member Owner::*member, std::string value_name, std::string help,
                  Check<typename detail::FieldValue<Member>::type> check = {}) {
    using Value = typename detail::FieldValue<Member>::type;
    constexpr bool optional = !std::same_as<Value, Member>;
    Field<Config> field;
    field.name = std::move(name);
    field.group = group_;
    field.value_name = std::move(value_name);
    field.help = std::move(help);
    field.is_flag = std::same_as<Member, bool>;
    const std::string quoted = field.quoted();
    const std::string expected =
        check.expected.empty() ? FieldText<Value>::expected() : check.expected;
    const auto refuse = [quoted, expected](const std::string& text) {
      throw UsageError(quoted + " is " + text + "; it must be " + expected);
    };
    const auto test = [check, refuse](const Value& value) {
      if (check.holds && !check.holds(value)) {
        const std::string text = FieldText<Value>::format(value);
        refuse(std::same_as<Value, std::string> ? '"' + text + '"' : text);
      }
    };
    field.set = [member, refuse, test](Config& config, std::string_view text) {
      auto value = FieldText<Value>::parse(text);
      if (!value) {
        refuse('"' + std::string(text) + '"');
      }
      test(*value);
      config.*member = *std::move(value);
    };
    field.text = [member](const Config& config) -> std::optional<std::string> {
      if constexpr (optional) {
        const auto& value = config.*member;
        return value ? std::optional(FieldText<Value>::format(*value)) : std::nullopt;
      } else if constexpr (std::same_as<Member, std::string>) {
        const auto& value = config.*member;
        return value.empty() ? std::nullopt : std::optional(value);
      } else {
        return FieldText<Value>::format(config.*member);
      }
    };
    field.check = [member, test](const Config& config) {
      if constexpr (optional) {
        if (config.*member) {
          test(*(config.*member));
        }
      } else {
        test(config.*member);
      }
    };
    fields_.push_back(std::move(field));
    return *this;
  }

  /// Facts about the field that was added last.
  FieldTable& may_change() {
    fields_.back().may_change = true;
    return *this;
  }
  FieldTable& decided_by_data() {
    fields_.back().decided_by_data = true;
    return *this;
  }
  FieldTable& of_invocation() {
    fields_.back().of_invocation = true;
    return *this;
  }
  FieldTable& used_where(std::string chooser, std::string users,
                         std::function<bool(const Config&)> used) {
    fields_.back().chooser = std::move(chooser);
    fields_.back().users = std::move(users);
    fields_.back().used = std::move(used);
    return *this;
  }
  /// Only these choices of `member`, which is the field `chooser`, use it.
  template <class Owner, class Choice>
  FieldTable& only_for(std::string chooser, Choice Owner::*member, std::vector<Choice> choices) {
    std::string users;
    for (const Choice& choice : choices) {
      users += (users.empty() ? "" : ", ") + FieldText<Choice>::format(choice);
    }
    return used_where(std::move(chooser), std::move(users),
                      [member, choices = std::move(choices)](const Config& config) {
                        return std::ranges::find(choices, config.*member) != choices.end();
                      });
  }
  /// Giving it beside the choice `refusing` of the field `refuser` is an error, for that choice
  /// `reason` ("finds its own steps").
  FieldTable& refused_with(std::string refuser, std::string refusing, std::string reason) {
    fields_.back().refuser = std::move(refuser);
    fields_.back().refusing = std::move(refusing);
    fields_.back().refusal_reason = std::move(reason);
    return *this;
  }
  /// Moves it behind the field of this name.
  FieldTable& after(std::string_view name) {
    const auto place = std::ranges::find(fields_, name, &FieldFacts::name) + 1;
    std::rotate(place, fields_.end() - 1, fields_.end());
    return *this;
  }

  /// The fields of a member that is a configuration itself, under their own names and groups.
  template <class Owner, class Part>
  FieldTable& include(Part Owner::*member, const FieldTable<Part>& part) {
    return include_by(
        [member](auto& config) -> auto& { return config.*member; }, part);
  }

  /// The fields of a base class.
  template <class Base>
  requires std::derived_from<Config, Base> FieldTable& include(const FieldTable<Base>& base) {
    return include_by(
        [](auto& config) -> auto& { return config; }, base);
  }

  /// The table without the fields of other groups.
  [[nodiscard]] FieldTable groups(std::initializer_list<std::string_view> titles) const {
    FieldTable some = *this;
    std::erase_if(some.fields_, [&](const Field<Config>& field) {
      return std::ranges::find(titles, field.group) == titles.end();
    });
    return some;
  }

  [[nodiscard]] const std::vector<Field<Config>>& fields() const { return fields_; }

  /// Throws std::out_of_range where there is no field of this name.
  [[nodiscard]] const Field<Config>& at(std::string_view name) const {
    const auto found = std::ranges::find(fields_, name, &FieldFacts::name);
    if (found == fields_.end()) {
      throw std::out_of_range("there is no field " + std::string(name));
    }
    return *found;
  }

  /// What is kept of a configuration: each field that is not of the invocation and has a text.
  [[nodiscard]] FieldTexts texts(const Config& config) const {
    FieldTexts texts;
    for (const Field<Config>& field : fields_) {
      auto text = field.of_invocation ? std::nullopt : field.text(config);
      if (text) {
        texts.emplace_back(field.name, *std::move(text));
      }
    }
    return texts;
  }

  /// Throws UsageError for the first field whose value fails its check.
  void check(const Config& config) const {
    for (const Field<Config>& field : fields_) {
      field.check(config);
    }
  }

  /// The fields of a configuration to which `access` gives a reference, from one that is constant
  /// and from one that is not.
  template <class Access, class Part>
  FieldTable& include_by(Access access, const FieldTable<Part>& part) {
    for (const Field<Part>& field : part.fields()) {
      Field<Config> included;
      static_cast<FieldFacts&>(included) = static_cast<const FieldFacts&>(field);
      if (included.group.empty()) {
        included.group = group_;
      }
      included.set = [access, set = field.set](Config& config, std::string_view text) {
        set(access(config), text);
      };
      included.text = [access, text = field.text](const Config& config) {
        return text(access(config));
      };
      included.check = [access, check = field.check](const Config& config) {
        check(access(config));
      };
      if (field.used) {
        included.used = [access, used = field.used](const Config& config) {
          return used(access(config));
        };
      }
      fields_.push_back(std::move(included));
    }
    return *this;
  }

  /// Changes the row of this name by `change(Field<Config>&)`.
  template <class Change>
  void amend(std::string_view name, Change change) {
    change(*std::ranges::find(fields_, name, &FieldFacts::name));
  }

 private:
  std::string group_;
  std::vector<Field<Config>> fields_;
};

}  // namespace infomax
