// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <vector>

#include "infomax/mpi/communicator.hpp"

namespace infomax::cli {

/// Collective. Runs the subcommand that `arguments` (without the program's name) begin with, and
/// returns the process's exit code. Throws what commands throw.
int run(const mpi::Communicator& communicator, const std::vector<std::string>& arguments);

// The subcommands, each in a file of its own; `arguments` begin after the subcommand's name.
int train(const mpi::Communicator& communicator, const std::vector<std::string>& arguments);
int evaluate(const mpi::Communicator& communicator, const std::vector<std::string>& arguments);
int encode(const mpi::Communicator& communicator, const std::vector<std::string>& arguments);
int probe(const mpi::Communicator& communicator, const std::vector<std::string>& arguments);
int report(const mpi::Communicator& communicator, const std::vector<std::string>& arguments);
int inspect(const mpi::Communicator& communicator, const std::vector<std::string>& arguments);
int import_data(const mpi::Communicator& communicator, const std::vector<std::string>& arguments);
int generate(const mpi::Communicator& communicator, const std::vector<std::string>& arguments);
int bench(const mpi::Communicator& communicator, const std::vector<std::string>& arguments);
int doctor(const mpi::Communicator& communicator, const std::vector<std::string>& arguments);

}  // namespace infomax::cli
