// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/objective/make.hpp"

#include <utility>

#include <fmt/format.h>

#include "infomax/core/error.hpp"
#include "infomax/objective/histogram_options.hpp"
#include "infomax/objective/moment_objective.hpp"
#include "objective/description.hpp"

namespace infomax::objective {
namespace {

MomentTerms terms_of(const ObjectiveOptions& options) {
  validate(options);
  const Description& description = description_of(options);
  if (!description.moments) {
    throw UsageError(
        fmt::format("`objective` {} is not a function of second moments", options.objective));
  }
  MomentTerms terms = description.moments(options);
  terms.reversible = is_reversible(options);
  return terms;
}

template <math::Real T>
std::unique_ptr<Objective<T>> moment_objective(const ObjectiveOptions& options, MomentTerms terms) {
  return std::make_unique<MomentObjective<T>>(options.objective, needs_of(options),
                                              std::move(terms), options.of<HistogramOptions>());
}

}  // namespace

template <math::Real T>
std::unique_ptr<Objective<T>> make_objective(const ObjectiveOptions& options) {
  const Description& description = description_of(options);
  if (description.moments) {
    return moment_objective<T>(options, terms_of(options));
  }
  validate(options);
  if constexpr (std::is_same_v<T, float>) {
    return description.factory.in_float(options);
  } else {
    return description.factory.in_double(options);
  }
}

template <math::Real T>
std::unique_ptr<Objective<T>> make_objective_with(const ObjectiveOptions& options,
                                                  std::unique_ptr<MomentFunction> function) {
  MomentTerms terms = terms_of(options);
  terms.function = std::move(function);
  return moment_objective<T>(options, std::move(terms));
}

std::unique_ptr<MomentFunction> make_moment_function(const ObjectiveOptions& options) {
  return terms_of(options).function;
}

std::unique_ptr<SpectralFunction> make_spectral_function(const ObjectiveOptions& options) {
  validate(options);
  const Description& description = description_of(options);
  const auto form = description.spectral ? description.spectral(options) : std::nullopt;
  return form ? std::make_unique<SpectralFunction>(*form, settled_canonical(options)) : nullptr;
}

bool is_reversible(const ObjectiveOptions& options) {
  const Description& description = description_of(options);
  return description.reversible && description.reversible(options);
}

bool scores_subspaces(const ObjectiveOptions& options) {
  return description_of(options).scores_subspaces;
}

bool ascends_itself(const ObjectiveOptions& options) {
  const Description& description = description_of(options);
  return !description.ascends_itself || description.ascends_itself(options);
}

std::string spectral_objectives() {
  std::string names;
  for (const Description& description : descriptions()) {
    if (description.spectral) {
      names += (names.empty() ? "" : ", ") + description.spectral_help;
    }
  }
  return names;
}

template std::unique_ptr<Objective<float>> make_objective<float>(const ObjectiveOptions&);
template std::unique_ptr<Objective<double>> make_objective<double>(const ObjectiveOptions&);
template std::unique_ptr<Objective<float>> make_objective_with<float>(
    const ObjectiveOptions&, std::unique_ptr<MomentFunction>);
template std::unique_ptr<Objective<double>> make_objective_with<double>(
    const ObjectiveOptions&, std::unique_ptr<MomentFunction>);

}  // namespace infomax::objective
