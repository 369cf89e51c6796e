// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/math/products.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <tuple>
#include <utility>

#include "infomax/core/error.hpp"
#include "infomax/core/stopwatch.hpp"
#include "infomax/math/blas_runtime.hpp"
#include "math/float_product.hpp"
#include "math/onednn.hpp"

namespace infomax::math {
namespace {

thread_local Products chosen = Products::blas;

/// The shapes that products of a training have, most often. Sequences of many lengths have more, of
/// which those that come late remain BLAS's.
constexpr std::size_t most_trials = 1024;

/// Products by either library before one is chosen for the shape. The first by oneDNN compiles.
constexpr int trials = 4;

using ShapeKey = std::tuple<std::size_t, std::size_t, std::size_t, Transpose, Transpose, bool>;

/// The best times of either library at a shape.
struct Trial {
  int done = 0;
  double blas_s = std::numeric_limits<double>::infinity();
  double onednn_s = std::numeric_limits<double>::infinity();
};

/// What a shape's products have shown so far; null where there are too many shapes.
Trial* trial_of(const FloatProduct& product) {
  thread_local std::map<ShapeKey, Trial> known;
  const ShapeKey key{product.c.rows(),    product.c.columns(), product.inner(),
                     product.transpose_a, product.transpose_b, product.adds};
  const auto found = known.find(key);
  if (found != known.end()) {
    return &found->second;
  }
  return known.size() < most_trials ? &known[key] : nullptr;
}

/// Computes by the faster library, or, as long as it is not known, by either in turns. Every
/// product counts: a trial costs no more than the difference of the two.
void multiply_by_the_faster(const FloatProduct& product) {
  Trial* const trial = trial_of(product);
  if (trial == nullptr) {
    return multiply_by_blas(product);
  }
  const bool decided = trial->done == 2 * trials;
  const bool by_onednn = decided ? trial->onednn_s < trial->blas_s : trial->done % 2 == 0;
  const Stopwatch stopwatch;
  const bool done = by_onednn && onednn::multiply(product);
  if (!done) {
    multiply_by_blas(product);
  }
  if (!decided) {
    double& best_s = by_onednn ? trial->onednn_s : trial->blas_s;
    best_s = std::min(best_s, stopwatch.elapsed_s());
    ++trial->done;
  }
}

/// "oneDNN 2.6.3 (avx512_core_bf16)"
std::string onednn_with_instructions() {
  return onednn::version() + " (" + onednn::instructions() + ")";
}

}  // namespace

ProductScope::ProductScope(Products products) : before_(std::exchange(chosen, products)) {}

ProductScope::~ProductScope() { chosen = before_; }

Products products() { return chosen; }

void multiply_as_chosen(const FloatProduct& product) {
  switch (chosen) {
    case Products::fastest:
      return multiply_by_the_faster(product);
    case Products::onednn:
      if (onednn::multiply(product)) {
        return;
      }
      break;
    case Products::bfloat16:
      if (onednn::multiply_bfloat16(product)) {
        return;
      }
      break;
    case Products::blas:
      break;
  }
  multiply_by_blas(product);
}

bool multiplies_bfloat16() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512bf16") != 0;
#else
  return false;
#endif
}

std::string onednn_version() { return onednn::version(); }

std::string describe(Products products) {
  switch (products) {
    case Products::onednn:
      return onednn_with_instructions();
    case Products::fastest:
      return blas_version() + " or " + onednn_with_instructions();
    case Products::bfloat16:
      return "bfloat16 by " + onednn_with_instructions();
    case Products::blas:
      break;
  }
  return blas_version();
}

void require_products(Products products) {
  if (products == Products::blas) {
    return;
  }
  if (products == Products::bfloat16 && !multiplies_bfloat16()) {
    throw SystemError(
        "this processor does not multiply bfloat16 numbers (it lacks AVX512-BF16), so they would "
        "be slower than floats; use `precision` float");
  }
  if (const std::string missing = onednn::missing(); !missing.empty()) {
    throw SystemError(missing);
  }
}

}  // namespace infomax::math
