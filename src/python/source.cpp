// SPDX-License-Identifier: BSD-3-Clause
#include "python/source.hpp"

#include <stdexcept>

#include "infomax/mpi/failure.hpp"

namespace infomax::python {
namespace {

namespace py = pybind11;

hdf5::ElementType element_type(const py::array& array) {
  const auto bytes = static_cast<std::size_t>(array.itemsize());
  switch (array.dtype().kind()) {
    case 'f':
      return bytes == sizeof(float) ? hdf5::ElementType::f32 : hdf5::ElementType::f64;
    case 'i':
      return hdf5::integer_type(true, bytes);
    case 'u':
      return hdf5::integer_type(false, bytes);
    default:
      throw std::logic_error("an array that was not prepared");
  }
}

std::string dataset_of(const std::string& what, const DatasetNames& names) {
  const std::string& rows = what.starts_with("y") ? names.y : names.x;
  if (what.ends_with("_lengths")) {
    return data::lengths_of(rows);
  }
  if (what.ends_with("_offsets")) {
    return data::offsets_of(rows);
  }
  if (what == "lengths") {
    return names.lengths;
  }
  if (what != "x" && what != "y") {
    throw std::logic_error("there is no data set of this kind: " + what);
  }
  return rows;
}

}  // namespace

Source::Source(const py::object& given) {
  if (py::isinstance<py::str>(given)) {
    path_ = given.cast<std::string>();
    return;
  }
  if (given.is_none()) {
    return;
  }
  for (const auto& [what, value] : given.cast<py::dict>()) {
    auto array = value.cast<py::array>();
    std::vector<std::size_t> trailing;
    for (py::ssize_t axis = 1; axis < array.ndim(); ++axis) {
      trailing.push_back(static_cast<std::size_t>(array.shape(axis)));
    }
    const std::span<const std::byte> bytes(static_cast<const std::byte*>(array.data()),
                                           static_cast<std::size_t>(array.nbytes()));
    const auto type = element_type(array);
    arrays_.push_back(
        {what.cast<std::string>(), type, bytes, std::move(trailing), std::move(array)});
  }
}

data::Datasets& Source::open(const mpi::Communicator& communicator, const DatasetNames& names) {
  if (!is_memory()) {
    file_ = std::make_unique<data::DatasetFile>(communicator, path_);
    return *file_;
  }
  memory_ = std::make_unique<data::MemoryDatasets>(communicator);
  memory_->keep_in_place();  // as long as this source, which outlives what a call makes of it
  mpi::together(communicator, [&] {
    for (const Given& given : arrays_) {
      hdf5::with_element_type(given.type, [&]<class T>(std::type_identity<T> /*element*/) {
        const std::span<const T> elements(reinterpret_cast<const T*>(given.bytes.data()),
                                          given.bytes.size() / sizeof(T));
        memory_->add<T>(dataset_of(given.what, names), elements, given.trailing);
      });
    }
  });
  return *memory_;
}

void Source::close() {
  if (file_) {
    file_->close();
  }
}

}  // namespace infomax::python
