// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <typeindex>
#include <utility>
#include <vector>

#include "infomax/core/field.hpp"
#include "infomax/objective/canonical.hpp"
#include "infomax/objective/linear_solution.hpp"
#include "infomax/objective/moment_objective.hpp"
#include "infomax/objective/needs.hpp"
#include "infomax/objective/objective.hpp"
#include "infomax/objective/options.hpp"
#include "infomax/objective/spectral.hpp"
#include "infomax/stats/moment_memory.hpp"

namespace infomax::objective {

/// The options of one struct, and which choices of an objective read them.
struct OptionGroup {
  std::type_index type;  ///< of the struct
  FieldTable<ObjectiveOptions> fields;
  std::function<bool(const ObjectiveOptions&)> applies = {};  ///< empty: always
  std::string where = {};  ///< the same in words, such as " with `rho` cca"
};

/// The group of a plain struct and its table.
template <class Options>
[[nodiscard]] OptionGroup group_of(const FieldTable<Options>& table) {
  OptionGroup group{typeid(Options), {}};
  group.fields.include_by(
      [](auto& options) -> auto& { return options.template of<Options>(); }, table);
  return group;
}

/// The options that several objectives read: `bins` and `histogram_range`, of every objective that
/// reports entropies; `components`, `ridge`, `ridge_absolute` and `shrinkage`, of every objective
/// of canonical correlations.
[[nodiscard]] OptionGroup histogram_options();
[[nodiscard]] OptionGroup canonical_options();

/// The canonical options of an objective, and whether rows count in both directions.
[[nodiscard]] CanonicalOptions settled_canonical(const ObjectiveOptions& options);

/// Makes an objective that is not of the form of MomentTerms.
struct Factory {
  std::unique_ptr<Objective<float>> (*in_float)(const ObjectiveOptions&) = nullptr;
  std::unique_ptr<Objective<double>> (*in_double)(const ObjectiveOptions&) = nullptr;
};

/// The factory of two classes, one for each precision, that are constructed from ObjectiveOptions.
template <class InFloat, class InDouble>
[[nodiscard]] Factory factory_of() {
  return {[](const ObjectiveOptions& options) -> std::unique_ptr<Objective<float>> {
            return std::make_unique<InFloat>(options);
          },
          [](const ObjectiveOptions& options) -> std::unique_ptr<Objective<double>> {
            return std::make_unique<InDouble>(options);
          }};
}

/// All that the library knows of an objective besides its code. Either `moments` or `factory` is
/// given; what else is empty has nothing to say.
struct Description {
  std::string name;
  std::string help;  ///< its formula in one line
  std::vector<OptionGroup> options = {};
  std::function<Needs(const ObjectiveOptions&)> needs = {};

  /// Throws UsageError where options that are valid one by one are not valid together.
  std::function<void(const ObjectiveOptions&)> check = {};

  /// Rewrites options that stand for others, such as `lambda` for those of both sides, before the
  /// settings are stored.
  std::function<void(std::map<std::string, std::string>& settings)> settle = {};

  std::function<MomentTerms(const ObjectiveOptions&)> moments = {};
  Factory factory = {};

  /// The function of canonical correlations that it is, if these options make it one.
  std::function<std::optional<SpectralForm>(const ObjectiveOptions&)> spectral = {};
  std::string spectral_help = {};  ///< which options do, such as "infomax with `rho` cca"

  /// Whether its gradient is that of its value, as a line search needs it; empty: yes.
  std::function<bool(const ObjectiveOptions&)> ascends_itself = {};

  /// The memory that it takes besides means, variances and histograms, if it is not of moments.
  std::function<stats::MemoryUse(const ObjectiveOptions&, const stats::BatchExtent&)> memory = {};

  /// As objective::scores_subspaces() has it.
  bool scores_subspaces = false;

  /// As objective::is_reversible() has it; empty: never.
  std::function<bool(const ObjectiveOptions&)> reversible = {};

  /// Its linear solution in closed form, if there is one.
  std::function<std::optional<LinearForm>(const ObjectiveOptions&, LinearSides)> linear = {};
  std::string linear_help = {};  ///< where there is one, such as "coding-rate of one network"
  bool only_linear = false;      ///< as objective::is_only_linear() has it
};

/// The description of an objective of canonical correlations alone.
[[nodiscard]] Description spectral_description(std::string name, std::string help,
                                               SpectralForm form);

/// Every objective's description, in the order of list.hpp.
[[nodiscard]] std::span<const Description> descriptions();

/// Throws UsageError where the name is unknown.
[[nodiscard]] const Description& description_of(const ObjectiveOptions& options);

}  // namespace infomax::objective
