#include "cli/unused_options.hpp"

#include <array>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "infomax/core/logging.hpp"
#include "infomax/optim/optimizer.hpp"

namespace infomax::cli {
namespace {

/// Its line search finds each step's length.
constexpr std::array unused_by_lbfgs{"learning-rate", "schedule",       "warmup",   "decay-every",
                                     "decay-factor",  "final-fraction", "clip-norm"};

}  // namespace

void check_unused_options(const OptionTable& options) {
  if (optim::parse_optimizer(options.value<std::string>("optimizer")) !=
      optim::OptimizerKind::lbfgs) {
    return;
  }
  std::vector<std::string> brought;
  for (const char* name : unused_by_lbfgs) {
    if (options.typed(name)) {
      throw UsageError(
          fmt::format("--optimizer lbfgs finds its own steps and takes no --{}; leave it out, or "
                      "choose another optimiser",
                      name));
    }
    if (options.changed(name)) {
      brought.push_back(name);
    }
  }
  if (!brought.empty()) {
    log::warning(
        fmt::format("--optimizer lbfgs finds its own steps and takes no notice of what {} says: {}",
                    options.value<std::string>("config"), fmt::join(brought, ", ")));
  }
}

}  // namespace infomax::cli
