// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/model/sample_index.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace infomax::model {

SampleIndex::SampleIndex(std::vector<std::size_t> starts, std::size_t length,
                         std::vector<data::Stretch> used)
    : starts_(std::make_shared<const std::vector<std::size_t>>(std::move(starts))),
      length_(length),
      used_(std::make_shared<const std::vector<data::Stretch>>(std::move(used))) {}

SampleIndex SampleIndex::row(std::size_t k) const {
  assert(k < length_);
  SampleIndex one = *this;
  one.offset_ += k;
  one.length_ = 1;
  return one;
}

std::span<const std::size_t> SampleIndex::rows_of(std::span<const std::size_t> samples,
                                                  std::span<std::size_t> scratch) const {
  assert(length_ == 1);
  if (is_identity()) {
    return samples;
  }
  assert(scratch.size() >= samples.size());
  std::ranges::transform(samples, scratch.begin(),
                         [this](std::size_t sample) { return (*this)[sample].first; });
  return scratch.first(samples.size());
}

}  // namespace infomax::model
