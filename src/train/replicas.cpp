// SPDX-License-Identifier: BSD-3-Clause
#include "train/replicas.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "infomax/core/error.hpp"

namespace infomax::train {

void require_equal_replicas(const mpi::Communicator& communicator, std::uint64_t checksum,
                            std::uint64_t step) {
  const auto checksums = communicator.gather_all(checksum);
  std::map<std::uint64_t, std::size_t> votes;
  for (const std::uint64_t one : checksums) {
    ++votes[one];
  }
  if (votes.size() <= 1) {
    return;
  }
  std::size_t most = 0;
  for (const auto& [one, count] : votes) {
    most = std::max(most, count);
  }
  // With equal votes, the group of the lowest rank counts as right.
  const auto right =
      *std::ranges::find_if(checksums, [&](std::uint64_t one) { return votes.at(one) == most; });
  std::vector<std::size_t> differing;
  for (std::size_t rank = 0; rank < checksums.size(); ++rank) {
    if (checksums[rank] != right) {
      differing.push_back(rank);
    }
  }
  throw SystemError(fmt::format(
      "after step {} the parameters of rank{} {} differ from the others'; memory or network is not "
      "sound, or the program has a defect; go on from the last checkpoint, with `resume`, on other "
      "nodes",
      step, differing.size() == 1 ? "" : "s", fmt::join(differing, ", ")));
}

}  // namespace infomax::train
