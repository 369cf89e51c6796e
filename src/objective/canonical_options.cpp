// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/objective/canonical.hpp"
#include "objective/description.hpp"

namespace infomax::objective {

OptionGroup canonical_options() {
  FieldTable<Ridge> ridge;
  ridge
      .add("ridge", &Ridge::relative, "R",
           "added to the covariances of canonical correlations, which are those of the encoded "
           "outputs, relative to each side's mean variance",
           at_least(0.0))
      .add("ridge-absolute", &Ridge::absolute, "R",
           "the same in units of variance, in place of `ridge`", at_least(0.0))
      .add("shrinkage", &Ridge::shrinkage, "MODE",
           "of these covariances before the ridge is added, for few rows: none, or auto, towards "
           "their mean variance as Ledoit and Wolf (2004), by as much as each batch asks for");
  FieldTable<CanonicalOptions> table;
  table
      .add("components", &CanonicalOptions::components, "K",
           "canonical correlations counted, the largest first; 0 = all", zero_or_more("all"))
      .include(&CanonicalOptions::ridge, ridge);
  return group_of(table);
}

}  // namespace infomax::objective
