// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/analysis/npy_file.hpp"

#include <array>
#include <bit>

#include <fmt/format.h>

namespace infomax::analysis {

static_assert(std::endian::native == std::endian::little,
              "rows are written as they are in memory, and the header declares little-endian");

std::string npy_header(std::string_view type, std::span<const std::size_t> shape) {
  // Six bytes of magic, two of version, two of the length of the text that follows.
  constexpr std::size_t preamble = 10;
  constexpr std::size_t alignment = 64;
  // A tuple of Python, which needs its last comma where it has one number.
  std::string extents;
  for (const std::size_t extent : shape) {
    extents += fmt::format("{}, ", extent);
  }
  if (shape.size() > 1) {
    extents.resize(extents.size() - 2);
  }
  std::string dictionary =
      fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}", type, extents);
  const std::size_t unpadded = preamble + dictionary.size() + 1;
  dictionary.append((alignment - unpadded % alignment) % alignment, ' ');
  dictionary += '\n';
  std::string header = "\x93NUMPY";
  header += '\x01';
  header += '\x00';
  header += static_cast<char>(dictionary.size() % 256);
  header += static_cast<char>(dictionary.size() / 256);
  return header + dictionary;
}

std::string npy_header(std::size_t element_bytes, std::size_t rows, std::size_t columns) {
  return npy_header(fmt::format("<f{}", element_bytes), std::array{rows, columns});
}

template <math::Real T>
NpyFile<T>::NpyFile(const mpi::Communicator& communicator, const std::filesystem::path& path,
                    std::size_t rows, std::size_t columns)
    : file_(communicator, path), columns_(columns) {
  const std::string header = npy_header(sizeof(T), rows, columns);
  header_bytes_ = header.size();
  const auto bytes = std::as_bytes(std::span(header));
  file_.write_at(0, communicator.is_root() ? bytes : bytes.first(0));
}

template <math::Real T>
void NpyFile<T>::write(std::size_t first, std::span<const T> rows) {
  file_.write_at(header_bytes_ + first * columns_ * sizeof(T), std::as_bytes(rows));
}

template class NpyFile<float>;
template class NpyFile<double>;

}  // namespace infomax::analysis
