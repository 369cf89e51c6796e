// SPDX-License-Identifier: BSD-3-Clause
#include "cli/cli.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/runtime.hpp"
#include "infomax/core/error.hpp"
#include "infomax/core/suggestion.hpp"
#include "infomax/core/version.hpp"
#include "infomax/train/interruption.hpp"

namespace infomax::cli {
namespace {

constexpr std::array<Command, 17> all_commands{{
    {"import", "CSV, .npy, IDX or another HDF5 layout -> a data set file", import_options,
     import_data},
    {"generate", "synthetic data with known truth", generate_options, generate},
    {"inspect", "what is in a data set or a model", inspect_options, inspect},
    {"shuffle", "a copy of a data set file with its rows in random order", shuffle_options,
     shuffle},
    {"train", "train an encoder; writes a run directory", train_options, train, nullptr, true},
    {"evaluate", "the exact objective over a whole data set", evaluate_options, evaluate},
    {"markov", "timescales, transitions and the Chapman-Kolmogorov test of trajectories",
     markov_options, markov},
    {"encode", "rows -> representations, in a file", encode_options, encode},
    {"export", "an encoder as a file of ONNX or NumPy, for other programs", export_options,
     export_encoder},
    {"probe", "how well simple models predict labels from representations", probe_options, probe},
    {"estimate", "the mutual information of two data sets, with intervals", estimate_options,
     estimate},
    {"compare", "cross-validation and the search for settings, with intervals", compare_options,
     compare, nullptr, true},
    {"report", "a page of HTML about a run: curves, outputs, settings", report_options, report},
    {"bench", "strong and weak scaling of training steps", bench_options, bench},
    {"doctor", "what this machine and MPI offer, and what slows a job down", doctor_options,
     doctor},
    {"completion", "commands that teach a shell to complete this program's", completion_options,
     nullptr, completion},
    {"manual", "manual pages, as man reads them", manual_options, nullptr, manual},
}};

std::string overview() {
  std::string text =
      "infomax trains encoders that maximise information, data-parallel over MPI.\n\n"
      "  infomax COMMAND [OPTIONS]             one process\n"
      "  mpirun -n 4 infomax COMMAND [OPTIONS] four ranks\n\n";
  for (const Command& command : all_commands) {
    text += fmt::format("  {:<10} {}\n", command.name, command.summary);
  }
  text +=
      "\ninfomax help COMMAND explains one; infomax -v says which version this is.\n"
      "Exit codes: 0 done, 2 wrong command line, 3 wrong data or file, 4 numbers not finite,\n"
      "5 MPI, I/O or memory failed, 75 stopped on request.\n";
  return text;
}

}  // namespace

std::span<const Command> commands() { return all_commands; }

const Command& command_named(std::string_view name) {
  const auto* const found = std::ranges::find(all_commands, name, &Command::name);
  if (found == all_commands.end()) {
    std::vector<std::string_view> names{"help"};
    for (const Command& command : all_commands) {
      names.emplace_back(command.name);
    }
    const std::string suggestion = did_you_mean(name, names);
    throw UsageError(fmt::format("there is no command \"{}\"{} infomax --help lists them", name,
                                 suggestion.empty() ? ";" : suggestion));
  }
  return *found;
}

std::optional<std::string> print_without_mpi(const std::vector<std::string>& arguments) {
  const auto* const found =
      arguments.empty() ? all_commands.end()
                        : std::ranges::find(all_commands, arguments.front(), &Command::name);
  if (found == all_commands.end() || found->print == nullptr) {
    return std::nullopt;
  }
  OptionTable options = found->options();
  return options.parse({arguments.begin() + 1, arguments.end()}) ? found->print(options)
                                                                 : options.help();
}

int run(const mpi::Communicator& communicator, const std::vector<std::string>& arguments) {
  if (arguments.empty()) {
    throw UsageError("no command given; infomax --help lists them");
  }
  const std::string& name = arguments.front();
  const bool has_more = arguments.size() > 1;
  if (name == "--help" || name == "-h" || (name == "help" && !has_more)) {
    print_result(communicator, overview());
    return 0;
  }
  if (name == "--version" || name == "-v" || name == "-V") {
    print_result(communicator, fmt::format("infomax {}\n", version));
    return 0;
  }
  if (name == "help") {
    print_result(communicator, command_named(arguments[1]).options().help());
    return 0;
  }
  const Command& command = command_named(name);
  // A signal while options are read or data are loaded stops a run as one during training does.
  std::optional<train::Interruption> interruption;
  if (command.stops_on_request) {
    interruption.emplace();
  }
  OptionTable options = command.options();
  if (!options.parse({arguments.begin() + 1, arguments.end()})) {
    print_result(communicator, options.help());
    return 0;
  }
  if (command.print != nullptr) {
    print_result(communicator, command.print(options));
    return 0;
  }
  return command.run(communicator, options);
}

}  // namespace infomax::cli
