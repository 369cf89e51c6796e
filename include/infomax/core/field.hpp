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

#include "infomax/core/field_check.hpp"
#include "infomax/core/field_member.hpp"
#include "infomax/core/field_text.hpp"

// A configuration is a plain struct whose defaults are its members' initialisers. Everything else
// that a door to the library must know of a member (its name, its help, how it is written and what
// it must be) stands once, in a table beside the struct. The command line, its INI file, model
// files and Python all read that table.
namespace infomax {

/// One member of a configuration, by text.
template <class Config>
class Field : public detail::MemberField {
 public:
  using MemberField::MemberField;

  /// Throws UsageError where the text is not of the field's type or its value fails the check.
  void set(Config& config, std::string_view text) const { set_in(&config, text); }
  /// As set() takes it; nothing where the member is an empty optional or an empty string.
  [[nodiscard]] std::optional<std::string> text(const Config& config) const {
    return text_in(&config);
  }
  /// Throws UsageError where the member's value fails the check.
  void check(const Config& config) const { check_in(&config); }
  /// Whether the choice of FieldFacts::chooser uses the member; true where there is no chooser.
  [[nodiscard]] bool used(const Config& config) const { return used_in(&config); }

  /// Only where `used` is true something reads the member: for the choices `users` of the field
  /// `chooser`.
  void use_where(std::string chooser, std::string users, std::function<bool(const Config&)> used) {
    use(std::move(chooser), std::move(users), [used = std::move(used)](const void* config) {
      return used(*static_cast<const Config*>(config));
    });
  }
};

/// Names and values of a configuration, in the order of its table.
using FieldTexts = std::vector<std::pair<std::string, std::string>>;

/// Lines "name = value". A value is in quotes where it would not come back without.
[[nodiscard]] std::string to_ini(const FieldTexts& texts);

/// @{ What stands on either side of the first equals sign of a line, without blanks around it. A
/// number sign at the start or after a blank begins a comment, but not within a value that has
/// quotes around all of it; the quotes are not part of the value.
[[nodiscard]] std::string ini_value(std::string_view text);
[[nodiscard]] std::string_view ini_name(std::string_view text);
/// @}

/// What to_ini() made; other lines are ignored.
[[nodiscard]] FieldTexts parse_ini(std::string_view ini);

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
  FieldTable& add(std::string_view name, Member Owner::*member, std::string_view value_name,
                  std::string_view help,
                  const Check<typename detail::FieldValue<Member>::type>& check = {}) {
    fields_.emplace_back(detail::FieldWords{name, group_, value_name, help, check.expected},
                         detail::reach(static_cast<Member Config::*>(member)),
                         detail::MemberOperations<Member>::type, detail::erased(check.holds));
    return *this;
  }

  /// Sets FieldFacts::may_change of the field that was added last, as the following set theirs.
  FieldTable& may_change() {
    fields_.back().may_change = true;
    return *this;
  }
  /// Sets FieldFacts::decided_by_data.
  FieldTable& decided_by_data() {
    fields_.back().decided_by_data = true;
    return *this;
  }
  /// Sets FieldFacts::of_invocation.
  FieldTable& of_invocation() {
    fields_.back().of_invocation = true;
    return *this;
  }
  /// It is used only where `used` holds: for the choices `users` of the field `chooser`.
  FieldTable& used_where(std::string chooser, std::string users,
                         std::function<bool(const Config&)> used) {
    fields_.back().use_where(std::move(chooser), std::move(users), std::move(used));
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

  /// All fields, in the order of help.
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
    // A base's address need not be that of the whole.
    const detail::Reach reach{[access](void* config) -> void* {
                                Part& part = access(*static_cast<Config*>(config));
                                return &part;
                              },
                              [access](const void* config) -> const void* {
                                const Part& part = access(*static_cast<const Config*>(config));
                                return &part;
                              }};
    for (const Field<Part>& field : part.fields()) {
      fields_.emplace_back(field, reach);
      if (field.group.empty()) {
        fields_.back().group = group_;
      }
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
