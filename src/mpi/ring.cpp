// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/mpi/ring.hpp"

#include <algorithm>
#include <array>
#include <cassert>

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

int as_count(std::size_t elements) { return checked_cast<int>(elements, "a block of rows"); }

/// Messages to the rank before this one, and from the rank after it.
class Neighbours {
 public:
  explicit Neighbours(const Communicator& communicator)
      : communicator_(communicator.native()),
        to_((communicator.rank() + communicator.size() - 1) % communicator.size()),
        from_((communicator.rank() + 1) % communicator.size()) {}

  template <class T>
  void start(std::span<const T> sent, std::span<T> received, int tag) {
    MPI_Request request = MPI_REQUEST_NULL;
    check(MPI_Irecv(received.data(), as_count(received.size()), ring_type(received), from_, tag,
                    communicator_, &request),
          "MPI_Irecv");
    requests_[count_++] = request;
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
  int to_;
  int from_;
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

template <Element T>
void Ring<T>::around(const Communicator& communicator, MatrixView<const T> rows,
                     std::span<const double> notes, const Visit& visit) {
  assert(rows.contiguous() && (notes.empty() || notes.size() == rows.rows()));
  const std::size_t columns = rows.columns();
  const auto counts = counts_of(communicator, rows.rows(), columns);
  const std::size_t ranks = counts.size();
  const std::size_t largest = *std::ranges::max_element(counts);
  const bool noted = communicator.max<std::uint64_t>(notes.empty() ? 0 : 1) != 0;
  for (std::size_t k = 0; k < 2 && ranks > 1; ++k) {
    rows_[k].resize(largest * columns);
    notes_[k].resize(noted ? largest : 0);
  }
  Neighbours neighbours(communicator);
  Block block{static_cast<std::size_t>(communicator.rank()), 0, rows, notes};
  for (std::size_t hop = 0; hop < ranks; ++hop) {
    Block next;
    if (hop + 1 < ranks) {
      next.owner = (block.owner + 1) % ranks;
      const std::size_t count = counts[next.owner];
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
    visit(block);
    if (hop + 1 < ranks) {
      neighbours.wait();
      block = next;
    }
  }
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
