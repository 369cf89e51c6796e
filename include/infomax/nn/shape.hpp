// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace infomax::nn {

/// The axes of one sample, outermost first: [D] features, [C,H,W] an image of C channels, [T,F] a
/// sequence of T steps with F features each, where T may vary from sample to sample. A sample lies
/// in memory as one row of size() numbers, the last axis fastest.
class Shape {
 public:
  /// The extent of an axis that varies from sample to sample.
  static constexpr std::size_t varying = std::numeric_limits<std::size_t>::max();

  Shape() = default;
  /// [features]. Not explicit: a number of features is a shape.
  Shape(std::size_t features) : extents_{features} {}
  /// Extents are positive or `varying`. Without extents the shape is [1], as for a data set [N].
  explicit Shape(std::vector<std::size_t> extents);

  /// The extent of each axis, outermost first; `varying` where it varies.
  [[nodiscard]] const std::vector<std::size_t>& extents() const { return extents_; }
  [[nodiscard]] std::size_t axes() const { return extents_.size(); }  ///< number of axes
  [[nodiscard]] bool varies() const;                                  ///< whether any axis does

  /// The number of elements of a sample. Throws std::logic_error if an axis varies.
  [[nodiscard]] std::size_t size() const;

  /// True if all extents are equal.
  friend bool operator==(const Shape&, const Shape&) = default;

 private:
  std::vector<std::size_t> extents_;
};

/// "[3,32,32]"; an axis that varies is "T": "[T,40]".
[[nodiscard]] std::string to_string(const Shape& shape);

/// The inverse of to_string. Throws UsageError.
[[nodiscard]] Shape parse_shape(std::string_view text);

}  // namespace infomax::nn
