// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "cli/option_table.hpp"
#include "infomax/mpi/communicator.hpp"

namespace infomax::cli {

/// A subcommand. It has one of `run` and `print`.
struct Command {
  std::string_view name;
  std::string_view summary;
  OptionTable (*options)();
  /// Collective. Returns the exit code.
  int (*run)(const mpi::Communicator& communicator, OptionTable& options) = nullptr;
  /// Of a command that needs no MPI: returns what it prints.
  std::string (*print)(const OptionTable& options) = nullptr;
  bool stops_on_request = false;  ///< a signal lets it end in order, with a checkpoint
};

/// All subcommands, in the order of help.
[[nodiscard]] std::span<const Command> commands();

/// Throws UsageError where there is none of this name.
[[nodiscard]] const Command& command_named(std::string_view name);

}  // namespace infomax::cli
