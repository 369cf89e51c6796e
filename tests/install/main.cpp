// SPDX-License-Identifier: BSD-3-Clause
#include <cstdint>
#include <cstdio>

#include "infomax/core/matrix.hpp"
#include "infomax/core/random.hpp"
#include "infomax/core/version.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/mpi/environment.hpp"

/// Counts the negative diagonal elements of x^T x, of which there are none.
int main() {
  const infomax::CounterRandom random(1, infomax::RandomStream::generation);
  infomax::Matrix<double> x(5, 3);
  std::uint64_t drawn = 0;
  for (double& value : x.span()) {
    value = random.normal(drawn++);
  }
  infomax::Matrix<double> gram(3, 3);
  infomax::math::syrk(1.0, x.view(), 0.0, gram.view());

  int negative = 0;
  for (std::size_t i = 0; i < gram.rows(); ++i) {
    negative += gram(i, i) > 0.0 ? 0 : 1;
  }
  std::printf("infomax %s on %s\n", infomax::version, infomax::mpi::library_version().c_str());
  return negative;
}
