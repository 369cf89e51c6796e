// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/analysis/markov.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "analysis/markov_estimate.hpp"
#include "analysis/markov_intervals.hpp"
#include "analysis/piece_sums.hpp"
#include "infomax/analysis/encode.hpp"
#include "infomax/analysis/lag_timescales.hpp"
#include "infomax/analysis/trajectory_rows.hpp"
#include "infomax/core/error.hpp"
#include "infomax/model/trajectory_lengths.hpp"
#include "infomax/mpi/failure.hpp"
#include "infomax/objective/make.hpp"

namespace infomax::analysis {
namespace {

/// Of more outputs, sums for every piece would take much memory, and nobody reads the matrices.
constexpr std::size_t most_outputs = 64;

/// Throws UsageError where a lag has fewer than two pairs.
void require_pairs(const TrajectoryPieces& pieces, std::size_t lag, const char* option) {
  if (lag == 0 || pieces.pairs(lag) < 2) {
    throw UsageError(fmt::format(
        "`{}` has a lag of {} rows, and the trajectories have {} pairs of rows that far apart; "
        "give a lag between 1 and their length",
        option, lag, lag == 0 ? 0 : pieces.pairs(lag)));
  }
}

/// `longest` is the length of the longest trajectory.
MarkovRequest request_of(const MarkovOptions& options, std::size_t model_lag, bool of_memberships,
                         bool reversible, std::size_t outputs, std::size_t longest,
                         const TrajectoryPieces& pieces) {
  MarkovRequest request{
      .of_memberships = of_memberships,
      .outputs = outputs,
      .reversible = reversible,
      .lags = options.lags.value_or(lags_about(model_lag)),
      .timescales = std::min(options.timescales, outputs - (of_memberships ? 1 : 0)),
      .lag = options.lag.value_or(model_lag),
      .steps = std::max<std::size_t>(1, options.steps)};
  require_pairs(pieces, request.lag, "lag");
  if (options.lags) {
    for (const std::size_t lag : request.lags) {
      require_pairs(pieces, lag, "lags");
    }
  } else {
    // Those that nobody asked for are left out where they have little to go by.
    std::erase_if(request.lags, [&](std::size_t lag) { return pieces.pairs(lag) < 2; });
  }
  std::ranges::sort(request.lags);
  request.lags.erase(std::unique(request.lags.begin(), request.lags.end()), request.lags.end());
  request.steps = std::min(request.steps, longest / request.lag);  // 1 or more, as there are pairs
  while (request.steps > 1 && pieces.pairs(request.steps * request.lag) < 2) {
    --request.steps;
  }
  return request;
}

/// Sums over the pairs of one lag that begin in this rank's rows.
template <math::Real T>
PieceSums sums_at(std::size_t lag, const TrajectoryPieces& pieces, const data::Shard& shard,
                  const Matrix<T>& rows, std::span<const double> shift) {
  constexpr std::size_t pairs_at_once = 512;
  PieceSums sums(pieces.count, shift, shift);
  for (const TrajectorySegment& segment : pieces.segments) {
    const data::Stretch starts = segment.starts(lag);
    const std::size_t end = std::min(starts.end(), shard.first_row + shard.row_count);
    for (std::size_t t = std::max(starts.first, shard.first_row); t < end; t += pairs_at_once) {
      const std::size_t count = std::min(pairs_at_once, end - t);
      const auto a = rows.view().row_range(t - shard.first_row, count);
      const auto b = rows.view().row_range(t - shard.first_row + lag, count);
      sums.add<T>(segment.piece, a, b);
    }
  }
  return sums;
}

/// Collective. The mean of all rows [n].
template <math::Real T>
std::vector<double> mean_of_rows(const mpi::Communicator& communicator, const data::Shard& shard,
                                 const Matrix<T>& rows) {
  std::vector<double> sums(rows.columns() + 1, 0.0);
  for (std::size_t i = 0; i < shard.row_count; ++i) {
    for (std::size_t j = 0; j < rows.columns(); ++j) {
      sums[j] += static_cast<double>(rows(i, j));
    }
  }
  sums.back() = static_cast<double>(shard.row_count);
  communicator.sum(std::span<double>(sums));
  for (std::size_t j = 0; j < rows.columns(); ++j) {
    sums[j] /= sums.back();
  }
  sums.pop_back();
  return sums;
}

/// Deals numbers and their intervals out, in their order.
class NumberReader {
 public:
  NumberReader(std::span<const double> values,
               std::span<const std::optional<NumberInterval>> intervals)
      : values_(values), intervals_(intervals) {}

  [[nodiscard]] MarkovNumbers next(std::size_t count) {
    const auto values = values_.subspan(at_, count);
    const auto intervals = intervals_.subspan(at_, count);
    at_ += count;
    MarkovNumbers numbers{{values.begin(), values.end()}, {}};
    if (std::ranges::all_of(intervals, [](const auto& one) { return one.has_value(); })) {
      std::ranges::transform(intervals, std::back_inserter(numbers.intervals),
                             [](const auto& one) { return *one; });
    }
    return numbers;
  }
  [[nodiscard]] std::size_t left() const { return values_.size() - at_; }

 private:
  std::span<const double> values_;
  std::span<const std::optional<NumberInterval>> intervals_;
  std::size_t at_ = 0;
};

/// Fills in what is estimated.
void add_estimates(const MarkovEstimator& estimator, const MarkovRequest& request,
                   const TrajectoryPieces& pieces, const MarkovOptions& options,
                   MarkovAnalysis& analysis) {
  const auto found = estimator(std::vector<double>(pieces.count, 1.0));
  analysis.rank = found.rank;
  const auto numbers = flat_numbers(found);
  const auto intervals = intervals_of(estimator, found, request.lags.size() * request.timescales,
                                      pieces.count, options);
  NumberReader reader(numbers, intervals);
  for (const std::size_t lag : request.lags) {
    analysis.at.push_back({lag, pieces.pairs(lag), reader.next(request.timescales)});
  }
  const std::size_t size = analysis.states * analysis.states;
  for (std::size_t k = 1; k <= request.steps; ++k) {
    auto predicted = reader.next(size);
    auto estimated = reader.next(size);
    if (k == 1) {
      analysis.matrix = estimated;
    }
    if (options.steps > 0) {
      const std::size_t lag = k * request.lag;
      analysis.test.push_back(
          {k, lag, pieces.pairs(lag), std::move(predicted), std::move(estimated)});
    }
  }
  analysis.stationary = reader.next(reader.left());
}

/// Whether a network's outputs are memberships of states. Layers that change nothing once a network
/// is trained may follow.
bool ends_in_softmax(const nn::Spec& spec) {
  const auto last = std::find_if(spec.items.rbegin(), spec.items.rend(), [](const auto& item) {
    return item.name != "identity" && item.name != "dropout";
  });
  return last != spec.items.rend() && last->name == "softmax";
}

}  // namespace

template <math::Real T>
MarkovAnalysis analyse_markov(const mpi::Communicator& communicator, data::Datasets& file,
                              const model::StoredModel& stored, const model::PairSettings& pair,
                              const MarkovOptions& options, WorkProgress& progress) {
  if (!pair.meaning().is_lagged) {
    throw UsageError(
        "the model was not trained with `pair` lag, so its outputs are no process in time; train "
        "one with `pair` lag and `objective` vamp2");
  }
  const EncoderOptions encoder_options{.side = "b",
                                       .layer = std::nullopt,
                                       .path = pair.x_path,
                                       .projected = true,
                                       .micro_batch = options.micro_batch};
  const auto model = model::to_model<T>(fitted_to(stored, encoder_options, file));
  Encoder<T> encoder(model, encoder_options);
  const auto shape = file.shape(encoder.path());
  const auto lengths = model::trajectory_lengths(file, shape, pair);
  if (encoder.columns() > most_outputs) {
    throw UsageError(fmt::format(
        "the network has {} outputs, and matrices are made of {} at most; train with a last layer "
        "of as many outputs as there are slow processes, such as dense:6",
        encoder.columns(), most_outputs));
  }
  const auto pieces = cut_trajectories(lengths, options.pieces);
  const bool of_memberships = ends_in_softmax(encoder.network().spec());
  const MarkovRequest request =
      request_of(options, pair.lag, of_memberships,
                 objective::is_reversible(objective::from_settings(stored.settings)),
                 encoder.columns(), std::ranges::max(lengths), pieces);
  MarkovAnalysis analysis{.of_memberships = of_memberships,
                          .states = encoder.columns(),
                          .rows = shape.rows,
                          .trajectories = lengths.size(),
                          .pieces = pieces.count,
                          .bootstrap = options.bootstrap,
                          .confidence = options.confidence,
                          .lag = request.lag};

  const data::Blocks blocks(shape.rows);
  const auto shard = blocks.shard(communicator.rank(), communicator.size());
  Matrix<T> rows;
  mpi::together(communicator, [&] { rows = Matrix<T>(shard.row_count, encoder.columns()); });
  encode<T>(communicator, file, blocks, encoder, progress,
            [&](std::size_t first, MatrixView<const T> encoded) {
              std::copy_n(encoded.data(), encoded.size(),
                          rows.data() + (first - shard.first_row) * encoder.columns());
            });
  std::set<std::size_t> lags(request.lags.begin(), request.lags.end());
  for (std::size_t k = 1; k <= request.steps; ++k) {
    lags.insert(k * request.lag);
  }
  rows = with_following_rows<T>(communicator, shard, std::move(rows), *lags.rbegin());
  const auto mean = mean_of_rows<T>(communicator, shard, rows);
  if (of_memberships) {
    analysis.populations = mean;
  }
  std::map<std::size_t, PieceSums> sums;
  for (const std::size_t lag : lags) {
    sums.emplace(lag, sums_at<T>(lag, pieces, shard, rows, mean))
        .first->second.reduce(communicator);
  }
  add_estimates(MarkovEstimator(request, sums, pieces.count), request, pieces, options, analysis);
  return analysis;
}

#define INFOMAX_INSTANTIATE(T)                                                                     \
  template MarkovAnalysis analyse_markov<T>(const mpi::Communicator&, data::Datasets&,             \
                                            const model::StoredModel&, const model::PairSettings&, \
                                            const MarkovOptions&, WorkProgress&);
INFOMAX_INSTANTIATE(float)
INFOMAX_INSTANTIATE(double)
#undef INFOMAX_INSTANTIATE

}  // namespace infomax::analysis
