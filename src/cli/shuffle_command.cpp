// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/cli.hpp"
#include "cli/progress_options.hpp"
#include "cli/runtime.hpp"
#include "infomax/core/byte_count.hpp"
#include "infomax/core/field.hpp"
#include "infomax/core/logging.hpp"
#include "infomax/core/stopwatch.hpp"
#include "infomax/importers/shuffle.hpp"
#include "infomax/mpi/failure.hpp"

namespace infomax::cli {
namespace {

struct ShuffleConfig {
  std::string data;
  std::string output;
  std::string x = "/x";
  std::uint64_t seed = 1;
  ByteCount memory{std::size_t{1} << 30U};
  bool overwrite = false;
  ProgressOptions progress;
};

const FieldTable<ShuffleConfig>& shuffle_fields() {
  static const FieldTable<ShuffleConfig> fields = [] {
    using Config = ShuffleConfig;
    FieldTable<Config> table;
    table.group("Shuffling")
        .add("data", &Config::data, "FILE",
             "data set file; or several that are read as one, by a pattern in quotes ('part-*.h5') "
             "or a list, a .txt with a path a line")
        .add("output", &Config::output, "FILE", "file to write, on a disk that all ranks share")
        .add("x", &Config::x, "PATH", "data set that says how many rows there are")
        .add("seed", &Config::seed, "N", "of the order")
        .add("memory", &Config::memory, "BYTES",
             "for rows, on each rank; less makes more files on the way, and changes nothing in the "
             "result")
        .add("overwrite", &Config::overwrite, "", "replace an existing file")
        .include(&Config::progress, progress_fields());
    return table;
  }();
  return fields;
}

}  // namespace

OptionTable shuffle_options() {
  OptionTable options(
      "shuffle",
      "infomax shuffle --data FILE --output FILE [OPTIONS]\n\n"
      "Writes a copy of a data set file with its rows in random order, the same order in all data\n"
      "sets that have as many rows as x, on any number of ranks and in little memory: rows are "
      "read\n"
      "once and written twice. Of such a copy, pages are random rows, so that training that "
      "streams\n"
      "it mixes rows as well as training in memory does (`train --shuffle-pages`). For example\n\n"
      "  mpirun -n 4 infomax shuffle --data 'part-*.h5' --output shuffled.h5\n"
      "  mpirun -n 4 infomax train --data shuffled.h5 --data-mode stream --encoder "
      "dense:64,tanh,dense:8 \\\n"
      "      --output runs/large");
  options.add(shuffle_fields());
  return options;
}

int shuffle(const mpi::Communicator& communicator, OptionTable& options) {
  options.require("data", "large.h5");
  options.require("output", "shuffled.h5");
  const auto config = options.read(shuffle_fields());
  mpi::together(communicator, [&] {
    if (communicator.is_root()) {
      refuse_existing(config.output, config.overwrite);
      refuse_input(config.output, {config.data});
    }
  });
  const Stopwatch stopwatch;
  WorkProgress progress(config.progress.on(communicator), "shuffling");
  const auto done = importers::shuffle(
      communicator, {config.data, config.output, config.x, config.seed, config.memory.bytes},
      progress);
  if (!done.left_out.empty()) {
    log::warning(
        fmt::format("left out, because they hold no numbers: {}", fmt::join(done.left_out, ", ")));
  }
  log::info(fmt::format("wrote {}: {} rows of {}, in {:.1f} s", config.output, done.rows,
                        fmt::join(done.datasets, ", "), stopwatch.elapsed_s()));
  return 0;
}

}  // namespace infomax::cli
