// SPDX-License-Identifier: BSD-3-Clause
#include "cli/probe_report.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace infomax::cli {
namespace {

using report::of_folds;
using report::ProbeFacts;

/// A table of more classes than this is not printed.
constexpr std::size_t most_printed_classes = 30;

const char* name_of(analysis::LogisticEnding ending) {
  using analysis::LogisticEnding;
  switch (ending) {
    case LogisticEnding::converged:
      return "converged";
    case LogisticEnding::rounding:
      return "converged as far as double can tell";
    case LogisticEnding::enough:
      return "stopped by --iterations";
    case LogisticEnding::stuck:
      return "stuck";
    case LogisticEnding::separable:
      return "without a minimum: the classes are separable";
  }
  return "";
}

constexpr auto accuracy_of = [](const analysis::ClassFold& fold) { return fold.test.accuracy(); };
constexpr auto neighbour_accuracy_of = [](const analysis::ClassFold& fold) {
  return fold.neighbours->accuracy();
};
constexpr auto r2_of = [](const analysis::ValueFold& fold) { return fold.test.mean_r2; };

std::string fold_lines(const char* what, const std::vector<double>& scores) {
  const auto [mean, deviation] = analysis::summarise(scores);
  return fmt::format("{:<17} {:.4f} +- {:.4f}  mean and standard deviation of {} folds: {:.4f}\n",
                     what, mean, deviation, scores.size(), fmt::join(scores, " "));
}

std::string interval_line(const char* what, const std::optional<analysis::NumberInterval>& interval,
                          const ProbeFacts& facts) {
  return interval
             ? fmt::format("{:<17} {:.4f}..{:.4f}  {:g}% interval by {} drawings of {} rows\n",
                           what, interval->low, interval->high, 100.0 * facts.options.confidence,
                           facts.options.bootstrap, facts.test_rows ? "test" : "training")
             : "";
}

std::string penalty_line(const analysis::PenaltyChoice& penalty) {
  if (!penalty.was_chosen) {
    return fmt::format("l2                {:g}\n", penalty.l2);
  }
  const bool is_edge =
      penalty.l2 == penalty.path.front().l2 || penalty.l2 == penalty.path.back().l2;
  return fmt::format(
      "l2                {:g}  chosen of {} from {:g} to {:g}{}, by the loss of {}\n", penalty.l2,
      penalty.path.size(), penalty.path.front().l2, penalty.path.back().l2,
      is_edge ? " (an end of these)" : "",
      penalty.splits > 1 ? fmt::format("training rows held out in {} parts", penalty.splits)
                         : std::string("a part of the training rows that was held out"));
}

std::string heading(const ProbeFacts& facts) {
  return fmt::format(
      "{}: {} features, {} training {}\n", facts.features, facts.columns, facts.train_rows,
      facts.test_rows
          ? fmt::format("and {} test rows", *facts.test_rows)
          : fmt::format("rows in {} folds{}", facts.options.folds,
                        facts.groups.empty() ? "" : " of whole groups of " + facts.groups));
}

/// Of text in UTF-8, as fmt counts it.
std::size_t width_of(const std::string& text) {
  const auto begins = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; };
  return static_cast<std::size_t>(std::ranges::count_if(text, begins));
}

/// What classes are called in tables: numbers, and names where there are any.
std::vector<std::string> class_labels(const ProbeFacts& facts, std::size_t classes) {
  std::vector<std::string> labels;
  std::size_t width = 0;
  for (std::size_t c = 0; c < classes; ++c) {
    const bool has_name = c < facts.class_names.size();
    labels.push_back(
        fmt::format("{:5}{}", c, has_name ? fmt::format("  {:.24}", facts.class_names[c]) : ""));
    width = std::max(width, width_of(labels.back()));
  }
  for (std::string& label : labels) {
    label = fmt::format("{:<{}}", label, width);
  }
  return labels;
}

std::string class_table(const analysis::ClassScores& scores,
                        const std::vector<std::string>& labels) {
  std::string text = fmt::format("\n{:<{}}  precision  recall      f1  support\n", "class",
                                 width_of(labels.front()));
  for (std::size_t c = 0; c < scores.classes(); ++c) {
    text += fmt::format("{}  {:9.4f}  {:6.4f}  {:6.4f}  {:7}\n", labels[c], scores.precision(c),
                        scores.recall(c), scores.f1(c), scores.support[c]);
  }
  return text;
}

std::string confusion_table(const Matrix<std::uint64_t>& confusion,
                            const std::vector<std::string>& labels) {
  std::string text = fmt::format("\ntruth \\ predicted\n{:{}}", "", width_of(labels.front()) + 1);
  for (std::size_t c = 0; c < confusion.columns(); ++c) {
    text += fmt::format("{:7}", c);
  }
  for (std::size_t c = 0; c < confusion.rows(); ++c) {
    text += fmt::format("\n{} ", labels[c]);
    for (std::size_t to = 0; to < confusion.columns(); ++to) {
      text += fmt::format("{:7}", confusion(c, to));
    }
  }
  return text + "\n";
}

}  // namespace

std::string probe_table(const ProbeFacts& facts, const analysis::ClassProbe& probe) {
  std::string text = heading(facts);
  text += fmt::format(
      "accuracy          {:.4f}  multinomial logistic regression ({:.4f} on the training rows)\n",
      probe.test.accuracy(), probe.train.accuracy());
  text += interval_line("accuracy", probe.intervals.score, facts);
  if (!probe.folds.empty()) {
    text += fold_lines("of folds", of_folds(probe.folds, accuracy_of));
  }
  if (probe.neighbours) {
    text += fmt::format("of {} neighbours{} {:.4f}  {}\n", facts.options.neighbours,
                        std::string(facts.options.neighbours < 10 ? 2 : 1, ' '),
                        probe.neighbours->accuracy(),
                        FieldText<analysis::Metric>::format(facts.options.metric));
    text += interval_line("of neighbours", probe.intervals.neighbours, facts);
    text += interval_line("difference", probe.intervals.difference, facts);
  }
  if (!probe.folds.empty() && probe.folds.front().neighbours) {
    text += fold_lines("of folds", of_folds(probe.folds, neighbour_accuracy_of));
  }
  text += penalty_line(probe.penalty);
  text += fmt::format("fit               {} after {} iterations, loss {:.6f}, {:.1f} s\n",
                      name_of(probe.outcome.ending), probe.outcome.iterations, probe.outcome.f,
                      facts.seconds);
  if (probe.test.classes() > most_printed_classes) {
    return text + "per-class figures of this many classes are in --json\n";
  }
  const auto labels = class_labels(facts, probe.test.classes());
  return text + class_table(probe.test, labels) + confusion_table(probe.test.confusion, labels);
}

std::string probe_table(const ProbeFacts& facts, const analysis::ValueProbe& probe) {
  std::string text = heading(facts);
  text +=
      fmt::format("R^2  {:.6f}  ridge regression, mean over targets ({:.6f} on training rows)\n",
                  probe.test.mean_r2, probe.train.mean_r2);
  text += interval_line("R^2", probe.intervals.score, facts);
  if (!probe.folds.empty()) {
    text += fold_lines("R^2 of folds", of_folds(probe.folds, r2_of));
  }
  text += fmt::format("MSE  {:.6g}  ({:.6g} on training rows)\n", probe.test.mean_mse,
                      probe.train.mean_mse);
  text += penalty_line(probe.penalty);
  if (probe.test.r2.size() > 1 && probe.test.r2.size() <= most_printed_classes) {
    text += "\ntarget        R^2           MSE\n";
    for (std::size_t j = 0; j < probe.test.r2.size(); ++j) {
      text += fmt::format("{:6}  {:9.6f}  {:12.6g}\n", j, probe.test.r2[j], probe.test.mse[j]);
    }
  }
  return text;
}

}  // namespace infomax::cli
