// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/measure/machine.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <set>

#include <fmt/format.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "core/json.hpp"
#include "infomax/math/blas_runtime.hpp"
#include "infomax/mpi/placement.hpp"

namespace infomax::measure {
namespace {

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown";
}

/// Collective. Returns the texts of all ranks, in order of rank.
std::vector<std::string> gather_texts(const mpi::Communicator& communicator,
                                      const std::string& mine) {
  std::vector<std::string> texts;
  texts.reserve(static_cast<std::size_t>(communicator.size()));
  for (int rank = 0; rank < communicator.size(); ++rank) {
    texts.push_back(communicator.broadcast(mine, rank));
  }
  return texts;
}

bool has_active_port(const std::filesystem::path& device) {
  std::error_code missing;
  for (const auto& port : std::filesystem::directory_iterator(device / "ports", missing)) {
    std::ifstream file(port.path() / "state");
    std::string state;
    std::getline(file, state);
    if (state.find("ACTIVE") != std::string::npos) {
      return true;
    }
  }
  return false;
}

HostFacts host_facts(const RankFacts& mine, const std::vector<RankFacts>& of_node) {
  HostFacts facts;
  facts.host = mine.host;
  facts.ranks = static_cast<int>(of_node.size());
  std::set<int> cores;
  for (const auto& rank : of_node) {
    cores.insert(rank.cores.begin(), rank.cores.end());
  }
  facts.cores.assign(cores.begin(), cores.end());
  facts.memory = node_memory();
  struct statvfs shared {};
  if (::statvfs("/dev/shm", &shared) == 0) {
    facts.shared_total_bytes = shared.f_blocks * shared.f_frsize;
    facts.shared_free_bytes = shared.f_bavail * shared.f_frsize;
  }
  facts.fabrics = find_fabrics("/sys");
  return facts;
}

Json to_json(const RankFacts& facts) {
  return {facts.rank,   facts.host,         facts.cores,          facts.threads,
          facts.kernel, facts.alone_gflops, facts.together_gflops};
}

RankFacts rank_from(const Json& json) {
  return {json[0], json[1], json[2].get<std::vector<int>>(), json[3], json[4], json[5], json[6]};
}

Json to_json(const HostFacts& facts) {
  return {facts.host,
          facts.ranks,
          facts.cores,
          facts.memory.total_bytes,
          facts.memory.available_bytes,
          facts.shared_total_bytes,
          facts.shared_free_bytes,
          facts.fabrics};
}

HostFacts host_from(const Json& json) {
  return {json[0], json[1], json[2].get<std::vector<int>>(),        {json[3], json[4]},
          json[5], json[6], json[7].get<std::vector<std::string>>()};
}

}  // namespace

RankFacts rank_facts(const mpi::Communicator& communicator) {
  return {communicator.rank(),
          host_name(),
          mpi::allowed_cores(),
          math::blas_threads(),
          math::blas_core_name(),
          0.0,
          0.0};
}

std::vector<RankFacts> gather_ranks(const mpi::Communicator& communicator, const RankFacts& mine) {
  std::vector<RankFacts> ranks;
  for (const auto& text : gather_texts(communicator, json_text(to_json(mine)))) {
    ranks.push_back(rank_from(parse_json(text)));
  }
  return ranks;
}

std::vector<HostFacts> gather_hosts(const mpi::Communicator& communicator, const RankFacts& mine) {
  const auto node = communicator.split_by_node();
  const auto of_node = gather_ranks(node, mine);
  const std::string text = node.is_root() ? json_text(to_json(host_facts(mine, of_node))) : "";
  std::vector<HostFacts> hosts;
  for (const auto& given : gather_texts(communicator, text)) {
    if (!given.empty()) {
      hosts.push_back(host_from(parse_json(given)));
    }
  }
  return hosts;
}

std::string core_list(const std::vector<int>& cores) {
  std::string text;
  for (std::size_t i = 0; i < cores.size();) {
    std::size_t last = i;
    while (last + 1 < cores.size() && cores[last + 1] == cores[last] + 1) {
      ++last;
    }
    text += text.empty() ? "" : ",";
    text += i == last ? fmt::format("{}", cores[i]) : fmt::format("{}-{}", cores[i], cores[last]);
    i = last + 1;
  }
  return text;
}

std::vector<std::string> find_fabrics(const std::string& system) {
  const std::filesystem::path classes = std::filesystem::path(system) / "class";
  std::vector<std::string> found;
  std::error_code missing;
  for (const auto& device : std::filesystem::directory_iterator(classes / "infiniband", missing)) {
    if (has_active_port(device.path())) {
      found.push_back(device.path().filename());
    }
  }
  // Slingshot devices, whose ports are elsewhere.
  for (const auto& device : std::filesystem::directory_iterator(classes / "cxi", missing)) {
    found.push_back(device.path().filename());
  }
  std::ranges::sort(found);
  return found;
}

}  // namespace infomax::measure
