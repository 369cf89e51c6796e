// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/mpi/exchange.hpp"

#include <cassert>
#include <vector>

#include <mpi.h>

#include "infomax/core/checked_cast.hpp"
#include "infomax/mpi/activity.hpp"
#include "infomax/mpi/check.hpp"
#include "infomax/mpi/failure.hpp"

namespace infomax::mpi {
namespace {

/// Counts and their partial sums, as MPI takes them.
struct Layout {
  explicit Layout(std::span<const std::size_t> of) {
    std::size_t sum = 0;
    for (const std::size_t count : of) {
      counts.push_back(checked_cast<int>(count, "a number of rows to exchange"));
      offsets.push_back(checked_cast<int>(sum, "a number of rows to exchange"));
      sum += count;
    }
  }

  std::vector<int> counts;
  std::vector<int> offsets;
};

/// One row, so that counts are of rows.
class RowType {
 public:
  RowType(std::size_t columns, MPI_Datatype element) {
    check(MPI_Type_contiguous(checked_cast<int>(columns, "the width of rows to exchange"), element,
                              &type_),
          "MPI_Type_contiguous");
    check(MPI_Type_commit(&type_), "MPI_Type_commit");
  }
  ~RowType() { MPI_Type_free(&type_); }
  RowType(const RowType&) = delete;
  RowType& operator=(const RowType&) = delete;

  [[nodiscard]] MPI_Datatype type() const { return type_; }

 private:
  MPI_Datatype type_ = MPI_DATATYPE_NULL;
};

MPI_Datatype element_of(std::span<const float> /*values*/) { return MPI_FLOAT; }
MPI_Datatype element_of(std::span<const double> /*values*/) { return MPI_DOUBLE; }

}  // namespace

template <Element T>
void exchange_rows(const Communicator& communicator, MatrixView<const T> rows,
                   std::span<const std::size_t> send_counts, MatrixView<T> received,
                   std::span<const std::size_t> receive_counts) {
  assert(rows.contiguous() && received.contiguous() && rows.columns() == received.columns());
  // A rank may have more rows than MPI counts, and the others none.
  std::vector<Layout> layouts;
  together(communicator, [&] {
    layouts.emplace_back(send_counts);
    layouts.emplace_back(receive_counts);
  });
  const RowType row(rows.columns(), element_of(std::span<const T>()));
  const InCollective in_collective;
  check(MPI_Alltoallv(rows.data(), layouts[0].counts.data(), layouts[0].offsets.data(), row.type(),
                      received.data(), layouts[1].counts.data(), layouts[1].offsets.data(),
                      row.type(), communicator.native()),
        "MPI_Alltoallv");
}

template void exchange_rows<float>(const Communicator&, MatrixView<const float>,
                                   std::span<const std::size_t>, MatrixView<float>,
                                   std::span<const std::size_t>);
template void exchange_rows<double>(const Communicator&, MatrixView<const double>,
                                    std::span<const std::size_t>, MatrixView<double>,
                                    std::span<const std::size_t>);

}  // namespace infomax::mpi
