// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <array>
#include <cstdint>
#include <numeric>
#include <string_view>
#include <utility>

#include "infomax/objective/canonical.hpp"
#include "objective/description.hpp"
#include "objective/list.hpp"

namespace infomax {
namespace {

enum class Rho : std::uint8_t { pearson, rv, cca };

constexpr std::array<std::pair<std::string_view, Rho>, 3> rho_names{
    {{"pearson", Rho::pearson}, {"rv", Rho::rv}, {"cca", Rho::cca}}};

}  // namespace

template <>
struct FieldText<Rho> : ChoiceText<Rho, rho_names> {};

namespace objective {
namespace {

/// rho(a, b) - lambda_a H(a) - lambda_b H(b).
struct InfomaxOptions {
  Rho rho = Rho::rv;
  double lambda = 0.0;             ///< of both sides, of either sign
  std::optional<double> lambda_a;  ///< where it differs from `lambda`
  std::optional<double> lambda_b;

  [[nodiscard]] double weight_a() const { return lambda_a.value_or(lambda); }
  [[nodiscard]] double weight_b() const { return lambda_b.value_or(lambda); }
};

FieldTable<InfomaxOptions> own_fields() {
  FieldTable<InfomaxOptions> table;
  table
      .add("rho", &InfomaxOptions::rho, "NAME",
           "dependence of infomax: rv (any widths), pearson (equal widths), cca (mean canonical "
           "correlation)")
      .add("lambda", &InfomaxOptions::lambda, "L",
           "weight of both entropies; below 0 rewards entropy", finite())
      .add("lambda-a", &InfomaxOptions::lambda_a, "L", "weight of H(a), where it differs", finite())
      .add("lambda-b", &InfomaxOptions::lambda_b, "L", "weight of H(b), where it differs",
           finite());
  return table;
}

/// Models store the weights of either side alone.
void settle_weights(std::map<std::string, std::string>& settings) {
  const std::string both = settings.at("lambda");
  settings.erase("lambda");
  settings.emplace("lambda-a", both);  // where the side has none of its own
  settings.emplace("lambda-b", both);
}

/// (1/k) sum_{i<=k} sigma_i.
double mean_correlation(std::span<const double> sigma, const Ridge& /*ridge*/,
                        std::span<double> derivative) {
  const double weight = 1.0 / static_cast<double>(sigma.size());
  std::ranges::fill(derivative, weight);
  return weight * std::accumulate(sigma.begin(), sigma.end(), 0.0);
}

Rho rho_of(const ObjectiveOptions& options) { return options.of<InfomaxOptions>().rho; }

bool is_cca(const ObjectiveOptions& options) { return rho_of(options) == Rho::cca; }

std::unique_ptr<MomentFunction> function_of(const ObjectiveOptions& options) {
  switch (rho_of(options)) {
    case Rho::pearson:
      return std::make_unique<Pearson>();
    case Rho::rv:
      return std::make_unique<RvCoefficient>();
    case Rho::cca:
      break;
  }
  return std::make_unique<SpectralFunction>(mean_correlation, options.of<CanonicalOptions>());
}

Needs needs_of_rho(const ObjectiveOptions& options) {
  switch (rho_of(options)) {
    case Rho::pearson:
      return {.equal_columns = true, .instead = "`rho` rv or `rho` cca in place of pearson"};
    case Rho::rv:
      break;
    case Rho::cca:
      return {.canonical_correlations = options.of<CanonicalOptions>().components};
  }
  return {};
}

std::optional<LinearForm> linear_form_of(const ObjectiveOptions& options, LinearSides sides) {
  const auto& own = options.of<InfomaxOptions>();
  if (own.weight_a() != 0.0 || own.weight_b() != 0.0) {
    return std::nullopt;
  }
  if (own.rho == Rho::cca) {
    return canonical_form(options, sides);
  }
  return own.rho == Rho::rv && sides == LinearSides::b ? std::optional(LinearForm::rv)
                                                       : std::nullopt;
}

}  // namespace

Description describe_infomax() {
  Description infomax{.name = "infomax", .help = "rho(a, b) - lambda_a H(a) - lambda_b H(b)"};
  OptionGroup canonical = canonical_options();
  canonical.applies = is_cca;
  canonical.where = " with `rho` cca";
  infomax.options = {group_of(own_fields()), histogram_options(), std::move(canonical)};
  infomax.needs = needs_of_rho;
  infomax.settle = settle_weights;
  infomax.moments = [](const ObjectiveOptions& options) {
    const auto& own = options.of<InfomaxOptions>();
    return MomentTerms{function_of(options), 0.0, own.weight_a(), own.weight_b()};
  };
  infomax.spectral = [](const ObjectiveOptions& options) {
    return is_cca(options) ? std::optional<SpectralForm>(mean_correlation) : std::nullopt;
  };
  infomax.spectral_help = "infomax with `rho` cca";
  infomax.linear = linear_form_of;
  infomax.linear_help =
      "infomax without entropies, its `rho` cca, or rv where side a is data (`pair` input or "
      "target)";
  return infomax;
}

}  // namespace objective
}  // namespace infomax
