// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/estimate/estimate.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "estimate/critic.hpp"
#include "estimate/interval.hpp"
#include "estimate/sides.hpp"
#include "estimate/without_training.hpp"
#include "infomax/core/error.hpp"
#include "infomax/core/stopwatch.hpp"

namespace infomax::estimate {
namespace {

constexpr std::size_t most_bins = 1024;

/// What is asked for, in the order of help where nothing is.
std::vector<Method> methods_for(const EstimateOptions& options, const Sides& sides) {
  if (!options.estimators.empty()) {
    return options.estimators;
  }
  const bool one_column = sides.x.columns() == 1 && sides.y.columns() == 1;
  std::vector<Method> methods;
  for (const auto& [name, method] : method_names) {
    if (method != Method::histogram || one_column) {
      methods.push_back(method);
    }
  }
  return methods;
}

void check_fit(const EstimateOptions& options, const Sides& sides) {
  const std::size_t n = sides.blocks.rows();
  const auto asked = [&](Method method) {
    return std::ranges::find(options.estimators, method) != options.estimators.end();
  };
  if (asked(Method::histogram) && (sides.x.columns() != 1 || sides.y.columns() != 1)) {
    throw UsageError(fmt::format(
        "histogram-mi is for one column a side, and x has {} that vary and y {}: cells of more "
        "columns would be empty; take another of `estimators`, such as ksg",
        sides.x.columns(), sides.y.columns()));
  }
  if (options.neighbours >= n) {
    throw UsageError(
        fmt::format("`neighbours` is {}; it must be less than the {} rows", options.neighbours, n));
  }
}

/// One method after another, on the same rows.
class Estimation {
 public:
  Estimation(const mpi::Communicator& communicator, const Sides& sides,
             const EstimateOptions& options)
      : communicator_(communicator), sides_(sides), options_(options) {}

  Estimate run(Method method, Estimates& all) {
    const Stopwatch stopwatch;
    Estimate result;
    result.method = method;
    result.samples = sides_.blocks.rows();
    try {
      const auto found = is_trained(method) ? train(method, result) : measure(method, all);
      if (!std::isfinite(found.value)) {
        throw NumericError("the estimate is not finite");
      }
      result.held_out = found.value;
      const auto interval =
          bootstrap_interval(communicator_, found, options_.confidence, options_.seed);
      result.low = interval.low;
      result.high = interval.high;
    } catch (const DataError& error) {
      result.failure = error.what();
    } catch (const NumericError& error) {
      result.failure = error.what();
    }
    result.seconds = stopwatch.elapsed_s();
    return result;
  }

 private:
  stats::ValueOfRows measure(Method method, Estimates& all) {
    const auto x = sides_.x.view();
    const auto y = sides_.y.view();
    if (method == Method::gaussian) {
      return gaussian_information(communicator_, x, y);
    }
    if (method == Method::histogram) {
      return measure_histogram();
    }
    auto nearest = nearest_information(communicator_, x, y, options_.neighbours);
    all.repeated_rows = nearest.repeated;
    return std::move(nearest.information);
  }

  stats::ValueOfRows measure_histogram() {
    Matrix<double> x = sides_.x;
    Matrix<double> y = sides_.y;
    if (options_.marginals != Marginals::normal_scores) {
      to_normal_scores(communicator_, x.view());
      to_normal_scores(communicator_, y.view());
    }
    return histogram_information(communicator_, x.view(), y.view(), bins());
  }

  stats::ValueOfRows train(Method method, Estimate& result) {
    if (!critics_) {
      critics_.emplace(communicator_, sides_, options_);
    }
    auto found = critics_->run(method);
    result.train = found.train;
    result.samples = critics_->held_out_rows();
    if (method == Method::infonce) {
      result.cap = std::log(static_cast<double>(result.samples));
    }
    return std::move(found.held_out);
  }

  [[nodiscard]] std::size_t bins() const {
    const double root = std::cbrt(static_cast<double>(sides_.blocks.rows()));
    return options_.bins.value_or(
        std::clamp(static_cast<std::size_t>(std::lround(root)), std::size_t{4}, most_bins));
  }

  const mpi::Communicator& communicator_;
  const Sides& sides_;
  const EstimateOptions& options_;
  std::optional<CriticTraining> critics_;
};

}  // namespace

FieldTable<EstimateOptions> estimate_fields() {
  using Options = EstimateOptions;
  FieldTable<Options> table;
  table.group("Estimation")
      .add("estimators", &Options::estimators, "NAME,NAME,...",
           "gaussian-mi, histogram-mi (one column a side), ksg, infonce, dv, mine, nwj, smile; "
           "default: all that fit the data")
      .add("marginals", &Options::marginals, "NAME",
           "what is done to each column first: normal-scores replaces numbers by their ranks as "
           "quantiles of the normal distribution, which changes no mutual information and tames "
           "heavy tails; or standardize")
      .add("confidence", &Options::confidence, "C", "of the intervals",
           {[](double c) { return c > 0.0 && c < 1.0; }, "a number between 0 and 1"})
      .add("seed", &Options::seed, "S", "of the rows held out, of critics and of intervals")
      .add("neighbours", &Options::neighbours, "K", "of ksg", one_or_more())
      .add("bins", &Options::bins, "M",
           "of histogram-mi, for either column; default the cube root of the rows",
           whole_from_to(2, most_bins));
  table.group("Critics")
      .add("held-out", &Options::held_out, "SHARE",
           "of the rows: critics are trained on the others and judged by these",
           {[](double share) { return share > 0.0 && share < 1.0; }, "a number between 0 and 1"})
      .add("encoder", &Options::encoder, "SPEC",
           "the network g of the score g(x) . h(y): layers as `infomax train` takes them")
      .add("encoder-b", &Options::encoder_b, "SPEC", "the network h; default as `encoder`")
      .add("batch", &Options::batch, "B",
           "rows of all ranks a step; default 512, or an eighth of the rows if they are few",
           whole_from_to(2, 1U << 30U))
      .add("epochs", &Options::epochs, "E", "at most", one_or_more())
      .add("early-stop", &Options::patience, "PATIENCE",
           "end a training after so many epochs without a better bound", one_or_more())
      .add("learning-rate", &Options::learning_rate, "R", "size of a step", above(0.0))
      .add("smile-clip", &Options::smile_clip, "C", "of smile: scores are clipped to [-C, C]",
           above(0.0))
      .add("reproducible", &Options::reproducible, "",
           "critics have the same bits at any number of ranks; slower");
  return table;
}

Estimates estimate(const mpi::Communicator& communicator, data::Datasets& source,
                   const std::string& x, const std::string& y, const EstimateOptions& options,
                   const EstimateProgress& progress) {
  estimate_fields().check(options);
  const Sides sides = read_sides(communicator, source, x, y, options.marginals);
  check_fit(options, sides);
  Estimates all;
  all.samples = sides.blocks.rows();
  all.x_columns = sides.x.columns();
  all.y_columns = sides.y.columns();
  const auto methods = methods_for(options, sides);
  Estimation estimation(communicator, sides, options);
  for (std::size_t k = 0; k < methods.size(); ++k) {
    if (progress) {
      progress(k, methods.size(), methods[k]);
    }
    all.of_methods.push_back(estimation.run(methods[k], all));
  }
  return all;
}

}  // namespace infomax::estimate
