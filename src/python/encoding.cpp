// SPDX-License-Identifier: BSD-3-Clause
#include <memory>
#include <utility>
#include <vector>

#include <pybind11/numpy.h>

#include "infomax/analysis/encode.hpp"
#include "infomax/measure/threads.hpp"
#include "infomax/mpi/failure.hpp"
#include "python/analysis.hpp"
#include "python/source.hpp"

namespace infomax::python {
namespace {

namespace py = pybind11;

/// All representations, and the shape of one of them.
template <math::Real T>
struct Encoded {
  Buffer<T> all;
  std::vector<std::size_t> shape;  // [N, q] or [N, T, q / T]
};

/// Collective. Each rank encodes its shard and sends it to the others.
template <math::Real T>
Encoded<T> encode_in(const mpi::Communicator& communicator, const model::StoredModel& stored,
                     data::Datasets& rows, const analysis::EncoderOptions& options) {
  const auto model = model::to_model<T>(analysis::fitted_to(stored, options, rows));
  analysis::Encoder<T> encoder(model, options);
  const data::Blocks blocks(rows.shape(encoder.path()).rows);
  WorkProgress progress(ProgressMode::none, "encoding");
  const auto own = analysis::encode_rows(communicator, rows, blocks, encoder, progress);
  const std::size_t columns = encoder.columns();
  Encoded<T> encoded;
  encoded.shape = encoder.shape();
  encoded.shape.insert(encoded.shape.begin(), blocks.rows());
  mpi::together(communicator, [&] { encoded.all.resize(blocks.rows() * columns); });
  for (int rank = 0; rank < communicator.size(); ++rank) {
    const auto shard = blocks.shard(rank, communicator.size());
    const auto part =
        std::span<T>(encoded.all).subspan(shard.first_row * columns, shard.row_count * columns);
    if (rank == communicator.rank()) {
      const auto elements = own.with_elements([](auto span) { return std::as_bytes(span); });
      std::ranges::copy(elements, std::as_writable_bytes(part).begin());
    }
    communicator.broadcast(part, rank);
  }
  return encoded;
}

/// An array of Python's that owns what was encoded.
template <math::Real T>
py::object to_array(Encoded<T> encoded) {
  auto owned = std::make_unique<Buffer<T>>(std::move(encoded.all));
  Buffer<T>& buffer = *owned;
  const py::capsule owner(owned.release(),
                          [](void* freed) { delete static_cast<Buffer<T>*>(freed); });
  return py::array_t<T>(encoded.shape, buffer.data(), owner);
}

template <math::Real T>
py::object encode_by(const model::StoredModel& stored, const py::object& rows, const Texts& texts,
                     const PythonCommunicator& given) {
  Source source(rows);
  std::optional<Encoded<T>> encoded;
  {
    const ProcessState kept;
    const py::gil_scoped_release without;
    const auto communicator = ranks_of(given);
    analysis::EncoderOptions options;
    mpi::together(communicator, [&] { set(analysis::encoder_fields(), texts, options); });
    DatasetNames names;
    if (source.is_memory()) {
      options.path = names.x;  // whatever the rows were called in training
    }
    (void)measure::choose_threads(communicator, 0);
    encoded = encode_in<T>(communicator, stored, source.open(communicator, names), options);
    source.close();
  }
  return to_array(*std::move(encoded));
}

}  // namespace

py::object encode(const model::StoredModel& stored, const py::object& rows, const Texts& texts,
                  const PythonCommunicator& communicator) {
  return stored.settings.at("precision") == "float"
             ? encode_by<float>(stored, rows, texts, communicator)
             : encode_by<double>(stored, rows, texts, communicator);
}

}  // namespace infomax::python
