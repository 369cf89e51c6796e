// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>

#include "infomax/analysis/encoder.hpp"
#include "infomax/core/field_text.hpp"
#include "infomax/model/model_file.hpp"

/// Encoders for other programs: as files of ONNX, which runtimes execute, and of NumPy.
namespace infomax::exporters {

/// The formats that encoders are exported in.
enum class ExportFormat : std::uint8_t {
  onnx,  ///< preprocessing and network as a graph of ONNX
  npz    ///< preprocessing and weights as arrays of NumPy
};

/// Names of the formats, as a command line gives them.
inline constexpr std::array export_format_names{std::pair{"onnx", ExportFormat::onnx},
                                                std::pair{"npz", ExportFormat::npz}};

/// The format that the name of an output asks for by its ending. Throws UsageError where it asks
/// for none.
[[nodiscard]] ExportFormat export_format_of_name(const std::filesystem::path& output);

/// Throws UsageError where this build cannot write the format.
void require_format(ExportFormat format);

/// By one rank alone. Writes the part of a model that represents rows by the options (`side`,
/// `layer` and `projected`; the others mean nothing here). The file gets its name when it is whole.
/// Returns what is in it, in a few words. Throws UsageError where there is no such part, or a layer
/// has no counterpart in the format, and SystemError.
std::string export_encoder(const model::StoredModel& stored,
                           const analysis::EncoderOptions& options, ExportFormat format,
                           const std::filesystem::path& output);

}  // namespace infomax::exporters

/// By the names that users write.
template <>
struct infomax::FieldText<infomax::exporters::ExportFormat>
    : infomax::ChoiceText<infomax::exporters::ExportFormat,
                          infomax::exporters::export_format_names> {};
