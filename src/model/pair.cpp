#include "infomax/model/pair.hpp"

#include <fmt/format.h>

#include "infomax/core/error.hpp"

namespace infomax::model {

Pair parse_pair(const std::string& name) {
  if (name == "input") {
    return Pair::input;
  }
  if (name == "target") {
    return Pair::target;
  }
  throw UsageError(fmt::format("--pair is \"{}\"; it must be input or target", name));
}

std::string name_of(Pair pair) {
  switch (pair) {
    case Pair::input:
      return "input";
    case Pair::target:
      return "target";
  }
  return "";
}

}  // namespace infomax::model
