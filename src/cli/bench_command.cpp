// SPDX-License-Identifier: BSD-3-Clause
#include <fstream>

#include <fmt/format.h>

#include "cli/bench_case.hpp"
#include "cli/bench_options.hpp"
#include "cli/cli.hpp"
#include "cli/runtime.hpp"
#include "core/json.hpp"
#include "infomax/core/logging.hpp"
#include "infomax/core/version.hpp"
#include "infomax/math/blas_runtime.hpp"
#include "infomax/mpi/failure.hpp"
#include "infomax/mpi/placement.hpp"
#include "infomax/train/setup.hpp"

namespace infomax::cli {
namespace {

/// The facts that all cases of a job share.
struct Job {
  int ranks = 1;
  int threads = 1;
  mpi::Placement placement;
};

void add(Json& line, const std::string& name, const measure::Spread& spread) {
  line[name] = spread.median;
  line[name + "_least"] = spread.least;
  line[name + "_most"] = spread.most;
}

void add(Json& line, const std::string& name, const bench::Share& share) {
  line[name] = share.total;
  line[name + "_least"] = share.spread.least;
  line[name + "_most"] = share.spread.most;
}

Json describe(const BenchConfig& config, const Job& job, const measure::Pace& pace,
              const BenchCase& wanted, const bench::Result& result) {
  Json line{
      {"kind", "bench"},
      {"version", version},
      {"scaling", wanted.weak ? "weak" : "strong"},
      {"ranks", job.ranks},
      {"nodes", job.placement.nodes},
      {"threads", job.threads},
      {"oversubscribed", job.placement.oversubscribed},
      {"encoder", wanted.encoder},
      {"batch", wanted.batch_rows},
      {"batch_per_rank", static_cast<double>(wanted.batch_rows) / static_cast<double>(job.ranks)},
      {"parameters", result.parameters}};
  for (const char* name : {"pair", "objective", "optimizer", "precision", "features"}) {
    line[name] = bench_fields().at(name).text(config).value_or("");
  }
  line["reproducible"] = config.train.reproducible;
  line["micro_batch"] = config.train.micro_batch;
  line["repeats"] = pace.repeats;
  line["steps_per_repeat"] = result.steps_per_repeat;
  add(line, "samples_per_s", result.samples_per_s);
  add(line, "step_s", result.step_s);
  add(line, "gemm_s", result.gemm_s);
  add(line, "gemm_share", result.gemm_share);
  line["gemm_gflops"] = result.gemm_flops / result.gemm_s.median / 1e9;
  line["step_gflops"] = result.gemm_flops / result.step_s.median / 1e9;
  add(line, "input_share", result.input);
  add(line, "compute_share", result.compute);
  add(line, "reduce_share", result.reduce);
  add(line, "wait_share", result.wait);
  line["bytes_per_step"] = result.gradient_bytes + result.statistics_bytes;
  line["gradient_bytes"] = result.gradient_bytes;
  line["statistics_bytes"] = result.statistics_bytes;
  line["peak_memory_bytes"] = result.peak_bytes;
  line["peak_memory_least_bytes"] = result.least_peak_bytes;
  line["blas_kernel"] = math::blas_kernel();
  return line;
}

std::string table_head() {
  return fmt::format("{:<7}{:>8}{:>6}{:>12}{:>19}{:>9}{:>8}{:>9}{:>8}{:>7}{:>12}{:>10}  {}",
                     "scaling", "batch", "ranks", "samples/s", "(least - most)", "of sgemm",
                     "input", "compute", "reduce", "wait", "MB a step", "peak MiB", "encoder");
}

std::string table_line(const Job& job, const BenchCase& wanted, const bench::Result& result) {
  const auto percent = [](double share) { return fmt::format("{:.1f}%", 100.0 * share); };
  const auto spread =
      fmt::format("({:.0f} - {:.0f})", result.samples_per_s.least, result.samples_per_s.most);
  return fmt::format(
      "{:<7}{:>8}{:>6}{:>12.0f}{:>19}{:>9}{:>8}{:>9}{:>8}{:>7}{:>12.3f}{:>10.0f}  {}",
      wanted.weak ? "weak" : "strong", wanted.batch_rows, job.ranks, result.samples_per_s.median,
      spread, percent(result.gemm_share.median), percent(result.input.total),
      percent(result.compute.total), percent(result.reduce.total), percent(result.wait.total),
      (result.gradient_bytes + result.statistics_bytes) / 1e6,
      static_cast<double>(result.peak_bytes) / (1024.0 * 1024.0), wanted.encoder);
}

/// Writes the JSON lines to a file or to standard output. Exists on the root only.
class Lines {
 public:
  explicit Lines(const BenchConfig& config) : path_(config.output) {
    if (!path_.empty()) {
      refuse_existing(path_, config.overwrite);
      file_.open(path_);
      check();
    }
  }

  void write(const mpi::Communicator& communicator, const std::string& line) {
    if (path_.empty()) {
      print_result(communicator, line + "\n");
    } else {
      file_ << line << std::endl;
      check();
    }
  }

 private:
  void check() const {
    if (!file_) {
      throw SystemError(fmt::format("cannot write {}; check its directory", path_));
    }
  }

  std::string path_;
  std::ofstream file_;
};

/// Checks all options before anything is measured. Throws UsageError.
void check_config(const BenchConfig& config, const bench::SyntheticData& data,
                  const std::vector<BenchCase>& cases) {
  bench_fields().check(config);
  if (config.train.optimizer.kind == optim::OptimizerKind::lbfgs) {
    throw UsageError(
        "bench measures steps, and an iteration of lbfgs takes several evaluations; measure "
        "`optimizer` sgd, one step of which costs as much as one evaluation");
  }
  for (const BenchCase& wanted : cases) {
    train::Config one = config.train;
    one.encoder = wanted.encoder;
    train::validate(one);
    if (data.rows > 0 && data.rows < wanted.batch_rows) {
      throw UsageError(
          fmt::format("`rows` is {}, fewer than the {} of a batch", data.rows, wanted.batch_rows));
    }
  }
}

}  // namespace

OptionTable bench_options() {
  OptionTable options(
      "bench",
      "infomax bench [--encoder SPEC[;SPEC...]] [--batch LIST] [--batch-per-rank LIST] "
      "[OPTIONS]\n\n"
      "Measures training steps on synthetic data in memory, with the settings that the options of\n"
      "`train` give. Prints a JSON line for each encoder and batch size, and a table on standard\n"
      "error. For example\n\n"
      "  mpirun -n 2 --bind-to core infomax bench --lambda 0.1 --batch 256,4096 \\\n"
      "      --encoder 'dense:1024,tanh,dense:64;dense:128,tanh,dense:16'\n\n"
      "launch/scaling.sh runs it at several numbers of ranks and draws the efficiency. The time "
      "of\n"
      "all ranks has four shares. `input` chooses rows and converts them to numbers. `wait` is "
      "the\n"
      "time that a rank spends in collectives while others still compute: the longest work of the\n"
      "step on any rank, less the rank's own. `reduce` is the other time in collectives. "
      "`compute`\n"
      "is the rest. `gemm_share` is the time that the step's matrix products take alone, on all\n"
      "ranks at once and in the same repeat, divided by the time of the step; it counts the\n"
      "products of the forward and the backward pass once, also those that --micro-batch computes\n"
      "twice. Bytes are those that a rank passes to reductions: `statistics_bytes` for the\n"
      "objective, `gradient_bytes` in the backward pass, which reduces nothing at one rank.");
  options.add(bench_fields());
  return options;
}

int bench(const mpi::Communicator& communicator, OptionTable& options) {
  const auto config = options.read(bench_fields());
  const auto cases = bench_cases(config, communicator.size());
  const auto data = synthetic_data(config);
  const auto pace = bench_pace(config);
  check_config(config, data, cases);
  std::optional<Lines> lines;
  mpi::together(communicator, [&] {
    if (communicator.is_root()) {
      lines.emplace(config);
    }
  });
  const std::string machine = prepare_compute(communicator, config.train);
  train::prepare_arithmetic(communicator, config.train);
  const Job job{communicator.size(), math::blas_threads(), mpi::find_placement(communicator)};
  log::info(fmt::format("infomax {}  bench\n{}settings   {}\n{}", version, machine,
                        one_line(bench_fields().texts(config)), table_head()));
  for (const BenchCase& wanted : cases) {
    const auto result = run_case(communicator, config.train, data, pace, wanted);
    log::info(table_line(job, wanted, result));
    mpi::together(communicator, [&] {
      if (communicator.is_root()) {
        lines->write(communicator, json_text(describe(config, job, pace, wanted, result)));
      }
    });
  }
  return 0;
}

}  // namespace infomax::cli
