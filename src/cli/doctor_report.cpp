// SPDX-License-Identifier: BSD-3-Clause
#include "cli/doctor_report.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "infomax/core/version.hpp"
#include "infomax/hdf5/library.hpp"
#include "infomax/math/blas_runtime.hpp"
#include "infomax/math/products.hpp"
#include "infomax/mpi/environment.hpp"

namespace infomax::cli {
namespace {

constexpr double gibibyte = 1024.0 * 1024.0 * 1024.0;

/// With more ranks than this, only the spread of their speeds is printed.
constexpr std::size_t most_rank_lines = 32;

std::string compiler() {
#ifdef __clang__
  return fmt::format("clang {}.{}.{}", __clang_major__, __clang_minor__, __clang_patchlevel__);
#else
  return fmt::format("g++ {}.{}.{}", __GNUC__, __GNUC_MINOR__, __GNUC_PATCHLEVEL__);
#endif
}

double gib(std::size_t bytes) { return static_cast<double>(bytes) / gibibyte; }

double rate(std::size_t bytes, double seconds) { return static_cast<double>(bytes) / seconds; }

/// "8 B", "4 MiB".
std::string size_of(std::size_t bytes) {
  return bytes < (std::size_t{1} << 20U) ? fmt::format("{} B", bytes)
                                         : fmt::format("{} MiB", bytes >> 20U);
}

Json hosts_json(const measure::Examination& found) {
  Json hosts = Json::array();
  for (const auto& host : found.job.hosts) {
    hosts.push_back({{"host", host.host},
                     {"ranks", host.ranks},
                     {"cores", host.cores},
                     {"memory_bytes", host.memory.total_bytes},
                     {"memory_free_bytes", host.memory.available_bytes},
                     {"shm_bytes", host.shared_total_bytes},
                     {"shm_free_bytes", host.shared_free_bytes},
                     {"fabrics", host.fabrics}});
  }
  return hosts;
}

Json ranks_json(const measure::Examination& found) {
  Json ranks = Json::array();
  for (const auto& rank : found.job.ranks) {
    ranks.push_back({{"rank", rank.rank},
                     {"host", rank.host},
                     {"cores", rank.cores},
                     {"threads", rank.threads},
                     {"blas_kernel", rank.kernel},
                     {"sgemm_alone_gflops", rank.alone_gflops},
                     {"sgemm_together_gflops", rank.together_gflops}});
  }
  return ranks;
}

Json storage_json(const measure::Examination& found) {
  Json storage{{"directory", found.job.directory}};
  if (!found.storage) {
    storage["failure"] = found.storage_failure;
    return storage;
  }
  storage["bytes"] = found.storage->bytes;
  storage["write_bytes_per_s"] = rate(found.storage->bytes, found.storage->write_s);
  storage["read_bytes_per_s"] = rate(found.storage->bytes, found.storage->read_s);
  storage["lockable"] = found.job.lock_failure.empty();
  return storage;
}

std::string rank_lines(const std::vector<measure::RankFacts>& ranks) {
  std::string text = fmt::format("{:<10} {:<16} {:<12} {:>7}  {:<12} {:>22}\n", "rank", "host",
                                 "cores", "threads", "BLAS kernel", "sgemm alone, together");
  if (ranks.size() <= most_rank_lines) {
    for (const auto& rank : ranks) {
      text += fmt::format("{:<10} {:<16} {:<12} {:>7}  {:<12} {:>10.1f} {:>11.1f} Gflop/s\n",
                          rank.rank, rank.host, measure::core_list(rank.cores), rank.threads,
                          rank.kernel, rank.alone_gflops, rank.together_gflops);
    }
    return text;
  }
  std::vector<double> alone;
  std::vector<double> together;
  for (const auto& rank : ranks) {
    alone.push_back(rank.alone_gflops);
    together.push_back(rank.together_gflops);
  }
  const auto line = [&](const char* which, double measure::Spread::*member) {
    return fmt::format("{:<10} {:<52} {:>10.1f} {:>11.1f} Gflop/s\n", which, "",
                       measure::spread_of(alone).*member, measure::spread_of(together).*member);
  };
  return text + line("slowest", &measure::Spread::least) +
         line("median", &measure::Spread::median) + line("fastest", &measure::Spread::most) +
         fmt::format("{:<10} --json lists all {} ranks\n", "", ranks.size());
}

std::string host_lines(const std::vector<measure::HostFacts>& hosts) {
  std::string text;
  for (const auto& host : hosts) {
    text += fmt::format(
        "host       {}: {} rank{} on cores {}; {:.1f} of {:.1f} GiB memory free, {:.1f} of {:.1f} "
        "GiB /dev/shm; fabric {}\n",
        host.host, host.ranks, host.ranks == 1 ? "" : "s", measure::core_list(host.cores),
        gib(host.memory.available_bytes), gib(host.memory.total_bytes), gib(host.shared_free_bytes),
        gib(host.shared_total_bytes),
        host.fabrics.empty() ? "none" : fmt::format("{}", fmt::join(host.fabrics, ", ")));
  }
  return text;
}

std::string allreduce_line(const measure::Examination& found) {
  if (found.allreduces.empty()) {
    return "allreduce  one rank has no other rank to sum with\n";
  }
  std::vector<std::string> items;
  for (const auto& [bytes, seconds] : found.allreduces) {
    items.push_back(
        bytes <= sizeof(double)
            ? fmt::format("{} in {:.1f} us", size_of(bytes), 1e6 * seconds.median)
            : fmt::format("{} at {:.2f} GB/s", size_of(bytes), rate(bytes, seconds.median) / 1e9));
  }
  return fmt::format("allreduce  {}: {}\n",
                     found.sums_in_memory ? "through shared memory" : "by messages",
                     fmt::join(items, ", "));
}

/// "products   openblas 98.1, onednn 104.2, bfloat16 190.3 Gflop/s on rank 0 ..."
std::string products_line(const measure::Examination& found) {
  std::vector<std::string> items;
  for (const auto& [name, gflops] : found.products) {
    items.push_back(fmt::format("{} {:.1f}", name, gflops));
  }
  return fmt::format("products   {} Gflop/s on rank 0: see --engine and --precision of train\n",
                     fmt::join(items, ", "));
}

std::string storage_line(const measure::Examination& found) {
  if (!found.storage) {
    return fmt::format("HDF5       {}: {}\n", found.job.directory, found.storage_failure);
  }
  const auto& [bytes, write_s, read_s] = *found.storage;
  return fmt::format(
      "HDF5       {} by all ranks in {}: written to the disk at {:.0f} MB/s, read at {:.0f} MB/s\n",
      size_of(bytes), found.job.directory, rate(bytes, write_s) / 1e6, rate(bytes, read_s) / 1e6);
}

}  // namespace

Json to_json(const measure::Examination& found) {
  Json allreduce = Json::array();
  for (const auto& [bytes, seconds] : found.allreduces) {
    allreduce.push_back({{"bytes", bytes},
                         {"seconds", seconds.median},
                         {"seconds_least", seconds.least},
                         {"seconds_most", seconds.most},
                         {"bytes_per_s", rate(bytes, seconds.median)}});
  }
  Json warnings = Json::array();
  for (const auto& trap : found.traps) {
    warnings.push_back({{"name", trap.name}, {"problem", trap.problem}, {"mend", trap.mend}});
  }
  Json kernels = nullptr;
  if (found.job.kernels) {
    const auto& [forced, used, other] = *found.job.kernels;
    kernels = {{"forced", forced},
               {"used", used.kernel},
               {"used_gflops", used.gflops},
               {"other", other.kernel},
               {"other_gflops", other.gflops}};
  }
  Json products = Json::object();
  for (const auto& [name, gflops] : found.products) {
    products[name] = gflops;
  }
  return {{"versions",
           {{"infomax", version},
            {"compiler", compiler()},
            {"mpi", mpi::library_version()},
            {"hdf5", hdf5::library_version()},
            {"blas", math::blas_version()},
            {"onednn", math::onednn_version()}}},
          {"transport",
           {{"layer", found.job.transport.layer},
            {"parts", found.job.transport.transports},
            {"sums", found.sums_in_memory ? "shared memory" : "messages"}}},
          {"hosts", hosts_json(found)},
          {"ranks", ranks_json(found)},
          {"kernels", kernels},
          {"products_gflops", products},
          {"allreduce", allreduce},
          {"hdf5", storage_json(found)},
          {"warnings", warnings}};
}

std::string to_text(const measure::Examination& found) {
  const auto& transport = found.job.transport;
  std::string text = fmt::format(
      "versions   infomax {} ({}), {}, HDF5 {}, {}\n"
      "messages   {}\n",
      version, compiler(), mpi::library_version(), hdf5::library_version(), math::blas_version(),
      transport.layer.empty()
          ? "this MPI does not report its transports"
          : fmt::format("{}: {}", transport.layer, fmt::join(transport.transports, ", ")));
  text += host_lines(found.job.hosts) + rank_lines(found.job.ranks) + products_line(found) +
          allreduce_line(found) + storage_line(found);
  for (const auto& trap : found.traps) {
    text += fmt::format("warning    {}\n           {}\n", trap.problem, trap.mend);
  }
  return found.traps.empty() ? text + "no warnings\n" : text;
}

}  // namespace infomax::cli
