#pragma once

#include <cstdint>
#include <string>

namespace infomax::model {

/// Which two sides, a and b, the objective compares. f is the network `b`, x the preprocessed rows.
enum class Pair : std::uint8_t {
  input,   ///< a = x, b = f(x)
  target,  ///< a = y (one-hot where y holds classes), b = f(x)
};

/// Throws UsageError naming the choices.
[[nodiscard]] Pair parse_pair(const std::string& name);

[[nodiscard]] std::string name_of(Pair pair);

}  // namespace infomax::model
