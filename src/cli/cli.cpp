// SPDX-License-Identifier: BSD-3-Clause
#include "cli/cli.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "cli/runtime.hpp"
#include "infomax/core/error.hpp"
#include "infomax/core/version.hpp"

namespace infomax::cli {
namespace {

struct Command {
  const char* name;
  const char* summary;
  int (*run)(const mpi::Communicator&, const std::vector<std::string>&);
};

constexpr std::array<Command, 10> commands{{
    {"import", "CSV, .npy, IDX or another HDF5 layout -> a data set file", import_data},
    {"generate", "synthetic data with known truth", generate},
    {"inspect", "what is in a data set or a model", inspect},
    {"train", "train an encoder; writes a run directory", train},
    {"evaluate", "the exact objective over a whole data set", evaluate},
    {"encode", "rows -> representations, in a file", encode},
    {"probe", "how well simple models predict from representations", probe},
    {"report", "a page of HTML about a run: curves, outputs, settings", report},
    {"bench", "strong and weak scaling of training steps", bench},
    {"doctor", "what this machine and MPI give, and what slows a job down", doctor},
}};

std::string overview() {
  std::string text =
      "infomax trains encoders that maximise information, data-parallel over MPI.\n\n"
      "  infomax COMMAND [OPTIONS]             one process\n"
      "  mpirun -n 4 infomax COMMAND [OPTIONS] four ranks\n\n";
  for (const Command& command : commands) {
    text += fmt::format("  {:<10} {}\n", command.name, command.summary);
  }
  text +=
      "\ninfomax COMMAND --help explains one; infomax --version says which this is.\n"
      "Exit codes: 0 done, 2 wrong command line, 3 wrong data or file, 4 numbers not finite,\n"
      "5 MPI, I/O or memory failed, 75 stopped on request.\n";
  return text;
}

}  // namespace

int run(const mpi::Communicator& communicator, const std::vector<std::string>& arguments) {
  if (arguments.empty()) {
    throw UsageError("no command given; infomax --help lists them");
  }
  const std::string& name = arguments.front();
  if (name == "--help" || name == "-h" || name == "help") {
    print_result(communicator, overview());
    return 0;
  }
  if (name == "--version") {
    print_result(communicator, fmt::format("infomax {}\n", version));
    return 0;
  }
  const auto* const command = std::ranges::find(commands, name, &Command::name);
  if (command == commands.end()) {
    throw UsageError(fmt::format("there is no command \"{}\"; infomax --help lists them", name));
  }
  return command->run(communicator, {arguments.begin() + 1, arguments.end()});
}

}  // namespace infomax::cli
