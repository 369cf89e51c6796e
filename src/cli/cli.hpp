// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <vector>

#include "cli/option_table.hpp"
#include "infomax/mpi/communicator.hpp"

namespace infomax::cli {

/// Collective. Runs the subcommand that `arguments` (without the program's name) begin with, and
/// returns the process's exit code. Throws what commands throw.
int run(const mpi::Communicator& communicator, const std::vector<std::string>& arguments);

// The options of each subcommand. Each stands in the file of its subcommand.
[[nodiscard]] OptionTable train_options();
[[nodiscard]] OptionTable evaluate_options();
[[nodiscard]] OptionTable encode_options();
[[nodiscard]] OptionTable probe_options();
[[nodiscard]] OptionTable report_options();
[[nodiscard]] OptionTable inspect_options();
[[nodiscard]] OptionTable import_options();
[[nodiscard]] OptionTable generate_options();
[[nodiscard]] OptionTable bench_options();
[[nodiscard]] OptionTable doctor_options();

// Collective. The subcommands, by their options, which have parsed the command line. Each returns
// the exit code.
int train(const mpi::Communicator& communicator, OptionTable& options);
int evaluate(const mpi::Communicator& communicator, OptionTable& options);
int encode(const mpi::Communicator& communicator, OptionTable& options);
int probe(const mpi::Communicator& communicator, OptionTable& options);
int report(const mpi::Communicator& communicator, OptionTable& options);
int inspect(const mpi::Communicator& communicator, OptionTable& options);
int import_data(const mpi::Communicator& communicator, OptionTable& options);
int generate(const mpi::Communicator& communicator, OptionTable& options);
int bench(const mpi::Communicator& communicator, OptionTable& options);
int doctor(const mpi::Communicator& communicator, OptionTable& options);

}  // namespace infomax::cli
