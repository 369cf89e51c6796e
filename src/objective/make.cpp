#include "infomax/objective/make.hpp"

#include "infomax/objective/infomax.hpp"
#include "infomax/objective/mse.hpp"

namespace infomax::objective {

template <math::Real T>
std::unique_ptr<Objective<T>> make_objective(const ObjectiveOptions& options) {
  validate(options);
  if (options.objective == "mse") {
    return std::make_unique<MeanSquaredError<T>>(options);
  }
  return std::make_unique<Infomax<T>>(make_dependence(options), options);
}

template std::unique_ptr<Objective<float>> make_objective<float>(const ObjectiveOptions&);
template std::unique_ptr<Objective<double>> make_objective<double>(const ObjectiveOptions&);

}  // namespace infomax::objective
