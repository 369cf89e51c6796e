// SPDX-License-Identifier: BSD-3-Clause
// What was tried to make the matrix products of a step faster than BLAS makes them as they stand,
// each beside the plain product and by turns with it, at the shapes of 784-1024-1024 with 2,048
// rows a rank:
//   strassen  one level of Strassen and Winograd: 7 products of half the size for 8
//   padded    rows 64 bytes further apart, so that columns do not fall into one set of the cache
//   stacked   the rows of two views of a shared network in one product, for two
//   onednn    the same product by oneDNN, in float
//   bf16      by oneDNN, of factors rounded to bfloat16 each time, and its rounding error
// Start it alone, or by mpirun for all ranks at once; OPENBLAS_CORETYPE chooses the kernels.
#include <cmath>
#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include <fmt/format.h>

#include "infomax/core/matrix.hpp"
#include "infomax/core/random.hpp"
#include "infomax/core/stopwatch.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/math/blas_runtime.hpp"
#include "infomax/math/products.hpp"
#include "infomax/measure/timing.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/mpi/environment.hpp"

namespace infomax {
namespace {

using math::Transpose;
using View = MatrixView<float>;
using ConstView = MatrixView<const float>;

constexpr int repeats = 21;

struct Product {
  const char* name;
  Transpose transpose_a;
  Transpose transpose_b;
  std::size_t m, n, k;
};

constexpr Product products[] = {
    {"y = x W, first layer", Transpose::no, Transpose::no, 2048, 1024, 784},
    {"y = x W, second", Transpose::no, Transpose::no, 2048, 1024, 1024},
    {"dW = x' dz, first", Transpose::yes, Transpose::no, 784, 1024, 2048},
    {"dW = x' dz, second", Transpose::yes, Transpose::no, 1024, 1024, 2048},
    {"dx = dz W', second", Transpose::no, Transpose::yes, 2048, 1024, 1024},
    {"y = x W, 64 outputs", Transpose::no, Transpose::no, 2048, 64, 1024},
    {"dW = x' dz, 64", Transpose::yes, Transpose::no, 1024, 64, 2048},
    {"dx = dz W', 64", Transpose::no, Transpose::yes, 2048, 1024, 64},
    {"y = x W, 128 rows", Transpose::no, Transpose::no, 128, 1024, 1024},
    {"dW = x' dz, 128 rows", Transpose::yes, Transpose::no, 1024, 1024, 128},
    {"dx = dz W', 128 rows", Transpose::no, Transpose::yes, 128, 1024, 1024}};

/// A matrix as op(.) shows it: the quarter (i, j) of op(x) lies at (j, i) of a transposed x.
ConstView quarter(Transpose transpose, ConstView x, std::size_t i, std::size_t j) {
  const bool turned = transpose == Transpose::yes;
  const std::size_t rows = x.rows() / 2;
  const std::size_t columns = x.columns() / 2;
  return {x.data() + (turned ? j : i) * rows * x.stride() + (turned ? i : j) * columns, rows,
          columns, x.stride()};
}

View quarter(View x, std::size_t i, std::size_t j) {
  return {x.data() + i * (x.rows() / 2) * x.stride() + j * (x.columns() / 2), x.rows() / 2,
          x.columns() / 2, x.stride()};
}

/// Winograd's four sums of a factor's quarters, in one pass: first = p + s q, second = first + t r,
/// third = u - v and fourth = w - second, with signs for either factor.
struct Sums {
  Sums(std::size_t rows, std::size_t columns)
      : first(rows, columns), second(rows, columns), third(rows, columns), fourth(rows, columns) {}
  Matrix<float> first, second, third, fourth;

  /// S1 = A21 + A22, S2 = S1 - A11, S3 = A11 - A21, S4 = A12 - S2.
  void of_left(ConstView a11, ConstView a12, ConstView a21, ConstView a22) {
    for (std::size_t i = 0; i < a11.rows(); ++i) {
      for (std::size_t j = 0; j < a11.columns(); ++j) {
        const float s1 = a21(i, j) + a22(i, j);
        const float s2 = s1 - a11(i, j);
        first(i, j) = s1;
        second(i, j) = s2;
        third(i, j) = a11(i, j) - a21(i, j);
        fourth(i, j) = a12(i, j) - s2;
      }
    }
  }

  /// T1 = B12 - B11, T2 = B22 - T1, T3 = B22 - B12, T4 = T2 - B21.
  void of_right(ConstView b11, ConstView b12, ConstView b21, ConstView b22) {
    for (std::size_t i = 0; i < b11.rows(); ++i) {
      for (std::size_t j = 0; j < b11.columns(); ++j) {
        const float t1 = b12(i, j) - b11(i, j);
        const float t2 = b22(i, j) - t1;
        first(i, j) = t1;
        second(i, j) = t2;
        third(i, j) = b22(i, j) - b12(i, j);
        fourth(i, j) = t2 - b21(i, j);
      }
    }
  }
};

/// One level of Strassen's product as Winograd ordered it, sums into C left to BLAS where it can.
class Strassen {
 public:
  Strassen(const Product& product, ConstView a, ConstView b)
      : product_(product),
        left_(a.rows() / 2, a.columns() / 2),
        right_(b.rows() / 2, b.columns() / 2),
        u_(product.m / 2, product.n / 2),
        p5_(product.m / 2, product.n / 2) {}

  void multiply(ConstView a, ConstView b, View c) {
    const auto a_at = [&](std::size_t i, std::size_t j) {
      return quarter(product_.transpose_a, a, i, j);
    };
    const auto b_at = [&](std::size_t i, std::size_t j) {
      return quarter(product_.transpose_b, b, i, j);
    };
    left_.of_left(a_at(0, 0), a_at(0, 1), a_at(1, 0), a_at(1, 1));
    right_.of_right(b_at(0, 0), b_at(0, 1), b_at(1, 0), b_at(1, 1));
    const View c11 = quarter(c, 0, 0);
    const View c12 = quarter(c, 0, 1);
    const View c21 = quarter(c, 1, 0);
    const View c22 = quarter(c, 1, 1);
    const View u = u_.view();

    gemm(1.0F, a_at(0, 0), b_at(0, 0), 0.0F, u);    // P1
    gemm(1.0F, a_at(0, 1), b_at(1, 0), 0.0F, c11);  // P2
    for_each(c11, [&](std::size_t i, std::size_t j) { c11(i, j) += u(i, j); });
    gemm(1.0F, left_.second.view(), right_.second.view(), 1.0F, u);         // P1 + P6
    gemm(1.0F, left_.first.view(), right_.first.view(), 0.0F, p5_.view());  // P5
    gemm(1.0F, left_.fourth.view(), b_at(1, 1), 0.0F, c12);                 // P3
    for_each(c12, [&](std::size_t i, std::size_t j) { c12(i, j) += u(i, j) + p5_(i, j); });
    gemm(1.0F, left_.third.view(), right_.third.view(), 1.0F, u);  // P1 + P6 + P7
    for_each(c22, [&](std::size_t i, std::size_t j) {
      c22(i, j) = u(i, j) + p5_(i, j);
      c21(i, j) = u(i, j);
    });
    gemm(-1.0F, a_at(1, 1), right_.fourth.view(), 1.0F, c21);  // less P4
  }

 private:
  void gemm(float alpha, ConstView a, ConstView b, float beta, View c) const {
    math::gemm<float>(product_.transpose_a, product_.transpose_b, alpha, a, b, beta, c);
  }

  template <class Each>
  static void for_each(View c, Each each) {
    for (std::size_t i = 0; i < c.rows(); ++i) {
      for (std::size_t j = 0; j < c.columns(); ++j) {
        each(i, j);
      }
    }
  }

  Product product_;
  Sums left_, right_;
  Matrix<float> u_, p5_;
};

/// Numbers of a step's size, `padding` beyond each row.
class Operand {
 public:
  Operand(std::size_t rows, std::size_t columns, std::size_t padding, std::uint64_t key)
      : storage_(rows, columns + padding), columns_(columns) {
    const CounterRandom random(3, RandomStream::pass, key, 0);
    for (std::size_t i = 0; i < rows; ++i) {
      for (std::size_t j = 0; j < columns; ++j) {
        storage_(i, j) = static_cast<float>(random.uniform(i * columns + j) - 0.5);
      }
    }
  }
  [[nodiscard]] View view() {
    return {storage_.view().data(), storage_.rows(), columns_, storage_.columns()};
  }

 private:
  Matrix<float> storage_;
  std::size_t columns_;
};

struct Operands {
  Operands(const Product& p, std::size_t padding)
      : a(p.transpose_a == Transpose::yes ? p.k : p.m, p.transpose_a == Transpose::yes ? p.m : p.k,
          padding, 1),
        b(p.transpose_b == Transpose::yes ? p.n : p.k, p.transpose_b == Transpose::yes ? p.k : p.n,
          padding, 2),
        c(p.m, p.n, padding, 3) {}
  Operand a, b, c;
};

double median(const std::vector<double>& values) { return measure::spread_of(values).median; }

/// Root mean square of c - op(a) op(b), over that of the product, by a sample of its elements.
double rounding_error(const Product& p, ConstView a, ConstView b, ConstView c) {
  double errors = 0.0;
  double squares = 0.0;
  for (std::size_t s = 0; s < 2000; ++s) {
    const std::size_t i = s * 7919 % p.m;
    const std::size_t j = s * 104'729 % p.n;
    double exact = 0.0;
    for (std::size_t l = 0; l < p.k; ++l) {
      const float left = p.transpose_a == Transpose::yes ? a(l, i) : a(i, l);
      const float right = p.transpose_b == Transpose::yes ? b(j, l) : b(l, j);
      exact += static_cast<double>(left) * static_cast<double>(right);
    }
    errors += std::pow(static_cast<double>(c(i, j)) - exact, 2);
    squares += exact * exact;
  }
  return std::sqrt(errors / squares);
}

void compare(const mpi::Communicator& world, const Product& product) {
  Operands plain(product, 0);
  Operands padded(product, 16);
  Operands strassen_operands(product, 0);
  Product doubled = product;  // twice the rows of x: a dimension of C, or the one summed over
  (product.transpose_a == Transpose::yes ? doubled.k : doubled.m) *= 2;
  Operands stacked(doubled, 0);
  Strassen strassen(product, plain.a.view(), plain.b.view());
  Operands rounded(product, 0);
  const auto gemm_of = [](const Product& p, Operands& o) {
    math::gemm<float>(p.transpose_a, p.transpose_b, 1.0F, o.a.view(), o.b.view(), 0.0F, o.c.view());
  };
  const std::vector<std::function<void()>> ways{
      [&] { gemm_of(product, plain); },
      [&] {
        strassen.multiply(strassen_operands.a.view(), strassen_operands.b.view(),
                          strassen_operands.c.view());
      },
      [&] { gemm_of(product, padded); },
      [&] { gemm_of(doubled, stacked); },
      [&] {
        const math::ProductScope scope(math::Products::onednn);
        gemm_of(product, plain);
      },
      [&] {
        const math::ProductScope scope(math::Products::bfloat16);
        gemm_of(product, rounded);
      }};
  // Those by oneDNN are BLAS's where it is missing.
  const bool has_onednn = !math::onednn_version().empty();
  std::vector<std::vector<double>> seconds(ways.size());
  for (int repeat = 0; repeat < repeats; ++repeat) {
    for (std::size_t way = 0; way < ways.size(); ++way) {
      world.barrier();
      const Stopwatch stopwatch;
      ways[way]();
      seconds[way].push_back(stopwatch.elapsed_s());
    }
  }
  const double flops = 2.0 * static_cast<double>(product.m * product.n * product.k);
  const double plain_s = median(seconds[0]);
  const auto error_of = [&](Operands& o) {
    return rounding_error(product, o.a.view(), o.b.view(), o.c.view());
  };
  if (world.is_root()) {
    fmt::print("{:<22} {:7.1f}   {:5.3f}x {:5.1f}   {:5.3f}x  {:5.3f}x", product.name,
               flops / plain_s / 1e9, plain_s / median(seconds[1]),
               error_of(strassen_operands) / error_of(plain), plain_s / median(seconds[2]),
               2.0 * plain_s / median(seconds[3]));
    if (has_onednn) {
      fmt::print("  {:5.3f}x  {:5.3f}x {:7.1e}", plain_s / median(seconds[4]),
                 plain_s / median(seconds[5]), error_of(rounded));
    }
    fmt::print("\n");
  }
}

}  // namespace
}  // namespace infomax

int main(int argc, char** argv) {
  using namespace infomax;
  const mpi::Environment environment(argc, argv);
  const auto world = mpi::Communicator::world();
  math::set_blas_threads(1);
  if (world.is_root()) {
    fmt::print("{} kernels, ranks {}; speed against the plain product, medians of {}\n",
               math::blas_kernel(), world.size(), repeats);
    fmt::print(
        "product                Gflop/s  strassen error   padded stacked  onednn    bf16   "
        "error\n");
  }
  for (const auto& product : products) {
    compare(world, product);
  }
}
