// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/model/arithmetic.hpp"

#include <fmt/format.h>
#if defined(__GLIBC__)
#include <gnu/libc-version.h>
#endif

#include "infomax/core/error.hpp"
#include "infomax/core/version.hpp"
#include "infomax/math/blas_runtime.hpp"
#include "infomax/math/elementwise.hpp"
#include "infomax/mpi/failure.hpp"

namespace infomax::model {
namespace {

std::string c_library() {
#if defined(__GLIBC__)
  return fmt::format("glibc {}", gnu_get_libc_version());
#else
  return "unknown";
#endif
}

/// Whoever chose them, the processor or the user.
std::string kernels() {
  const std::string name = math::blas_kernel();
  return name.substr(0, name.find(' '));
}

}  // namespace

Settings arithmetic(math::Products products) {
  Settings settings{{"program_version", version},
                    {"blas_version", math::blas_version()},
                    {"blas_kernel", kernels()},
                    {"vector_instructions", math::vector_instructions()},
                    {"c_library", c_library()}};
  if (products != math::Products::blas) {
    settings["products"] = math::describe(products);
  }
  return settings;
}

std::string arithmetic_text(math::Products products) {
  std::string text;
  for (const auto& [name, value] : arithmetic(products)) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, value);
  }
  return text;
}

void require_one_arithmetic(const mpi::Communicator& communicator, math::Products products) {
  const std::string mine = arithmetic_text(products);
  const std::string root = communicator.broadcast(mine, 0);
  mpi::together(communicator, [&] {
    if (mine != root) {
      throw SystemError(fmt::format(
          "`reproducible` needs the same arithmetic on every rank, and it is {} here, but {} on "
          "rank 0; use nodes of one kind",
          mine, root));
    }
  });
}

}  // namespace infomax::model
