// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <vector>

/// Small dense linear algebra in long double, by textbook algorithms and without a library.
namespace infomax::reference {

using Real = long double;
using Table = std::vector<std::vector<Real>>;  // rows of equal length

inline Table zeros(std::size_t rows, std::size_t columns) {
  return Table(rows, std::vector<Real>(columns, 0));
}

inline Table transposed(const Table& x) {
  Table result = zeros(x[0].size(), x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    for (std::size_t j = 0; j < x[0].size(); ++j) {
      result[j][i] = x[i][j];
    }
  }
  return result;
}

inline Table product(const Table& x, const Table& y) {
  Table result = zeros(x.size(), y[0].size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    for (std::size_t k = 0; k < y.size(); ++k) {
      for (std::size_t j = 0; j < y[0].size(); ++j) {
        result[i][j] += x[i][k] * y[k][j];
      }
    }
  }
  return result;
}

inline Table scaled(Table x, Real factor) {
  for (auto& row : x) {
    for (Real& value : row) {
      value *= factor;
    }
  }
  return x;
}

inline Table added(Table x, const Table& y) {
  for (std::size_t i = 0; i < x.size(); ++i) {
    for (std::size_t j = 0; j < x[0].size(); ++j) {
      x[i][j] += y[i][j];
    }
  }
  return x;
}

inline Real trace(const Table& x) {
  Real sum = 0;
  for (std::size_t j = 0; j < x.size(); ++j) {
    sum += x[j][j];
  }
  return sum;
}

inline Real frobenius(const Table& x) {
  Real sum = 0;
  for (const auto& row : x) {
    for (const Real value : row) {
      sum += value * value;
    }
  }
  return std::sqrt(sum);
}

inline std::vector<Real> column_means(const Table& x) {
  std::vector<Real> means(x[0].size(), 0);
  for (const auto& row : x) {
    for (std::size_t j = 0; j < row.size(); ++j) {
      means[j] += row[j];
    }
  }
  for (Real& mean : means) {
    mean /= static_cast<Real>(x.size());
  }
  return means;
}

inline Table centred(Table x) {
  const std::vector<Real> means = column_means(x);
  for (auto& row : x) {
    for (std::size_t j = 0; j < row.size(); ++j) {
      row[j] -= means[j];
    }
  }
  return x;
}

inline Table covariance(const Table& a, const Table& b) {
  return scaled(product(transposed(centred(a)), centred(b)), 1 / static_cast<Real>(a.size()));
}

/// x = u diag(values) v^T by one-sided Jacobi rotations: u [m, k], v [n, k], k = min(m, n),
/// descending.
struct Singular {
  Table u;
  std::vector<Real> values;
  Table v;
};

inline Singular singular_values(const Table& x) {
  if (x.size() < x[0].size()) {
    Singular other = singular_values(transposed(x));
    return {std::move(other.v), std::move(other.values), std::move(other.u)};
  }
  const std::size_t n = x[0].size();
  Table columns = transposed(x);  // rotated until orthogonal
  Table v = zeros(n, n);          // its columns as rows
  for (std::size_t j = 0; j < n; ++j) {
    v[j][j] = 1;
  }
  const auto dot = [](const std::vector<Real>& s, const std::vector<Real>& t) {
    return std::inner_product(s.begin(), s.end(), t.begin(), Real{0});
  };
  const auto rotate = [](std::vector<Real>& s, std::vector<Real>& t, Real cosine, Real sine) {
    for (std::size_t i = 0; i < s.size(); ++i) {
      const Real first = s[i];
      s[i] = cosine * first - sine * t[i];
      t[i] = sine * first + cosine * t[i];
    }
  };
  for (int sweep = 0; sweep < 60; ++sweep) {
    for (std::size_t j = 0; j < n; ++j) {
      for (std::size_t k = j + 1; k < n; ++k) {
        const Real mixed = dot(columns[j], columns[k]);
        if (mixed == 0) {
          continue;
        }
        const Real ratio =
            (dot(columns[k], columns[k]) - dot(columns[j], columns[j])) / (2 * mixed);
        const Real tangent =
            (ratio < 0 ? -1 : 1) / (std::abs(ratio) + std::sqrt(1 + ratio * ratio));
        const Real cosine = 1 / std::sqrt(1 + tangent * tangent);
        rotate(columns[j], columns[k], cosine, cosine * tangent);
        rotate(v[j], v[k], cosine, cosine * tangent);
      }
    }
  }
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto length = [&](std::size_t j) { return std::sqrt(dot(columns[j], columns[j])); };
  std::ranges::sort(order, [&](std::size_t j, std::size_t k) { return length(j) > length(k); });
  Table u;
  Table sorted_v;
  std::vector<Real> values;
  for (const std::size_t j : order) {
    values.push_back(length(j));
    u.push_back(columns[j]);
    for (Real& value : u.back()) {
      value /= values.back() == 0 ? 1 : values.back();
    }
    sorted_v.push_back(v[j]);
  }
  return {transposed(u), values, transposed(sorted_v)};
}

/// x^(-1/2) of a symmetric, positive definite x, whose singular vectors are its eigenvectors.
inline Table inverse_square_root(const Table& x) {
  const Singular s = singular_values(x);
  Table weighted = s.u;
  for (auto& row : weighted) {
    for (std::size_t k = 0; k < row.size(); ++k) {
      row[k] /= std::sqrt(s.values[k]);
    }
  }
  return product(weighted, transposed(s.u));
}

}  // namespace infomax::reference
