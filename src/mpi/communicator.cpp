// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/mpi/communicator.hpp"

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

#include "infomax/core/checked_cast.hpp"
#include "infomax/core/stopwatch.hpp"
#include "infomax/mpi/activity.hpp"
#include "infomax/mpi/check.hpp"
#include "infomax/mpi/node_sum.hpp"

namespace infomax::mpi {
namespace {

/// Well below INT_MAX, because some MPI versions multiply counts by element sizes in an int.
std::size_t message_limit = std::size_t{1} << 27U;

template <class T>
MPI_Datatype datatype() {
  if constexpr (std::is_same_v<T, float>) {
    return MPI_FLOAT;
  } else if constexpr (std::is_same_v<T, double>) {
    return MPI_DOUBLE;
  } else if constexpr (std::is_same_v<T, std::int64_t>) {
    return MPI_INT64_T;
  } else {
    static_assert(std::is_same_v<T, std::uint64_t>);
    return MPI_UINT64_T;
  }
}

/// Calls `each(first element, count as MPI takes it)` for consecutive pieces of `values`.
template <class T, class Call>
void in_messages(std::span<T> values, Call each) {
  for (std::size_t first = 0; first < values.size(); first += message_limit) {
    const std::size_t count = std::min(message_limit, values.size() - first);
    each(values.data() + first, static_cast<int>(count));
  }
}

/// Adds the duration of its scope to a sum.
class Timed {
 public:
  explicit Timed(double& sum_s) : sum_s_(&sum_s) {}
  ~Timed() { *sum_s_ += stopwatch_.elapsed_s(); }
  Timed(const Timed&) = delete;
  Timed& operator=(const Timed&) = delete;

 private:
  double* sum_s_;
  Stopwatch stopwatch_;
  InCollective in_collective_;
};

template <class T>
void reduce(std::span<T> values, MPI_Op operation, MPI_Comm communicator) {
  in_messages(values, [&](T* first, int count) {
    check(MPI_Allreduce(MPI_IN_PLACE, first, count, datatype<T>(), operation, communicator),
          "MPI_Allreduce");
  });
}

/// Sums of at least this many bytes use shared memory; shorter messages are as fast.
constexpr std::size_t least_bytes_in_memory = 4096;

}  // namespace

struct Communicator::Shared {
  Shared(MPI_Comm of, bool is_owned) : handle(of), owned(is_owned) {}
  ~Shared() {
    int finalized = 0;
    MPI_Finalized(&finalized);
    if (owned && finalized == 0) {
      MPI_Comm_free(&handle);
    }
  }
  Shared(const Shared&) = delete;
  Shared& operator=(const Shared&) = delete;

  MPI_Comm handle;
  bool owned;
  double collective_s = 0.0;
  std::uint64_t collective_bytes = 0;
  /// Made by all ranks at the first use; null after that if shared memory is unavailable.
  std::optional<std::unique_ptr<NodeSum>> node_sum;
  std::vector<int> ranks_by_node;  // empty until it is asked for
};

std::size_t set_message_limit(std::size_t elements) {
  return std::exchange(message_limit, std::clamp<std::size_t>(elements, 1, std::size_t{1} << 30U));
}

Communicator::Communicator(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {
  check(MPI_Comm_rank(native(), &rank_), "MPI_Comm_rank");
  check(MPI_Comm_size(native(), &size_), "MPI_Comm_size");
}

Communicator Communicator::world() {
  return Communicator(std::make_shared<Shared>(MPI_COMM_WORLD, false));
}

Communicator Communicator::beside(MPI_Comm callers) {
  // MPI calls it where the caller's communicator is freed, which all of its ranks do together.
  const auto forget = [](MPI_Comm /*of*/, int /*key*/, void* kept, void* /*extra*/) {
    delete static_cast<Communicator*>(kept);
    return MPI_SUCCESS;
  };
  static const int key = [&] {
    int made = MPI_KEYVAL_INVALID;
    check(MPI_Comm_create_keyval(MPI_COMM_NULL_COPY_FN, forget, &made, nullptr),
          "MPI_Comm_create_keyval");
    return made;
  }();
  void* kept = nullptr;
  int is_kept = 0;
  check(MPI_Comm_get_attr(callers, key, &kept, &is_kept), "MPI_Comm_get_attr");
  if (is_kept == 0) {
    MPI_Comm made = MPI_COMM_NULL;
    check(MPI_Comm_dup(callers, &made), "MPI_Comm_dup");
    check(MPI_Comm_set_errhandler(made, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler");
    auto owned = std::make_unique<Communicator>(Communicator(std::make_shared<Shared>(made, true)));
    check(MPI_Comm_set_attr(callers, key, owned.get()), "MPI_Comm_set_attr");
    kept = owned.release();
  }
  return *static_cast<Communicator*>(kept);
}

MPI_Comm Communicator::native() const { return shared_->handle; }
double Communicator::collective_s() const { return shared_->collective_s; }
std::uint64_t Communicator::collective_bytes() const { return shared_->collective_bytes; }

Communicator Communicator::duplicate() const {
  MPI_Comm made = MPI_COMM_NULL;
  check(MPI_Comm_dup(native(), &made), "MPI_Comm_dup");
  return Communicator(std::make_shared<Shared>(made, true));
}

Communicator Communicator::split(int colour) const {
  MPI_Comm made = MPI_COMM_NULL;
  check(MPI_Comm_split(native(), colour, rank_, &made), "MPI_Comm_split");
  return Communicator(std::make_shared<Shared>(made, true));
}

Communicator Communicator::split_by_node() const {
  MPI_Comm made = MPI_COMM_NULL;
  check(MPI_Comm_split_type(native(), MPI_COMM_TYPE_SHARED, rank_, MPI_INFO_NULL, &made),
        "MPI_Comm_split_type");
  return Communicator(std::make_shared<Shared>(made, true));
}

const std::vector<int>& Communicator::ranks_by_node() const {
  if (shared_->ranks_by_node.empty()) {
    // A node is known by its first rank here.
    auto first = static_cast<std::uint64_t>(rank_);
    split_by_node().broadcast(std::span<std::uint64_t>(&first, 1), 0);
    const auto firsts = gather_all<std::uint64_t>(first);
    auto& ranks = shared_->ranks_by_node;
    ranks.resize(firsts.size());
    std::iota(ranks.begin(), ranks.end(), 0);
    std::ranges::stable_sort(ranks, {},
                             [&](int rank) { return firsts[static_cast<std::size_t>(rank)]; });
  }
  return shared_->ranks_by_node;
}

bool Communicator::sums_in_memory() const {
  if (!shared_->node_sum) {
    const InCollective in_collective;
    shared_->node_sum = NodeSum::make(native());
  }
  return *shared_->node_sum != nullptr;
}

void Communicator::barrier() const {
  const Timed timed(shared_->collective_s);
  check(MPI_Barrier(native()), "MPI_Barrier");
}

template <Element T>
void Communicator::sum(std::span<T> values) const {
  const Timed timed(shared_->collective_s);
  shared_->collective_bytes += values.size_bytes();
  if (values.size_bytes() >= least_bytes_in_memory && sums_in_memory()) {
    (*shared_->node_sum)->sum(values);
  } else {
    reduce(values, MPI_SUM, native());
  }
}

template <Element T>
void Communicator::max(std::span<T> values) const {
  const Timed timed(shared_->collective_s);
  shared_->collective_bytes += values.size_bytes();
  reduce(values, MPI_MAX, native());
}

template <Element T>
void Communicator::min(std::span<T> values) const {
  const Timed timed(shared_->collective_s);
  shared_->collective_bytes += values.size_bytes();
  reduce(values, MPI_MIN, native());
}

template <Element T>
Request Communicator::start_sum(std::span<T> values) const {
  shared_->collective_bytes += values.size_bytes();
  std::vector<MPI_Request> requests;
  in_messages(values, [&](T* first, int count) {
    MPI_Request request = MPI_REQUEST_NULL;
    check(MPI_Iallreduce(MPI_IN_PLACE, first, count, datatype<T>(), MPI_SUM, native(), &request),
          "MPI_Iallreduce");
    requests.push_back(request);
  });
  return Request(std::move(requests));
}

template <Element T>
void Communicator::broadcast(std::span<T> values, int root) const {
  const InCollective in_collective;
  shared_->collective_bytes += values.size_bytes();
  in_messages(values, [&](T* first, int count) {
    check(MPI_Bcast(first, count, datatype<T>(), root, native()), "MPI_Bcast");
  });
}

std::string Communicator::broadcast(const std::string& text, int root) const {
  std::uint64_t length = text.size();
  broadcast(std::span<std::uint64_t>(&length, 1), root);
  shared_->collective_bytes += length;
  std::string received = rank_ == root ? text : std::string(length, '\0');
  check(MPI_Bcast(received.data(), checked_cast<int>(length, "a message's length"), MPI_CHAR, root,
                  native()),
        "MPI_Bcast");
  return received;
}

template <Element T>
std::vector<T> Communicator::gather_all(T value) const {
  const InCollective in_collective;
  shared_->collective_bytes += sizeof(T);
  std::vector<T> values(static_cast<std::size_t>(size_));
  check(MPI_Allgather(&value, 1, datatype<T>(), values.data(), 1, datatype<T>(), native()),
        "MPI_Allgather");
  return values;
}

void Communicator::exchange(std::span<const double> out, std::span<const std::size_t> out_counts,
                            std::span<double> in, std::span<const std::size_t> in_counts) const {
  const Timed timed(shared_->collective_s);
  shared_->collective_bytes += out.size_bytes();
  const auto ranks = static_cast<std::size_t>(size_);
  const auto place = [](std::span<const std::size_t> counts, std::size_t rank) {
    return std::accumulate(counts.begin(), counts.begin() + static_cast<std::ptrdiff_t>(rank),
                           std::size_t{0});
  };
  const auto self = static_cast<std::size_t>(rank_);
  std::ranges::copy(out.subspan(place(out_counts, self), out_counts[self]),
                    in.begin() + static_cast<std::ptrdiff_t>(place(in_counts, self)));
  for (std::size_t distance = 1; distance < ranks; ++distance) {
    const std::size_t to = (self + distance) % ranks;
    const std::size_t from = (self + ranks - distance) % ranks;
    auto sent = out.subspan(place(out_counts, to), out_counts[to]);
    auto received = in.subspan(place(in_counts, from), in_counts[from]);
    // A direction that is done goes to no rank, while the other one may need more messages.
    while (!sent.empty() || !received.empty()) {
      const std::size_t sends = std::min(message_limit, sent.size());
      const std::size_t receives = std::min(message_limit, received.size());
      check(MPI_Sendrecv(sent.data(), static_cast<int>(sends), MPI_DOUBLE,
                         sends == 0 ? MPI_PROC_NULL : static_cast<int>(to), 0, received.data(),
                         static_cast<int>(receives), MPI_DOUBLE,
                         receives == 0 ? MPI_PROC_NULL : static_cast<int>(from), 0, native(),
                         MPI_STATUS_IGNORE),
            "MPI_Sendrecv");
      sent = sent.subspan(sends);
      received = received.subspan(receives);
    }
  }
}

#define INFOMAX_INSTANTIATE(T)                                       \
  template void Communicator::sum<T>(std::span<T>) const;            \
  template void Communicator::max<T>(std::span<T>) const;            \
  template void Communicator::min<T>(std::span<T>) const;            \
  template Request Communicator::start_sum<T>(std::span<T>) const;   \
  template void Communicator::broadcast<T>(std::span<T>, int) const; \
  template std::vector<T> Communicator::gather_all<T>(T) const;
INFOMAX_INSTANTIATE(float)
INFOMAX_INSTANTIATE(double)
INFOMAX_INSTANTIATE(std::int64_t)
INFOMAX_INSTANTIATE(std::uint64_t)
#undef INFOMAX_INSTANTIATE

}  // namespace infomax::mpi
