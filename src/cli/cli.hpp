// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/option_table.hpp"
#include "infomax/mpi/communicator.hpp"

namespace infomax::cli {

/// Collective. Runs the subcommand that `arguments` (without the program's name) begin with, and
/// returns the process's exit code. Throws what commands throw.
int run(const mpi::Communicator& communicator, const std::vector<std::string>& arguments);

/// What a subcommand that needs no MPI prints, or its help where --help is asked for; nothing where
/// `arguments` begin with no such subcommand. Throws UsageError.
[[nodiscard]] std::optional<std::string> print_without_mpi(
    const std::vector<std::string>& arguments);

// The options of each subcommand. Each stands in the file of its subcommand.
[[nodiscard]] OptionTable train_options();
[[nodiscard]] OptionTable evaluate_options();
[[nodiscard]] OptionTable markov_options();
[[nodiscard]] OptionTable encode_options();
[[nodiscard]] OptionTable export_options();
[[nodiscard]] OptionTable probe_options();
[[nodiscard]] OptionTable estimate_options();
[[nodiscard]] OptionTable compare_options();
[[nodiscard]] OptionTable report_options();
[[nodiscard]] OptionTable inspect_options();
[[nodiscard]] OptionTable shuffle_options();
[[nodiscard]] OptionTable import_options();
[[nodiscard]] OptionTable generate_options();
[[nodiscard]] OptionTable bench_options();
[[nodiscard]] OptionTable doctor_options();
[[nodiscard]] OptionTable completion_options();
[[nodiscard]] OptionTable manual_options();

// Collective. The subcommands, by their options, which have parsed the command line. Each returns
// the exit code.
int train(const mpi::Communicator& communicator, OptionTable& options);
int evaluate(const mpi::Communicator& communicator, OptionTable& options);
int markov(const mpi::Communicator& communicator, OptionTable& options);
int encode(const mpi::Communicator& communicator, OptionTable& options);
int export_encoder(const mpi::Communicator& communicator, OptionTable& options);
int probe(const mpi::Communicator& communicator, OptionTable& options);
int estimate(const mpi::Communicator& communicator, OptionTable& options);
int compare(const mpi::Communicator& communicator, OptionTable& options);
int report(const mpi::Communicator& communicator, OptionTable& options);
int inspect(const mpi::Communicator& communicator, OptionTable& options);
int shuffle(const mpi::Communicator& communicator, OptionTable& options);
int import_data(const mpi::Communicator& communicator, OptionTable& options);
int generate(const mpi::Communicator& communicator, OptionTable& options);
int bench(const mpi::Communicator& communicator, OptionTable& options);
int doctor(const mpi::Communicator& communicator, OptionTable& options);

// The subcommands that need no MPI. Each returns what it prints.
[[nodiscard]] std::string completion(const OptionTable& options);
[[nodiscard]] std::string manual(const OptionTable& options);

}  // namespace infomax::cli
