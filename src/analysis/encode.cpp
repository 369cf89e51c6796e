// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/analysis/encode.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>
#include <span>

#include <fmt/format.h>

#include "infomax/analysis/npy_file.hpp"
#include "infomax/core/error.hpp"
#include "infomax/data/names.hpp"
#include "infomax/hdf5/file.hpp"
#include "infomax/model/sequences.hpp"
#include "infomax/mpi/failure.hpp"
#include "infomax/mpi/pending_file.hpp"

namespace infomax::analysis {
namespace {

constexpr const char* lengths_name = "/lengths";

/// Collective. Writes the lengths of sequences, where rows have lengths, beside the representations
/// of their steps.
void write_step_counts(const mpi::Communicator& communicator, data::DatasetFile& file,
                       const data::Blocks& blocks, const std::string& path, hdf5::File& to) {
  if (!file.shape(path).has_lengths) {
    return;
  }
  const auto shard = blocks.shard(communicator.rank(), communicator.size());
  const auto lengths = file.load_lengths(path, shard);
  auto dataset = to.create_dataset(data::lengths_of("/x"), hdf5::element_type_of<std::uint32_t>(),
                                   {blocks.rows()});
  dataset.write<std::uint32_t>(shard.first_row, shard.row_count, lengths);
}

/// Throws DataError where a data set is not copied as it is.
void require_copyable(const data::DatasetShape& shape) {
  if (shape.has_lengths) {
    throw DataError(shape.where +
                    " holds sequences with lengths of their own, which are no labels");
  }
}

/// Copies a data set of the input with its element type and its names, window by window.
void copy(const mpi::Communicator& communicator, data::DatasetFile& from, const std::string& name,
          hdf5::File& to, const std::string& new_name) {
  const auto shape = from.shape(name);
  require_copyable(shape);
  std::vector<std::size_t> extent{shape.rows};
  extent.insert(extent.end(), shape.trailing.begin(), shape.trailing.end());
  auto dataset = to.create_dataset(new_name, shape.type, extent);
  for (const char* names : {data::columns_attribute, data::classes_attribute}) {
    data::write_names(to, new_name, names, from.names(name, names));
  }
  data::for_each_window(communicator, from, name, data::Blocks(shape.rows), {.tile_rows = 1024},
                        [&](const data::Rows& rows, std::span<const data::Tile> /*tiles*/) {
                          dataset.write_rows(rows.first_row(), rows.count(), rows.type(),
                                             rows.bytes());
                        });
}

/// Collective. The root writes all of it.
void write(const mpi::Communicator& communicator, const EncodedTable& table, hdf5::File& to) {
  auto dataset = to.create_dataset(table.name, hdf5::ElementType::f64, table.shape);
  const std::span<const double> values(table.values);
  const bool writes = communicator.is_root();
  dataset.write<double>(0, writes ? table.shape.front() : 0,
                        values.first(writes ? values.size() : 0));
  data::write_names(to, table.name, "rows", table.row_names);
}

template <math::Real T>
void write_hdf5(const mpi::Communicator& communicator, data::DatasetFile& file,
                const data::Blocks& blocks, Encoder<T>& encoder, const EncodingFile& output,
                const std::filesystem::path& path, WorkProgress& progress) {
  auto written = hdf5::File::create_parallel(communicator, path);
  for (const auto& [name, text] : output.attributes) {
    written.write_attribute("/", name, text);
  }
  for (const auto& [name, new_name] : output.copies) {
    copy(communicator, file, name, written, new_name);
  }
  for (const EncodedTable& table : output.tables) {
    write(communicator, table, written);
  }
  {
    auto shape = encoder.shape();
    const bool of_steps = shape.size() > 1;
    shape.insert(shape.begin(), blocks.rows());
    auto x = written.create_dataset("/x", hdf5::element_type_of<T>(), shape);
    if (of_steps) {
      write_step_counts(communicator, file, blocks, encoder.path(), written);
    }
    encode<T>(communicator, file, blocks, encoder, progress,
              [&](std::size_t first, MatrixView<const T> rows) {
                x.template write<T>(first, rows.rows(), {rows.data(), rows.size()});
              });
  }
  written.close();
}

template <math::Real T>
void require_finite(std::span<const T> encoded, std::size_t columns, const data::Rows& rows) {
  const auto found = std::ranges::find_if(encoded, [](T x) { return !std::isfinite(x); });
  if (found != encoded.end()) {
    const auto row = static_cast<std::size_t>(found - encoded.begin()) / columns;
    throw NumericError(
        fmt::format("the representation of row {} of {} is not finite; check that the data has the "
                    "scale of the training data, or train with `normalize` standardize or "
                    "`precision` double",
                    rows.first_row() + row, rows.where()));
  }
}

template <math::Real T>
void write_npy(const mpi::Communicator& communicator, data::DatasetFile& file,
               const data::Blocks& blocks, Encoder<T>& encoder, const std::filesystem::path& path,
               WorkProgress& progress) {
  NpyFile<T> written(communicator, path, blocks.rows(), encoder.columns());
  encode<T>(communicator, file, blocks, encoder, progress,
            [&](std::size_t first, MatrixView<const T> rows) {
              written.write(first, {rows.data(), rows.size()});
            });
  written.close();
}

}  // namespace

EncodingFormat format_of_name(const std::filesystem::path& output) {
  const std::string extension = output.extension().string();
  if (same_name(extension, ".npy")) {
    return EncodingFormat::npy;
  }
  for (const char* other : {".csv", ".tsv", ".txt", ".json", ".npz", ".mat", ".parquet", ".gz"}) {
    if (same_name(extension, other)) {
      throw UsageError(fmt::format(
          "`output` is {}, and {} is no format that is written; name a file that ends in .h5 or "
          ".npy, or give `format`",
          output.string(), extension));
    }
  }
  return EncodingFormat::hdf5;
}

template <math::Real T>
void encode(const mpi::Communicator& communicator, data::Datasets& file, const data::Blocks& blocks,
            Encoder<T>& encoder, WorkProgress& progress, const Sink<T>& sink) {
  const auto shard = blocks.shard(communicator.rank(), communicator.size());
  const auto shape = file.shape(encoder.path());
  data::WindowSize window{.tile_rows = encoder.micro_batch()};
  // The representations of a window also take memory.
  const std::size_t in_bytes = shape.features * hdf5::size(shape.type);
  window.bytes = window.bytes / (in_bytes + encoder.columns() * sizeof(T)) * in_bytes;
  Buffer<T> encoded;
  std::size_t done = 0;
  data::for_each_window(
      communicator, file, encoder.path(), blocks, window,
      [&](const data::Rows& rows, std::span<const data::Tile> tiles) {
        model::require_tokens(communicator, encoder.member().network.spec(), rows);
        mpi::together(communicator, [&] {
          encoded.resize(rows.count() * encoder.columns());
          encoder.encode(rows, tiles, {encoded.data(), rows.count(), encoder.columns()});
          require_finite<T>(encoded, encoder.columns(), rows);
        });
        sink(rows.first_row(), {encoded.data(), rows.count(), encoder.columns()});
        done += rows.count();
        progress.reach(done, std::max<std::size_t>(1, shard.row_count));
      });
  progress.finish();
}

template <math::Real T>
data::Rows encode_rows(const mpi::Communicator& communicator, data::Datasets& file,
                       const data::Blocks& blocks, Encoder<T>& encoder, WorkProgress& progress) {
  const auto shard = blocks.shard(communicator.rank(), communicator.size());
  const auto shape = file.shape(encoder.path());
  std::optional<data::Rows> all;
  mpi::together(communicator, [&] {
    all.emplace("representations of " + shape.where, hdf5::element_type_of<T>(),
                std::vector{encoder.columns()}, shard.first_row, shard.row_count);
  });
  encode<T>(communicator, file, blocks, encoder, progress,
            [&](std::size_t first, MatrixView<const T> rows) {
              if (!rows.empty()) {
                std::memcpy(
                    all->bytes().data() + (first - shard.first_row) * encoder.columns() * sizeof(T),
                    rows.data(), rows.size() * sizeof(T));
              }
            });
  return std::move(*all);
}

template <math::Real T>
EncodedShard<T> encode_model(const mpi::Communicator& communicator, const model::Model<T>& model,
                             data::Datasets& source, const EncoderOptions& options) {
  Encoder<T> encoder(model, options);
  source.expect_sequences(
      encoder.path(),
      {.padding_value = model::PairSettings::from_settings(model.settings).padding_value,
       .least_steps = encoder.member().network.input_shape().extents().front()});
  const data::Blocks blocks(source.shape(encoder.path()).rows);
  const auto shard = blocks.shard(communicator.rank(), communicator.size());
  EncodedShard<T> encoded{shard.first_row, {}};
  mpi::together(communicator,
                [&] { encoded.rows = Matrix<T>(shard.row_count, encoder.columns()); });
  WorkProgress progress(ProgressMode::none, "encoding");
  encode<T>(communicator, source, blocks, encoder, progress,
            [&](std::size_t first, MatrixView<const T> rows) {
              std::copy_n(rows.data(), rows.size(),
                          encoded.rows.data() + (first - shard.first_row) * encoder.columns());
            });
  return encoded;
}

std::optional<std::string> obstacle_to_copy(const mpi::Communicator& communicator,
                                            const std::filesystem::path& path,
                                            const std::string& name, const data::DatasetShape& x) {
  // Of its own, because what fails to be read closes its file.
  data::DatasetFile file(communicator, path);
  try {
    const bool has_labels = name != lengths_name;
    if (has_labels) {
      file.expect_labels(name);
    }
    const auto shape = file.shape(name);
    require_copyable(shape);
    if (has_labels) {
      data::require_equal_rows(x, shape);
    }
    data::for_each_window(communicator, file, name, data::Blocks(shape.rows), {.tile_rows = 1024},
                          [](const data::Rows&, std::span<const data::Tile>) {});
  } catch (const Error& error) {
    if (error.exit_code() != ExitCode::data) {
      throw;
    }
    return error.what();
  }
  return std::nullopt;
}

template <math::Real T>
std::size_t encode_file(const mpi::Communicator& communicator, data::DatasetFile& file,
                        Encoder<T>& encoder, const EncodingFile& output, WorkProgress& progress) {
  const auto shape = file.shape(encoder.path());
  for (const auto& [name, new_name] : output.copies) {
    if (new_name != lengths_name) {
      file.expect_labels(name);
      data::require_equal_rows(shape, file.shape(name));
    }
  }
  const data::Blocks blocks(shape.rows);
  mpi::PendingFile pending(communicator, output.path);
  pending.require_room(std::uintmax_t{shape.rows} * encoder.columns() * sizeof(T));
  if (output.format == EncodingFormat::hdf5) {
    write_hdf5(communicator, file, blocks, encoder, output, pending.path(), progress);
  } else {
    write_npy(communicator, file, blocks, encoder, pending.path(), progress);
  }
  pending.commit();
  return shape.rows;
}

#define INFOMAX_INSTANTIATE(T)                                                                   \
  template EncodedShard<T> encode_model<T>(const mpi::Communicator&, const model::Model<T>&,     \
                                           data::Datasets&, const EncoderOptions&);              \
  template void encode<T>(const mpi::Communicator&, data::Datasets&, const data::Blocks&,        \
                          Encoder<T>&, WorkProgress&, const Sink<T>&);                           \
  template data::Rows encode_rows<T>(const mpi::Communicator&, data::Datasets&,                  \
                                     const data::Blocks&, Encoder<T>&, WorkProgress&);           \
  template std::size_t encode_file<T>(const mpi::Communicator&, data::DatasetFile&, Encoder<T>&, \
                                      const EncodingFile&, WorkProgress&);
INFOMAX_INSTANTIATE(float)
INFOMAX_INSTANTIATE(double)
#undef INFOMAX_INSTANTIATE

}  // namespace infomax::analysis
