// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>

#include "infomax/math/blas.hpp"
#include "infomax/stats/row_source.hpp"

namespace infomax::stats {

/// The key of a cached result: the content from which it was computed. Results are not cached for
/// rows with parts, because their bits must not depend on what was computed before.
class ContentKey {
 public:
  /// Whether results for this source may be cached.
  template <math::Real T>
  [[nodiscard]] static bool is_cacheable(const RowSource<T>& source) {
    return source.content() != 0 && source.parts() == nullptr;
  }

  /// Whether the cached result belongs to this source. If it does not, the caller must compute it
  /// now, and it belongs to this source from now on.
  template <math::Real T>
  [[nodiscard]] bool is_current(const RowSource<T>& source) {
    const bool current = content_ == source.content();
    content_ = source.content();
    return current;
  }

 private:
  std::uint64_t content_ = 0;
};

}  // namespace infomax::stats
