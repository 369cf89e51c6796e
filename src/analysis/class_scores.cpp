// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/analysis/class_scores.hpp"

#include <algorithm>
#include <functional>
#include <numeric>

namespace infomax::analysis {
namespace {

double share(std::uint64_t part, std::uint64_t whole) {
  return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : 0.0;
}

std::uint64_t total(const std::vector<std::uint64_t>& counts) {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

}  // namespace

std::uint64_t ClassScores::rows() const { return total(support); }

ClassScores& ClassScores::operator+=(const ClassScores& other) {
  const auto add = [](std::span<std::uint64_t> sums, std::span<const std::uint64_t> counts) {
    std::ranges::transform(sums, counts, sums.begin(), std::plus<>());
  };
  add(support, other.support);
  add(predicted, other.predicted);
  add(correct, other.correct);
  add(confusion.span(), other.confusion.span());
  return *this;
}

double ClassScores::accuracy() const { return share(total(correct), rows()); }

double ClassScores::precision(std::size_t c) const { return share(correct[c], predicted[c]); }

double ClassScores::recall(std::size_t c) const { return share(correct[c], support[c]); }

double ClassScores::f1(std::size_t c) const {
  return share(2 * correct[c], predicted[c] + support[c]);
}

ClassScores count_scores(const mpi::Communicator& communicator,
                         std::span<const std::uint32_t> labels,
                         std::span<const std::uint32_t> predictions, std::size_t classes) {
  const std::size_t confused = classes <= most_confused_classes ? classes : 0;
  ClassScores scores{std::vector<std::uint64_t>(classes, 0), std::vector<std::uint64_t>(classes, 0),
                     std::vector<std::uint64_t>(classes, 0),
                     Matrix<std::uint64_t>(confused, confused, 0)};
  for (std::size_t i = 0; i < labels.size(); ++i) {
    ++scores.support[labels[i]];
    ++scores.predicted[predictions[i]];
    scores.correct[labels[i]] += labels[i] == predictions[i] ? 1 : 0;
    if (confused > 0) {
      ++scores.confusion(labels[i], predictions[i]);
    }
  }
  communicator.sum(std::span<std::uint64_t>(scores.support));
  communicator.sum(std::span<std::uint64_t>(scores.predicted));
  communicator.sum(std::span<std::uint64_t>(scores.correct));
  communicator.sum(scores.confusion.span());
  return scores;
}

}  // namespace infomax::analysis
