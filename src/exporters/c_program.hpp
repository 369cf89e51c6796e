// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// @file
/// An encoder as calls of functions of C, one after another, for one row: what emitters of layers
/// build, and what c_file.hpp writes. In texts of C an @ stands for the prefix of all names.

namespace infomax::exporters {

/// A value of a row, its axes in the order of its shape, by its number; 0 is the row itself.
using CValue = std::size_t;

/// How a window moves over the places of an image [C,H,W], or of a signal [C,T], whose height is 1.
struct CWindow {
  std::size_t channels, height, width;      ///< of the image
  std::size_t rows, columns;                ///< positions of the window
  std::size_t kernel_height, kernel_width;  ///< places that it covers
  std::size_t stride, pad_height, pad_width;
};

/// What stands in the file once and never changes.
struct CConstant {
  std::string name;  ///< without the prefix
  std::variant<std::vector<float>, std::vector<double>, CWindow> value;
};

/// A call of a function, which writes one value.
struct CCall {
  std::string_view function = {};           ///< of c_functions.hpp
  std::vector<CValue> inputs = {};          ///< its first arguments
  std::vector<std::string> arguments = {};  ///< those after them: sizes and constants
  bool in_place = false;  ///< whether it may write where its first input lies, of the same size
  CValue output = 0;      ///< its last argument; the program sets it
};

/// The calls and constants of an encoder.
class CProgram {
 public:
  /// A program for rows of so many numbers.
  explicit CProgram(std::size_t inputs) : sizes_{inputs} {}

  /// Appends a call and returns its value, which has `size` numbers.
  CValue add(CCall call, std::size_t size);

  /// Adds a constant and returns the argument that names it.
  std::string add(CConstant constant);

  [[nodiscard]] const std::vector<CCall>& calls() const { return calls_; }
  [[nodiscard]] const std::vector<CConstant>& constants() const { return constants_; }
  /// The numbers of each value.
  [[nodiscard]] const std::vector<std::size_t>& sizes() const { return sizes_; }

 private:
  std::vector<CCall> calls_;
  std::vector<CConstant> constants_;
  std::vector<std::size_t> sizes_;
};

/// Where the values of a program lie while they are needed.
struct CLayout {
  std::vector<std::size_t> places;  ///< of each value within the scratch memory
  std::size_t scratch = 0;          ///< floats of scratch memory
};

/// Gives values the memory that nobody reads any more. Neither the row nor the last value, which is
/// the output, has a place.
[[nodiscard]] CLayout lay_out(const CProgram& program);

}  // namespace infomax::exporters
