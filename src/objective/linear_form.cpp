// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>

#include "infomax/core/field_text.hpp"
#include "infomax/objective/canonical.hpp"
#include "infomax/objective/linear_solution.hpp"
#include "objective/description.hpp"

namespace infomax::objective {
namespace {

constexpr const char* ridge_a_setting = "linear_ridge_a";
constexpr const char* ridge_b_setting = "linear_ridge_b";

}  // namespace

void LinearRidges::to_settings(std::map<std::string, std::string>& settings) const {
  if (a) {
    settings[ridge_a_setting] = FieldText<double>::format(*a);
  }
  if (b) {
    settings[ridge_b_setting] = FieldText<double>::format(*b);
  }
}

LinearRidges LinearRidges::from_settings(const std::map<std::string, std::string>& settings) {
  const auto number = [&](const char* name) {
    const auto found = settings.find(name);
    return found == settings.end() ? std::nullopt : FieldText<double>::parse(found->second);
  };
  return {number(ridge_a_setting), number(ridge_b_setting)};
}

std::optional<LinearForm> canonical_form(const ObjectiveOptions& options, LinearSides sides) {
  if (options.of<CanonicalOptions>().ridge.shrinkage == Shrinkage::automatic) {
    return std::nullopt;
  }
  return sides == LinearSides::both_alike ? LinearForm::canonical_alike : LinearForm::canonical;
}

std::optional<LinearForm> linear_form(const ObjectiveOptions& options, LinearSides sides) {
  const Description& description = description_of(options);
  return description.linear ? description.linear(options, sides) : std::nullopt;
}

bool is_only_linear(const ObjectiveOptions& options) { return description_of(options).only_linear; }

std::string linear_objectives() {
  std::string names;
  for (const Description& description : descriptions()) {
    if (description.linear) {
      names += (names.empty() ? "" : "; ") + description.linear_help;
    }
  }
  return names;
}

std::size_t largest_outputs(LinearForm form, std::size_t m, std::size_t n, bool a_has_layer) {
  switch (form) {
    case LinearForm::canonical_alike:
    case LinearForm::principal:
      return n;
    case LinearForm::regressed_covariance:
      return a_has_layer ? m : n;
    case LinearForm::canonical:
    case LinearForm::rv:
    case LinearForm::covariance:
    case LinearForm::deflated_covariance:
    case LinearForm::sparse_covariance:
      break;
  }
  return std::min(m, n);
}

}  // namespace infomax::objective
