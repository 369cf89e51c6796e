// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/stats/compact_moments.hpp"

#include <algorithm>

namespace infomax::stats {
namespace {

template <math::Real T>
void narrow(MatrixView<const double> from, MatrixView<T> to) {
  for (std::size_t i = 0; i < to.rows(); ++i) {
    std::ranges::transform(from.row(i), to.row(i).begin(),
                           [](double value) { return static_cast<T>(value); });
  }
}

/// Carries a side's gradient on from where MomentPullBack left it.
template <math::Real T>
void finish(const mpi::Communicator& communicator, bool compact, GramCoordinates& coordinates,
            MatrixView<const double> found, MatrixView<T> gradient) {
  if (compact) {
    coordinates.pull_back<T>(communicator, found, gradient);
  } else if constexpr (!std::is_same_v<T, double>) {
    narrow<T>(found, gradient);
  }
}

}  // namespace

template <math::Real T>
bool CompactMoments<T>::suit(const RowPairs<T>& rows, double samples) const {
  return CompactRows<T>::plan(needs_, rows, samples).any();
}

template <math::Real T>
const SecondMoments& CompactMoments<T>::measure(const mpi::Communicator& communicator,
                                                const RowPairs<T>& rows, const Means& means,
                                                const SecondMoments& variances, bool wanted_a,
                                                bool wanted_b) {
  auto plan = CompactRows<T>::plan(needs_, rows, means.samples);
  plan.keep_a = wanted_a;
  plan.keep_b = wanted_b;
  rows_.reset();
  rows_.emplace(compact_.find(communicator, rows, means, variances, plan));
  return moment_pass_.measure(communicator, *rows_, compact_.means());
}

template <math::Real T>
MatrixView<double> CompactMoments<T>::room(bool wanted, bool compact, MatrixView<T> gradient,
                                           std::size_t rows, std::size_t columns,
                                           Matrix<double>& own) {
  if (!wanted) {
    return {};
  }
  if constexpr (std::is_same_v<T, double>) {
    if (!compact) {
      return gradient;
    }
  }
  if (own.rows() != rows || own.columns() != columns) {
    own = Matrix<double>(rows, columns);
  }
  return own.view();
}

template <math::Real T>
void CompactMoments<T>::pull_back(const mpi::Communicator& communicator,
                                  const MomentGradient& gradient, MatrixView<T> da,
                                  MatrixView<T> db) {
  const auto& plan = compact_.plan();
  const auto found_a =
      room(gradient.wanted_a, plan.compact_a, da, rows_->count(), rows_->a.columns(), da_);
  const auto found_b =
      room(gradient.wanted_b, plan.compact_b, db, rows_->count(), rows_->b.columns(), db_);
  pull_back_.apply(*rows_, compact_.means(), gradient, found_a, found_b);
  if (gradient.wanted_a) {
    finish<T>(communicator, plan.compact_a, compact_.a(), found_a, da);
  }
  if (gradient.wanted_b) {
    finish<T>(communicator, plan.compact_b, compact_.b(), found_b, db);
  }
}

template class CompactMoments<float>;
template class CompactMoments<double>;

}  // namespace infomax::stats
