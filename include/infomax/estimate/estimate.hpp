// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "infomax/core/field.hpp"
#include "infomax/core/field_list.hpp"
#include "infomax/data/datasets.hpp"
#include "infomax/mpi/communicator.hpp"

/// The mutual information of two data sets as an answer, with an interval, by several estimators.
namespace infomax::estimate {

/// What is done to each column before anything else. Mutual information stays the same under
/// increasing maps of single columns.
enum class Marginals : std::uint8_t {
  normal_scores,  ///< ranks among all rows, as quantiles of the normal distribution
  standardize     ///< mean 0 and deviation 1
};

/// Their names, as a command line gives them.
inline constexpr std::array marginals_names{std::pair{"normal-scores", Marginals::normal_scores},
                                            std::pair{"standardize", Marginals::standardize}};

/// How information is estimated.
enum class Method : std::uint8_t {
  gaussian,   ///< of a normal distribution with the rows' covariance, less its bias
  histogram,  ///< of cells with equally many rows, less its bias; one column a side
  nearest,    ///< by k nearest neighbours (Kraskov, Stoegbauer and Grassberger 2004)
  infonce,    ///< the bound of a critic that is trained
  dv,         ///< the same
  mine,       ///< dv of a critic that is trained as MINE is
  nwj,        ///< the bound of a critic that is trained
  smile       ///< the same
};

/// Their names, as a command line gives them.
inline constexpr std::array method_names{std::pair{"gaussian-mi", Method::gaussian},
                                         std::pair{"histogram-mi", Method::histogram},
                                         std::pair{"ksg", Method::nearest},
                                         std::pair{"infonce", Method::infonce},
                                         std::pair{"dv", Method::dv},
                                         std::pair{"mine", Method::mine},
                                         std::pair{"nwj", Method::nwj},
                                         std::pair{"smile", Method::smile}};

/// Whether a method trains a critic.
[[nodiscard]] constexpr bool is_trained(Method method) { return method >= Method::infonce; }

}  // namespace infomax::estimate

/// The names of methods are choices.
template <>
struct infomax::FieldText<infomax::estimate::Method>
    : infomax::ChoiceText<infomax::estimate::Method, infomax::estimate::method_names> {};
/// The names of what is done to columns are choices.
template <>
struct infomax::FieldText<infomax::estimate::Marginals>
    : infomax::ChoiceText<infomax::estimate::Marginals, infomax::estimate::marginals_names> {};

namespace infomax::estimate {

/// What is estimated, and how.
struct EstimateOptions {
  std::vector<Method> estimators;                  ///< empty: all that fit the data
  Marginals marginals = Marginals::normal_scores;  ///< what is done to each column first
  std::size_t neighbours = 5;                      ///< k
  std::optional<std::size_t> bins;  ///< of either side; unset: the cube root of the rows
  double held_out = 0.25;           ///< the share of rows that critics are judged by
  std::string encoder =
      "residual(dense:256,gelu,dense:256,gelu,dense:256,gelu,dense:64)";  ///< g of g(x) h(y)
  std::string encoder_b;                                                  ///< h; empty: as g
  std::optional<std::size_t> batch;  ///< rows of all ranks a step; unset: 512, or an eighth of all
  std::size_t epochs = 200;          ///< at most
  std::size_t patience = 10;    ///< epochs without a better bound of the rows that end a training
  double learning_rate = 1e-3;  ///< of Adam
  double smile_clip = 5.0;      ///< of smile, above 0
  double confidence = 0.95;     ///< of the intervals
  std::uint64_t seed = 1;       ///< of all random choices
  bool reproducible = false;    ///< whether critics have the same bits at any number of ranks
};

/// Names, help and checks of EstimateOptions.
[[nodiscard]] FieldTable<EstimateOptions> estimate_fields();

/// What one method finds, in nats.
struct Estimate {
  Method method = Method::gaussian;  ///< which one
  /// Of the rows that the method has not been fitted to: those held out from the training of a
  /// critic; of the others, which are fitted to nothing, all rows.
  double held_out = 0.0;
  std::optional<double> train;  ///< of the rows that a critic was trained on
  double low = 0.0;             ///< of the interval around `held_out`
  double high = 0.0;            ///< the same
  std::size_t samples = 0;      ///< of which `held_out` is
  std::optional<double> cap;    ///< what a bound cannot exceed: ln N of infonce
  std::string failure;          ///< why there is no estimate; empty where there is one
  double seconds = 0.0;         ///< that it took
};

/// All that was found.
struct Estimates {
  std::size_t samples = 0;           ///< N
  std::size_t x_columns = 0;         ///< D of x
  std::size_t y_columns = 0;         ///< D of y
  std::size_t repeated_rows = 0;     ///< rows whose k-th neighbour is at the distance 0
  std::vector<Estimate> of_methods;  ///< in the order of the options
};

/// Is called when a method begins, with its number from 0 and that of all methods.
using EstimateProgress = std::function<void(std::size_t done, std::size_t all, Method next)>;

/// Collective. Estimates the mutual information of the data sets `x` and `y` of `source`, whose
/// rows belong together. Throws UsageError where a named method does not fit the data, DataError
/// where the data sets do not belong together or a critic's rows would be too few.
[[nodiscard]] Estimates estimate(const mpi::Communicator& communicator, data::Datasets& source,
                                 const std::string& x, const std::string& y,
                                 const EstimateOptions& options,
                                 const EstimateProgress& progress = {});

}  // namespace infomax::estimate
