// SPDX-License-Identifier: BSD-3-Clause
#include "report/timescales.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "infomax/analysis/lag_timescales.hpp"
#include "infomax/core/error.hpp"
#include "infomax/core/logging.hpp"
#include "infomax/model/examples.hpp"
#include "infomax/model/whole_sides.hpp"
#include "report/numbers.hpp"

namespace infomax::report {
namespace {

/// Of more outputs, sums for every piece would take much memory.
constexpr std::size_t most_features = 48;

/// The map to the first columns of another one.
analysis::VariateMap leading(const analysis::VariateMap& map, std::size_t count) {
  analysis::VariateMap first{map.mean, Matrix<double>(map.directions.rows(), count)};
  for (std::size_t i = 0; i < first.directions.rows(); ++i) {
    std::ranges::copy(map.directions.view().row(i).first(count),
                      first.directions.view().row(i).begin());
  }
  return first;
}

/// Collective. Nothing where the lag leaves too few pairs, or they do not vary.
template <math::Real T>
std::optional<analysis::LagTimescales> at_lag(const mpi::Communicator& communicator,
                                              const model::Model<T>& model,
                                              const model::PairSettings& pair,
                                              const objective::CanonicalOptions& canonical,
                                              const analysis::VariateMap* features,
                                              const FindingsOptions& options) {
  const analysis::TimescaleOptions wanted{
      .replicates = options.replicates, .seed = options.seed, .reversible = canonical.reversible};
  try {
    const auto examples = model::load_examples(communicator, options.data, pair, 0);
    if (examples.blocks.rows() < 2 * wanted.pieces) {
      return std::nullopt;
    }
    const model::WholeSides<T> sides(communicator, model, examples, pair, options.micro_batch);
    const auto estimate = [&](const stats::RowPairs<T>& rows) {
      return analysis::estimate_timescales<T>(communicator, rows, examples.blocks, examples.shard,
                                              pair.lag, canonical.ridge, wanted);
    };
    if (features == nullptr) {
      return estimate({sides.a(), sides.b()});
    }
    const analysis::VariateRows<T> a(sides.a(), *features);
    const analysis::VariateRows<T> b(sides.b(), *features);
    return estimate({a, b});
  } catch (const Error& error) {  // the same on every rank
    if (error.exit_code() != ExitCode::usage && error.exit_code() != ExitCode::numeric) {
      throw;
    }
    log::info(fmt::format("no timescales at lag {}: {}", pair.lag, error.what()));
    return std::nullopt;
  }
}

}  // namespace

template <math::Real T>
Json timescales_by_lag(const mpi::Communicator& communicator, const model::Model<T>& model,
                       const model::PairSettings& pair,
                       const objective::CanonicalOptions& canonical,
                       const analysis::CanonicalVariates& variates,
                       const FindingsOptions& options) {
  std::optional<analysis::VariateMap> features;
  if (variates.a.mean.size() > most_features) {
    features = leading(variates.a, std::min(most_features, variates.a.directions.columns()));
  }
  const auto lags = options.lags.value_or(analysis::lags_about(pair.lag));
  Json found{{"lag", pair.lag},
             {"replicates", options.replicates},
             {"pieces", analysis::TimescaleOptions{}.pieces},
             {"features", features ? features->directions.columns() : variates.a.mean.size()},
             {"at", Json::array()}};
  for (const std::size_t lag : lags) {
    if (lag == 0) {
      continue;
    }
    auto other = pair;
    other.lag = lag;
    const auto estimate =
        at_lag<T>(communicator, model, other, canonical, features ? &*features : nullptr, options);
    if (estimate) {
      found["at"].push_back({{"lag", lag},
                             {"timescales", rounded_list(estimate->timescales, 6)},
                             {"low", rounded_list(estimate->low, 6)},
                             {"high", rounded_list(estimate->high, 6)}});
    }
  }
  return found;
}

#define INFOMAX_INSTANTIATE(T)                                                         \
  template Json timescales_by_lag<T>(const mpi::Communicator&, const model::Model<T>&, \
                                     const model::PairSettings&,                       \
                                     const objective::CanonicalOptions&,               \
                                     const analysis::CanonicalVariates&, const FindingsOptions&);
INFOMAX_INSTANTIATE(float)
INFOMAX_INSTANTIATE(double)
#undef INFOMAX_INSTANTIATE

}  // namespace infomax::report
