// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <vector>

namespace infomax::mpi {

/// The transports that MPI sends messages by, as far as it reports them.
struct Transport {
  std::string layer;                    ///< Open MPI's point-to-point layer: "ob1", "ucx", "cm"
  std::vector<std::string> transports;  ///< its transports: "self", "vader", "tcp", ...
};

/// Returns the components that Open MPI has opened in this process, by MPI's tools interface. The
/// result is empty for other MPI libraries.
[[nodiscard]] Transport find_transport();

}  // namespace infomax::mpi
