#include "infomax/objective/make.hpp"

#include <fmt/format.h>

#include "infomax/core/error.hpp"
#include "infomax/objective/barlow.hpp"
#include "infomax/objective/coding_rate.hpp"
#include "infomax/objective/moment_objective.hpp"
#include "infomax/objective/mse.hpp"
#include "infomax/objective/spectral.hpp"
#include "infomax/objective/vicreg.hpp"

namespace infomax::objective {
namespace {

std::unique_ptr<MomentFunction> make_spectral(SpectralForm form, const ObjectiveOptions& options) {
  return std::make_unique<SpectralFunction>(form, options.components,
                                            Ridge{options.ridge, options.ridge_absolute});
}

std::unique_ptr<MomentFunction> make_rho(const ObjectiveOptions& options) {
  if (options.rho == "pearson") {
    return std::make_unique<Pearson>();
  }
  if (options.rho == "cca") {
    return make_spectral(SpectralForm::mean, options);
  }
  return std::make_unique<RvCoefficient>();
}

}  // namespace

std::unique_ptr<MomentFunction> make_moment_function(const ObjectiveOptions& options) {
  validate(options);
  const std::string& name = options.objective;
  if (name == "infomax") {
    return make_rho(options);
  }
  if (name == "dcca") {
    return make_spectral(SpectralForm::sum, options);
  }
  if (name == "vamp1") {
    return make_spectral(SpectralForm::vamp1, options);
  }
  if (name == "vamp2") {
    return make_spectral(SpectralForm::vamp2, options);
  }
  if (name == "gaussian-mi") {
    return make_spectral(SpectralForm::mutual_information, options);
  }
  if (name == "barlow") {
    return std::make_unique<BarlowTwins>(options.barlow_lambda);
  }
  if (name == "vicreg") {
    return std::make_unique<VarianceCovariance>(options.vicreg_variance, options.vicreg_covariance);
  }
  if (name == "coding-rate") {
    return std::make_unique<CodingRate>(options.distortion);
  }
  throw UsageError(fmt::format("objective {} is no function of second moments alone", name));
}

template <math::Real T>
std::unique_ptr<Objective<T>> make_objective(const ObjectiveOptions& options) {
  validate(options);
  if (options.objective == "mse") {
    return std::make_unique<MeanSquaredError<T>>(options);
  }
  const double similarity = options.objective == "vicreg" ? options.vicreg_similarity : 0.0;
  return std::make_unique<MomentObjective<T>>(make_moment_function(options), options, similarity);
}

template std::unique_ptr<Objective<float>> make_objective<float>(const ObjectiveOptions&);
template std::unique_ptr<Objective<double>> make_objective<double>(const ObjectiveOptions&);

}  // namespace infomax::objective
