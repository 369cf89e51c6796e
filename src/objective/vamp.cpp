// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <numeric>

#include "infomax/core/error.hpp"
#include "objective/description.hpp"
#include "objective/list.hpp"

namespace infomax::objective {
namespace {

// Wu and Noe 2020; Mardt et al. 2018. The 1 is the correlation of the constant function.

double vamp1(std::span<const double> sigma, const Ridge& /*ridge*/, std::span<double> derivative) {
  std::ranges::fill(derivative, 1.0);
  return 1.0 + std::accumulate(sigma.begin(), sigma.end(), 0.0);
}

double vamp2(std::span<const double> sigma, const Ridge& /*ridge*/, std::span<double> derivative) {
  std::ranges::transform(sigma, derivative.begin(), [](double s) { return 2.0 * s; });
  return 1.0 + std::inner_product(sigma.begin(), sigma.end(), sigma.begin(), 0.0);
}

struct VampOptions {
  bool reversible = false;
};

Description describe(const char* name, const char* help, SpectralForm form) {
  FieldTable<VampOptions> table;
  table.add("reversible", &VampOptions::reversible, "",
            "with `pair` lag, take the process to be the same backwards in time: C_0 = (C_aa + "
            "C_bb) / 2 and C_t = (C_ab + C_ba) / 2 about the mean of both sides (TICA; "
            "Perez-Hernandez et al. 2013). s_i are then the sizes of eigenvalues, which evaluate "
            "tells with their signs");
  Description description = spectral_description(name, help, form);
  description.options.push_back(group_of(table));
  description.scores_subspaces = true;
  description.reversible = [](const ObjectiveOptions& options) {
    return options.of<VampOptions>().reversible;
  };
  description.check = [](const ObjectiveOptions& options) {
    if (options.of<VampOptions>().reversible &&
        options.of<CanonicalOptions>().ridge.shrinkage != Shrinkage::none) {
      throw UsageError(
          "`shrinkage` auto takes rows to be samples of their own, and `reversible` counts each "
          "pair twice; use `ridge`");
    }
  };
  description.needs = [](const ObjectiveOptions& options) {
    return Needs{.equal_columns = options.of<VampOptions>().reversible,
                 .instead = "no `reversible`",
                 .canonical_correlations = options.of<CanonicalOptions>().components};
  };
  return description;
}

}  // namespace

Description describe_vamp1() { return describe("vamp1", "1 + sum s_i", vamp1); }

Description describe_vamp2() { return describe("vamp2", "1 + sum s_i^2", vamp2); }

}  // namespace infomax::objective
