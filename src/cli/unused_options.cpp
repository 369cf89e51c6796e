// SPDX-License-Identifier: BSD-3-Clause
#include "cli/unused_options.hpp"

#include <array>
#include <string>
#include <string_view>
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

constexpr const char* spectral = "dcca vamp1 vamp2 gaussian-mi";

/// An option that only some choices of another one take notice of.
struct Dependent {
  const char* name;
  const char* chooser;
  const char* choices;  ///< names, divided by spaces
};

constexpr std::array dependents{
    Dependent{"rho", "objective", "infomax"},
    Dependent{"components", "objective", spectral},
    Dependent{"ridge", "objective", spectral},
    Dependent{"ridge-absolute", "objective", spectral},
    Dependent{"barlow-lambda", "objective", "barlow"},
    Dependent{"vicreg-similarity", "objective", "vicreg"},
    Dependent{"vicreg-variance", "objective", "vicreg"},
    Dependent{"vicreg-covariance", "objective", "vicreg"},
    Dependent{"distortion", "objective", "coding-rate"},
    Dependent{"momentum", "optimizer", "sgd lars"},
    Dependent{"nesterov", "optimizer", "sgd"},
    Dependent{"beta1", "optimizer", "adam adamw"},
    Dependent{"beta2", "optimizer", "adam adamw"},
    Dependent{"epsilon", "optimizer", "adam adamw rmsprop adagrad"},
    Dependent{"smoothing", "optimizer", "rmsprop"},
    Dependent{"trust", "optimizer", "lars"},
    Dependent{"lbfgs-history", "optimizer", "lbfgs"},
    Dependent{"tolerance", "optimizer", "lbfgs"},
    Dependent{"decay-every", "schedule", "step"},
    Dependent{"decay-factor", "schedule", "step"},
    Dependent{"final-fraction", "schedule", "cosine"},
};

bool is_one_of(std::string_view choice, std::string_view choices) {
  return fmt::format(" {} ", choices).find(fmt::format(" {} ", choice)) != std::string::npos;
}

bool takes_notice(const OptionTable& options, const Dependent& dependent) {
  const auto choice = options.value<std::string>(dependent.chooser);
  const bool cca = choice == "infomax" && options.value<std::string>("rho") == "cca";
  return is_one_of(choice, dependent.choices) ||
         (cca && std::string_view(dependent.choices) == spectral);
}

void warn_of_idle(const OptionTable& options) {
  for (const char* chooser : {"objective", "optimizer", "schedule"}) {
    std::vector<std::string> idle;
    for (const auto& dependent : dependents) {
      if (std::string_view(dependent.chooser) == chooser && options.typed(dependent.name) &&
          !takes_notice(options, dependent)) {
        idle.push_back(fmt::format("--{} (it is for {})", dependent.name, dependent.choices));
      }
    }
    if (!idle.empty()) {
      log::warning(fmt::format("--{} {} takes no notice of {}", chooser,
                               options.value<std::string>(chooser), fmt::join(idle, ", ")));
    }
  }
}

}  // namespace

void check_unused_options(const OptionTable& options) {
  warn_of_idle(options);
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
