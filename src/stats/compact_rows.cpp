// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/stats/compact_rows.hpp"

#include <array>

namespace infomax::stats {

template <math::Real T>
typename CompactRows<T>::Plan CompactRows<T>::plan(const MomentNeeds& needs,
                                                   const RowPairs<T>& rows, double samples) {
  Plan plan;
  if (!needs.any_basis) {
    return plan;
  }
  const bool crossed = needs.ab == Extent::full;
  plan.compact_a = (crossed || needs.aa == Extent::full) && is_wide(samples, rows.a.columns());
  plan.compact_b = (crossed || needs.bb == Extent::full) && is_wide(samples, rows.b.columns());
  return plan;
}

template <math::Real T>
typename CompactRows<T>::Plan CompactRows<T>::joint_plan(const RowPairs<T>& rows, double samples) {
  Plan plan;
  plan.joint = is_wide(2.0 * samples, rows.a.columns());
  plan.compact_a = plan.joint;
  plan.compact_b = plan.joint;
  return plan;
}

template <math::Real T>
const RowSource<double>& CompactRows<T>::Side::show(bool is_compact, const GramCoordinates& from,
                                                    std::size_t source, const RowSource<T>& rows) {
  if (is_compact) {
    return compact.emplace(from.local(source), rows.columns());
  }
  return widened.emplace(rows);
}

template <math::Real T>
RowPairs<double> CompactRows<T>::find(const mpi::Communicator& communicator,
                                      const RowPairs<T>& rows, const Means& means,
                                      const SecondMoments& variances, const Plan& plan) {
  plan_ = plan;
  const bool same_bits = rows.parts != nullptr;
  const CentredRows<T> a{&rows.a, means.a, variances.variance_a};
  const CentredRows<T> b{&rows.b, means.b, variances.variance_b};
  if (plan.joint) {
    const std::array both{a, b};
    a_.coordinates.template find<T>(communicator, both, same_bits);
  } else {
    const bool known = LastContent::may_return(rows) && !plan.keep_a;
    if (!known) {
      kept_ = {};  // other coordinates take the place of those that were kept
    }
    if (plan.compact_a && !(known && kept_.is_of(rows))) {
      a_.coordinates.template find<T>(communicator, std::span(&a, 1), same_bits);
      if (!plan.keep_a) {
        a_.coordinates.forget_rows();
      }
    }
    if (plan.compact_b) {
      b_.coordinates.template find<T>(communicator, std::span(&b, 1), same_bits);
      if (!plan.keep_b) {
        b_.coordinates.forget_rows();
      }
    }
  }
  const RowSource<double>& shown_a = a_.show(plan.compact_a, a_.coordinates, 0, rows.a);
  const RowSource<double>& shown_b = b_.show(plan.compact_b, this->b(), plan.joint ? 1 : 0, rows.b);
  means_.samples = means.samples;
  means_.a = means.a;
  means_.b = means.b;
  if (plan.compact_a) {
    means_.a.assign(shown_a.columns(), 0.0);
  }
  if (plan.compact_b) {
    means_.b.assign(shown_b.columns(), 0.0);
  }
  return {shown_a, shown_b, rows.parts, rows.content_of_a};
}

template class CompactRows<float>;
template class CompactRows<double>;

}  // namespace infomax::stats
