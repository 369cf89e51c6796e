// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <any>
#include <concepts>
#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeindex>
#include <vector>

#include "infomax/core/field.hpp"

/// @file
/// The choice of an objective and its options. Every objective describes itself in its own source
/// file: its name, its help, its options and their checks. This file reads those descriptions.

namespace infomax::objective {

struct ObjectiveName;

/// The option `critic` of an objective that compares all pairs of rows, where it is not chosen.
[[nodiscard]] std::string default_critic_name(const ObjectiveName& objective);

/// The name of an objective. Names are in small letters, and the case of letters does not matter
/// where one is given: "DCCA" becomes "dcca".
struct ObjectiveName : std::string {
  /// Of any text; whether an objective has this name is not checked here.
  template <class Text>
  requires std::convertible_to<const Text&, std::string_view> ObjectiveName(const Text& name)
      : std::string(in_small_letters(name)) {}

 private:
  [[nodiscard]] static std::string in_small_letters(std::string_view name);
};

/// An objective's name and the options of all objectives, at their defaults unless set:
///
///     ObjectiveOptions options;
///     options.objective = "dcca";
///     options.set("ridge", 1e-3).set("components", 4);
struct ObjectiveOptions {
  ObjectiveName objective = "infomax";  ///< one of objective_names()

  /// Sets an option by the name that fields() has for it. Throws UsageError where there is no such
  /// name, or the text is not of its type or fails its check.
  ObjectiveOptions& set(std::string_view field, std::string_view text);

  /// The same for an option that is a number.
  template <class Number>
  requires std::is_arithmetic_v<Number> ObjectiveOptions& set(std::string_view field,
                                                              Number value) {
    if constexpr (std::is_floating_point_v<Number>) {
      return set(field, FieldText<double>::format(value));
    } else {
      return set(field, std::to_string(value));
    }
  }

  /// The value of an option as set() takes it; nothing where it is unset and has no default.
  [[nodiscard]] std::optional<std::string> text(std::string_view field) const;

  /// The same as a number. Throws UsageError where it is unset or not a Number.
  template <class Number>
  [[nodiscard]] Number number(std::string_view field) const {
    const auto value = FieldText<Number>::parse(text(field).value_or(""));
    if (!value) {
      throw UsageError("the option " + std::string(field) + " is not " +
                       FieldText<Number>::expected());
    }
    return *value;
  }

  /// @{ The options that an objective or a family of objectives keeps in one struct, such as
  /// CanonicalOptions. validate() checks what is written here.
  template <class Options>
  [[nodiscard]] const Options& of() const {
    const auto found = values_.find(typeid(Options));
    if (found == values_.end()) {
      static const Options defaults{};
      return defaults;
    }
    return *std::any_cast<Options>(&found->second);
  }
  template <class Options>
  [[nodiscard]] Options& of() {
    std::any& value = values_[typeid(Options)];
    if (!value.has_value()) {
      value = Options{};
    }
    return *std::any_cast<Options>(&value);
  }
  /// @}

  /// True where to_settings() is the same of both.
  friend bool operator==(const ObjectiveOptions& x, const ObjectiveOptions& y);

 private:
  std::map<std::type_index, std::any> values_;  // by the type of the struct
};

/// Every objective's name, in the order in which help lists them.
[[nodiscard]] std::span<const std::string_view> objective_names();

/// The name of the objective and the options of all objectives, each once, as the command line and
/// configuration files have them.
[[nodiscard]] const FieldTable<ObjectiveOptions>& fields();

/// The names of the fields that these options' objective reads; it ignores all others.
[[nodiscard]] std::vector<std::string> fields_of(const ObjectiveOptions& options);

/// The objectives that read a field, in words: "dcca", "infomax with `rho` cca". Every one of them
/// where the field is `objective`; none where there is no such field.
[[nodiscard]] std::vector<std::string> objectives_with(std::string_view field);

/// Throws UsageError where a name is unknown or an option fails its check.
void validate(const ObjectiveOptions& options);

/// Throws UsageError where sides of p and q columns do not fit the objective.
void check_shapes(const ObjectiveOptions& options, std::size_t p, std::size_t q);

/// The options as names and texts, as model.h5 keeps them; numbers come back to the last bit.
[[nodiscard]] std::map<std::string, std::string> to_settings(const ObjectiveOptions& options);

/// Missing names keep their defaults, and names that no objective has are ignored. Throws
/// UsageError where a text is not what its field takes.
[[nodiscard]] ObjectiveOptions from_settings(const std::map<std::string, std::string>& settings);

}  // namespace infomax::objective

/// The names of objectives are choices.
template <>
struct infomax::FieldText<infomax::objective::ObjectiveName> {
  /// @{ As FieldText describes it.
  static std::optional<objective::ObjectiveName> parse(std::string_view text);
  static std::string format(const objective::ObjectiveName& name) { return name; }
  static std::string expected();
  /// @}
};
