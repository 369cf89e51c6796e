// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/measure/traps.hpp"

#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "infomax/measure/timing.hpp"

namespace infomax::measure {
namespace {

/// A faster kernel is reported from this ratio on, because measured rates fluctuate.
constexpr double faster_kernel = 1.1;

/// A rank below this share of the median rank's speed delays the others.
constexpr double slow_rank = 0.8;

/// Shared-memory transports use about 5 MiB for each rank at first, and more later.
constexpr std::size_t shared_bytes_per_rank = std::size_t{16} << 20U;

/// Returns " (and N more)", or nothing.
std::string and_more(std::size_t found) {
  return found > 1 ? fmt::format(" (and {} more)", found - 1) : "";
}

std::string threads_of(int threads) {
  return fmt::format("{} BLAS thread{}", threads, threads == 1 ? "" : "s");
}

std::string cores_of(std::size_t cores) {
  return fmt::format("{} core{}", cores, cores == 1 ? "" : "s");
}

std::optional<Trap> crowded_threads(const JobFacts& facts) {
  std::vector<const RankFacts*> found;
  for (const auto& rank : facts.ranks) {
    if (static_cast<std::size_t>(rank.threads) > rank.cores.size()) {
      found.push_back(&rank);
    }
  }
  if (found.empty()) {
    return std::nullopt;
  }
  const auto& first = *found.front();
  return Trap{"threads-exceed-binding",
              fmt::format("rank {} on {}{} has {} and may run on {} ({})", first.rank, first.host,
                          and_more(found.size()), threads_of(first.threads),
                          cores_of(first.cores.size()), core_list(first.cores)),
              fmt::format("unset OPENBLAS_NUM_THREADS and OMP_NUM_THREADS and omit `threads`, or "
                          "give each rank as many cores: mpirun --map-by slot:PE={0} --bind-to "
                          "core, srun --cpus-per-task={0}",
                          first.threads)};
}

/// Returns the sum of the threads of a host's ranks.
int threads_on(const JobFacts& facts, const HostFacts& host) {
  int threads = 0;
  for (const auto& rank : facts.ranks) {
    threads += rank.host == host.host ? rank.threads : 0;
  }
  return threads;
}

bool is_oversubscribed(const JobFacts& facts, const HostFacts& host) {
  return static_cast<std::size_t>(threads_on(facts, host)) > host.cores.size();
}

std::optional<Trap> oversubscription(const JobFacts& facts) {
  std::vector<const HostFacts*> found;
  for (const auto& host : facts.hosts) {
    if (is_oversubscribed(facts, host)) {
      found.push_back(&host);
    }
  }
  if (found.empty()) {
    return std::nullopt;
  }
  const auto& first = *found.front();
  return Trap{
      "oversubscription",
      fmt::format("on {}{}, {} rank{} with {} together share {} ({})", first.host,
                  and_more(found.size()), first.ranks, first.ranks == 1 ? "" : "s",
                  threads_of(threads_on(facts, first)), cores_of(first.cores.size()),
                  core_list(first.cores)),
      "start fewer ranks, or fewer threads in each (`threads`, OPENBLAS_NUM_THREADS); where "
      "the node has more cores than these, bind ranks to cores of their own (mpirun "
      "--bind-to core, srun --cpu-bind=cores)"};
}

/// Whether several ranks of a host may run on the same core.
bool overlaps(const JobFacts& facts, const HostFacts& host) {
  std::map<int, int> claims;
  for (const auto& rank : facts.ranks) {
    for (const int core : rank.host == host.host ? rank.cores : std::vector<int>{}) {
      ++claims[core];
    }
  }
  return std::ranges::any_of(claims, [](const auto& claim) { return claim.second > 1; });
}

std::optional<Trap> overlap(const JobFacts& facts) {
  std::vector<const HostFacts*> found;
  for (const auto& host : facts.hosts) {
    if (overlaps(facts, host) && !is_oversubscribed(facts, host)) {
      found.push_back(&host);
    }
  }
  if (found.empty()) {
    return std::nullopt;
  }
  return Trap{"shared-cores",
              fmt::format("ranks on {}{} may run on the same cores, and the system may put two on "
                          "one core",
                          found.front()->host, and_more(found.size())),
              "bind them: mpirun --bind-to core (launch/local.sh does), srun --cpu-bind=cores"};
}

std::optional<Trap> slow_network(const JobFacts& facts) {
  const auto host = std::ranges::find_if(
      facts.hosts, [](const HostFacts& candidate) { return !candidate.fabrics.empty(); });
  constexpr std::array<const char*, 6> fast{"openib", "ofi", "uct", "usnic", "ugni", "portals4"};
  const auto& transports = facts.transport.transports;
  const auto has = [&](const std::string& name) {
    return std::ranges::find(transports, name) != transports.end();
  };
  if (host == facts.hosts.end() || facts.transport.layer != "ob1" || !has("tcp") ||
      std::ranges::any_of(fast, has)) {
    return std::nullopt;
  }
  return Trap{
      "tcp-beside-fabric",
      fmt::format("Open MPI sends by TCP between nodes, although {} has {}", host->host,
                  fmt::join(host->fabrics, ", ")),
      "unset OMPI_MCA_pml and OMPI_MCA_btl, and use an Open MPI built with UCX (mpirun --mca "
      "pml ucx says whether it is) or libfabric (--mca pml cm)"};
}

std::optional<Trap> locking(const JobFacts& facts) {
  if (facts.lock_failure.empty() || facts.locking_off) {
    return std::nullopt;
  }
  return Trap{
      "file-locking",
      fmt::format("files in {} cannot be locked ({}); infomax does not lock files, but h5py "
                  "and other HDF5 programs will not open them",
                  facts.directory, facts.lock_failure),
      "export HDF5_USE_FILE_LOCKING=FALSE"};
}

std::optional<Trap> slow_kernel(const JobFacts& facts) {
  if (!facts.kernels || facts.kernels->other.gflops < faster_kernel * facts.kernels->used.gflops) {
    return std::nullopt;
  }
  const auto& [forced, used, other] = *facts.kernels;
  return Trap{
      "slow-blas-kernel",
      fmt::format("{} {}, whose sgemm does {:.1f} Gflop/s on one thread; {} does {:.1f}",
                  forced ? "OPENBLAS_CORETYPE forces the BLAS kernel" : "OpenBLAS uses the kernel",
                  used.kernel, used.gflops, other.kernel, other.gflops),
      forced ? "unset OPENBLAS_CORETYPE"
             : fmt::format("export OPENBLAS_CORETYPE={}, or use a newer OpenBLAS", other.kernel)};
}

std::optional<Trap> unequal(const JobFacts& facts) {
  std::vector<double> rates;
  for (const auto& rank : facts.ranks) {
    rates.push_back(rank.together_gflops);
  }
  const double median = spread_of(rates).median;
  std::vector<const RankFacts*> found;
  for (const auto& rank : facts.ranks) {
    if (rank.together_gflops < slow_rank * median) {
      found.push_back(&rank);
    }
  }
  if (found.empty()) {
    return std::nullopt;
  }
  const auto& slowest = **std::ranges::min_element(found, {}, &RankFacts::together_gflops);
  return Trap{
      "unequal-ranks",
      fmt::format(
          "rank {} on {}{} does {:.1f} Gflop/s where the median rank does {:.1f}; every step "
          "waits for the slowest",
          slowest.rank, slowest.host, and_more(found.size()), slowest.together_gflops, median),
      "look for other jobs on that node, another processor model or clock, or ranks with fewer "
      "threads; exclude the node, or give all ranks equal resources"};
}

std::optional<Trap> small_shared_memory(const JobFacts& facts) {
  for (const auto& host : facts.hosts) {
    const std::size_t needed = static_cast<std::size_t>(host.ranks) * shared_bytes_per_rank;
    if (host.ranks > 1 && host.shared_total_bytes > 0 && host.shared_free_bytes < needed) {
      return Trap{
          "small-shared-memory",
          fmt::format("/dev/shm on {} has {} MiB free for {} ranks, which send through it",
                      host.host, host.shared_free_bytes >> 20U, host.ranks),
          fmt::format("give the container more (docker run --shm-size={}m, or --ipc=host), or "
                      "remove the files that fill it",
                      std::max<std::size_t>(256, needed >> 20U))};
    }
  }
  return std::nullopt;
}

}  // namespace

std::vector<Trap> find_traps(const JobFacts& facts) {
  std::vector<Trap> traps;
  for (const auto find : {crowded_threads, oversubscription, overlap, slow_network, locking,
                          slow_kernel, unequal, small_shared_memory}) {
    if (auto trap = find(facts)) {
      traps.push_back(std::move(*trap));
    }
  }
  return traps;
}

}  // namespace infomax::measure
