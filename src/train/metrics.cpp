// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/train/metrics.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include "core/json.hpp"
#include "infomax/core/error.hpp"

namespace infomax::train {

void EpochSummary::add(const StepReport& report) {
  ++steps_;
  sum_.value.objective += report.value.objective;
  sum_.value.dependence += report.value.dependence;
  sum_.value.entropy_a += report.value.entropy_a;
  sum_.value.entropy_b += report.value.entropy_b;
  sum_.value.samples += report.value.samples;
  for (const auto& [name, number] : report.value.figures) {
    const auto found =
        std::ranges::find(sum_.value.figures, name, &std::pair<std::string, double>::first);
    if (found == sum_.value.figures.end()) {
      sum_.value.figures.emplace_back(name, number);
    } else {
      found->second += number;
    }
  }
  sum_.penalty += report.penalty;
  sum_.gradient_norm += report.gradient_norm;
  sum_.learning_rate = report.learning_rate;
  sum_.evaluations += report.evaluations;
  sum_.times += report.times;
}

StepReport EpochSummary::report() const {
  StepReport mean = sum_;
  const double scale = steps_ == 0 ? 0.0 : 1.0 / static_cast<double>(steps_);
  for (double* sum : {&mean.value.objective, &mean.value.dependence, &mean.value.entropy_a,
                      &mean.value.entropy_b, &mean.penalty, &mean.gradient_norm}) {
    *sum *= scale;
  }
  for (auto& figure : mean.value.figures) {
    figure.second *= scale;
  }
  return mean;
}

namespace {

Json begin_line(const std::string& kind, std::uint64_t step, std::uint64_t epoch,
                const objective::Value& value) {
  Json line{
      {"kind", kind},
      {"step", step},
      {"epoch", epoch},
      {"objective", value.objective},
      {"dependence", value.dependence},
      {"entropy_a", value.entropy_a},
      {"entropy_b", value.entropy_b},
  };
  for (const auto& [name, number] : value.figures) {
    line[name] = number;
  }
  return line;
}

/// What is kept of a file: a beginning of so many bytes, and lines that follow it.
struct KeptLines {
  std::uint64_t bytes = 0;
  std::string rest;
};

/// Keeps the complete lines of steps that are not later than `last`, without the line of an epoch
/// that goes on after `last` and without that of a validation which does not count.
KeptLines lines_up_to(const std::string& path, std::uint64_t last, bool within_epoch,
                      bool validated) {
  std::ifstream file(path);
  KeptLines kept;
  bool removed = false;
  for (std::string line; std::getline(file, line) && !file.eof();) {
    const auto parsed = json_or_null(line);
    const std::uint64_t step = parsed.is_object() ? parsed.value("step", last + 1) : last + 1;
    if (step > last) {
      break;
    }
    const std::string kind = parsed.value("kind", "");
    if (step == last &&
        ((within_epoch && kind == "epoch") || (!validated && kind == "validation"))) {
      removed = true;
    } else if (removed) {
      kept.rest += line + '\n';
    } else {
      kept.bytes += line.size() + 1;
    }
  }
  return kept;
}

}  // namespace

MetricsFile::MetricsFile(const std::string& path, std::uint64_t steps_to_keep, bool within_epoch,
                         bool validated)
    : path_(path) {
  KeptLines kept;
  if (steps_to_keep > 0 && std::filesystem::exists(path)) {
    kept = lines_up_to(path, steps_to_keep, within_epoch, validated);
    std::error_code status;
    std::filesystem::resize_file(path, kept.bytes, status);
    if (status) {
      throw SystemError(fmt::format("cannot shorten {}: {}", path, status.message()));
    }
  }
  file_.open(path, steps_to_keep > 0 ? std::ios::app : std::ios::trunc);
  file_ << kept.rest << std::flush;
  if (!file_) {
    throw SystemError(fmt::format("cannot write {}", path_));
  }
}

void MetricsFile::write(const std::string& kind, std::uint64_t step, std::uint64_t epoch,
                        const StepReport& report) {
  auto line = begin_line(kind, step, epoch, report.value);
  line["penalty"] = report.penalty;
  line["gradient_norm"] = report.gradient_norm;
  line["learning_rate"] = report.learning_rate;
  if (report.evaluations > 0) {
    line["evaluations"] = report.evaluations;
  }
  line["samples"] = report.value.samples;
  line["seconds"] = report.times.total_s;
  line["input_s"] = report.times.input_s;
  line["compute_s"] = report.times.compute_s;
  line["reduce_s"] = report.times.reduce_s;
  write_line(json_text(line));
}

void MetricsFile::write_validation(std::uint64_t step, std::uint64_t epoch,
                                   const ValidationReport& report, bool best) {
  auto line = begin_line("validation", step, epoch, report.value);
  line["samples"] = report.value.samples;
  line["seconds"] = report.seconds;
  line["best"] = best;
  write_line(json_text(line));
}

void MetricsFile::write_line(const std::string& line) {
  file_ << line << '\n' << std::flush;
  if (!file_) {
    throw SystemError(fmt::format("cannot write {}: is the disk full?", path_));
  }
}

}  // namespace infomax::train
