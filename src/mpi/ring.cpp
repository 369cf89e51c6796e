// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/mpi/ring.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <functional>

#include "infomax/core/checked_cast.hpp"
#include "infomax/mpi/activity.hpp"
#include "infomax/mpi/check.hpp"
#include "infomax/mpi/failure.hpp"

namespace infomax::mpi {
namespace {

MPI_Datatype ring_type(std::span<const float> /*values*/) { return MPI_FLOAT; }
MPI_Datatype ring_type(std::span<const double> /*values*/) { return MPI_DOUBLE; }

constexpr int row_tag = 1;
constexpr int note_tag = 2;
constexpr int sum_tag = 3;

int as_count(std::size_t elements) { return checked_cast<int>(elements, "a block of rows"); }

/// Where this rank stands in an order of all ranks.
std::size_t place_in(const std::vector<int>& order, const Communicator& communicator) {
  return static_cast<std::size_t>(std::ranges::find(order, communicator.rank()) - order.begin());
}

/// Messages to the rank before this one in an order, and from the rank after it.
class Neighbours {
 public:
  Neighbours(const Communicator& communicator, const std::vector<int>& order)
      : communicator_(communicator.native()) {
    const std::size_t place = place_in(order, communicator);
    to_ = order[(place + order.size() - 1) % order.size()];
    from_ = order[(place + 1) % order.size()];
  }

  template <class T>
  void start(std::span<const T> sent, std::span<T> received, int tag) {
    receive(received, tag);
    send(sent, tag);
  }

  template <class T>
  void receive(std::span<T> received, int tag) {
    MPI_Request request = MPI_REQUEST_NULL;
    check(MPI_Irecv(received.data(), as_count(received.size()), ring_type(received), from_, tag,
                    communicator_, &request),
          "MPI_Irecv");
    requests_[count_++] = request;
  }

  template <class T>
  void send(std::span<const T> sent, int tag) {
    MPI_Request request = MPI_REQUEST_NULL;
    check(MPI_Isend(sent.data(), as_count(sent.size()), ring_type(sent), to_, tag, communicator_,
                    &request),
          "MPI_Isend");
    requests_[count_++] = request;
  }

  void wait() {
    const InCollective in_collective;
    check(MPI_Waitall(static_cast<int>(count_), requests_.data(), MPI_STATUSES_IGNORE),
          "MPI_Waitall");
    count_ = 0;
  }

 private:
  MPI_Comm communicator_;
  int to_ = 0;
  int from_ = 0;
  std::array<MPI_Request, 4> requests_{};
  std::size_t count_ = 0;
};

/// The rows of each rank. All ranks throw where one has more than MPI counts.
std::vector<std::uint64_t> counts_of(const Communicator& communicator, std::size_t rows,
                                     std::size_t columns) {
  together(communicator, [&] { (void)as_count(rows * columns); });
  return communicator.gather_all<std::uint64_t>(rows);
}

}  // namespace

/// Sums that travel a hop behind their rows: a rank adds what came from the one after it to its own
/// and hands both to the one before it, which visits the same rows next. The last has the owner
/// before it.
template <Element T>
class Ring<T>::ReturningSums {
 public:
  ReturningSums(Ring& ring, const Communicator& communicator, std::size_t largest,
                MatrixView<T> totals)
      : ring_(&ring),
        to_before_(communicator, ring.order(communicator)),
        from_after_(communicator, ring.order(communicator)),
        totals_(totals) {
    for (auto& sums : ring.sums_) {
      sums.resize(largest * totals.columns());
    }
    ring.arriving_sums_.resize(largest * totals.columns());
  }

  /// Zeros for the visit of `count` rows.
  MatrixView<T> start(std::size_t count) {
    own_ = &ring_->sums_[hop_ % 2];
    size_ = count * totals_.columns();
    std::fill_n(own_->data(), size_, T{0});
    return {own_->data(), count, totals_.columns()};
  }

  /// Adds what other ranks found for the rows that were visited, and sends it on. `next_count` are
  /// the rows whose sums arrive next.
  void pass_on(std::size_t next_count) {
    if (hop_ > 0) {
      from_after_.wait();
      add(std::span<T>(own_->data(), size_));
      to_before_.wait();
    }
    from_after_.receive(std::span<T>(ring_->arriving_sums_.data(), next_count * totals_.columns()),
                        sum_tag);
    to_before_.send(std::span<const T>(own_->data(), size_), sum_tag);
    ++hop_;
  }

  /// Adds what came back for the own rows to the totals; of one rank, what it found itself.
  void end(bool alone) {
    const std::span<T> totals(totals_.data(), totals_.size());
    if (alone) {
      std::ranges::transform(totals, std::span<const T>(own_->data(), size_), totals.begin(),
                             std::plus<>());
      return;
    }
    from_after_.wait();
    add(totals);
    to_before_.wait();
  }

 private:
  void add(std::span<T> sums) const {
    std::ranges::transform(sums, std::span<const T>(ring_->arriving_sums_.data(), sums.size()),
                           sums.begin(), std::plus<>());
  }

  Ring* ring_;
  Neighbours to_before_;
  Neighbours from_after_;
  MatrixView<T> totals_;
  Buffer<T>* own_ = nullptr;
  std::size_t size_ = 0;
  std::size_t hop_ = 0;
};

/// `counts` are the rows of each rank.
template <Element T>
void Ring<T>::travel(const Communicator& communicator, std::span<const std::uint64_t> counts,
                     MatrixView<const T> rows, std::span<const double> notes,
                     const VisitAdding& visit, ReturningSums* sums) {
  const std::size_t columns = rows.columns();
  const std::size_t ranks = counts.size();
  const std::size_t largest = *std::ranges::max_element(counts);
  const bool noted = communicator.max<std::uint64_t>(notes.empty() ? 0 : 1) != 0;
  for (std::size_t k = 0; k < 2 && ranks > 1; ++k) {
    rows_[k].resize(largest * columns);
    notes_[k].resize(noted ? largest : 0);
  }
  const std::vector<int>& order = this->order(communicator);
  const std::size_t place = place_in(order, communicator);
  Neighbours neighbours(communicator, order);
  Block block{static_cast<std::size_t>(communicator.rank()), 0, rows, notes};
  for (std::size_t hop = 0; hop < ranks; ++hop) {
    Block next;
    const bool last = hop + 1 == ranks;
    const auto after = static_cast<std::size_t>(order[(place + hop + 1) % ranks]);
    const std::size_t count = counts[after];
    if (!last) {
      next.owner = after;
      auto& arriving = rows_[hop % 2];
      auto& arriving_notes = notes_[hop % 2];
      neighbours.start(std::span<const T>(block.rows.data(), block.rows.size()),
                       std::span<T>(arriving.data(), count * columns), row_tag);
      next.rows = {arriving.data(), count, columns};
      if (noted) {
        neighbours.start(block.notes, std::span<double>(arriving_notes.data(), count), note_tag);
        next.notes = {arriving_notes.data(), count};
      }
    }
    visit(block, sums != nullptr ? sums->start(block.rows.rows()) : MatrixView<T>{});
    if (sums != nullptr && ranks > 1) {
      sums->pass_on(count);
    }
    if (!last) {
      neighbours.wait();
      block = next;
    }
  }
}

template <Element T>
void Ring<T>::around(const Communicator& communicator, MatrixView<const T> rows,
                     std::span<const double> notes, const Visit& visit) {
  assert(rows.contiguous() && (notes.empty() || notes.size() == rows.rows()));
  travel(
      communicator, counts_of(communicator, rows.rows(), rows.columns()), rows, notes,
      [&](const Block& block, MatrixView<T> /*sums*/) { visit(block); }, nullptr);
}

template <Element T>
void Ring<T>::around_adding(const Communicator& communicator, MatrixView<const T> rows,
                            std::span<const double> notes, const VisitAdding& visit,
                            MatrixView<T> totals) {
  assert(rows.contiguous() && (notes.empty() || notes.size() == rows.rows()));
  assert(totals.contiguous() && totals.rows() == rows.rows());
  const auto counts = counts_of(communicator, rows.rows(), rows.columns());
  ReturningSums sums(*this, communicator, *std::ranges::max_element(counts), totals);
  travel(communicator, counts, rows, notes, visit, &sums);
  sums.end(communicator.size() == 1);
}

template <Element T>
void Ring<T>::in_order(const Communicator& communicator, MatrixView<const T> rows,
                       std::span<const double> notes, std::span<const std::size_t> ends,
                       const Visit& visit) {
  assert(rows.contiguous() && (notes.empty() || notes.size() == rows.rows()));
  const std::size_t columns = rows.columns();
  (void)counts_of(communicator, rows.rows(), columns);
  const auto part_counts = communicator.gather_all<std::uint64_t>(ends.size());
  const bool noted = communicator.max<std::uint64_t>(notes.empty() ? 0 : 1) != 0;
  std::vector<std::uint64_t> lengths;
  for (std::size_t owner = 0; owner < part_counts.size(); ++owner) {
    const bool own = owner == static_cast<std::size_t>(communicator.rank());
    const int root = static_cast<int>(owner);
    lengths.resize(part_counts[owner]);
    for (std::size_t k = 0; own && k < ends.size(); ++k) {
      lengths[k] = ends[k] - (k == 0 ? 0 : ends[k - 1]);
    }
    communicator.broadcast(std::span<std::uint64_t>(lengths), root);
    std::size_t first = 0;
    for (const std::size_t count : lengths) {
      rows_[0].resize(count * columns);
      notes_[0].resize(noted ? count : 0);
      if (own) {
        std::copy_n(rows.data() + first * columns, rows_[0].size(), rows_[0].data());
        std::copy_n(notes.data() + (noted ? first : 0), notes_[0].size(), notes_[0].data());
      }
      communicator.broadcast(std::span<T>(rows_[0]), root);
      communicator.broadcast(std::span<double>(notes_[0]), root);
      if (count > 0) {
        visit({owner, first, {rows_[0].data(), count, columns}, notes_[0]});
      }
      first += count;
    }
  }
}

template class Ring<float>;
template class Ring<double>;

}  // namespace infomax::mpi
