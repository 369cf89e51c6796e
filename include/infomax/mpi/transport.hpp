// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <vector>

namespace infomax::mpi {

/// What MPI moves messages with, as far as it says.
struct Transport {
  std::string layer;               ///< Open MPI's point-to-point layer: "ob1", "ucx", "cm"
  std::vector<std::string> parts;  ///< its transports: "self", "vader" (shared memory), "tcp", ...
};

/// By MPI's tools interface, from the components that Open MPI has opened in this process; empty
/// for other MPIs.
[[nodiscard]] Transport find_transport();

}  // namespace infomax::mpi
