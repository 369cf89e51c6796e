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

/// Encoders for other programs: as files of ONNX, which runtimes execute, of NumPy, and of C.
namespace infomax::exporters {

/// The formats that encoders are exported in.
enum class ExportFormat : std::uint8_t {
  onnx,  ///< preprocessing and network as a graph of ONNX
  npz,   ///< preprocessing and weights as arrays of NumPy
  c      ///< preprocessing and network as a header of C99
};

/// Names of the formats, as a command line gives them.
inline constexpr std::array export_format_names{std::pair{"onnx", ExportFormat::onnx},
                                                std::pair{"npz", ExportFormat::npz},
                                                std::pair{"c", ExportFormat::c}};

/// The format that the name of an output asks for by its ending. Throws UsageError where it asks
/// for none.
[[nodiscard]] ExportFormat export_format_of_name(const std::filesystem::path& output);

/// Throws UsageError where this build cannot write the format.
void require_format(ExportFormat format);

/// What the names in a header of C begin with: `name`, or where it is empty the name of the file
/// without its ending, made a name of C. Throws UsageError where `name` is none.
[[nodiscard]] std::string c_prefix(const std::string& name, const std::filesystem::path& output);

/// By one rank alone. Writes the part of a model that represents rows by the options (`side`,
/// `layer` and `projected`; the others mean nothing here). The file gets its name when it is whole.
/// Names in a header of C begin with c_prefix() of `name`. Returns what is in it, in a few words.
/// Throws UsageError where there is no such part, or a layer has no counterpart in the format, and
/// SystemError.
std::string export_encoder(const model::StoredModel& given, const analysis::EncoderOptions& options,
                           ExportFormat format, const std::filesystem::path& output,
                           const std::string& name = {});

}  // namespace infomax::exporters

/// By the names that users write.
template <>
struct infomax::FieldText<infomax::exporters::ExportFormat>
    : infomax::ChoiceText<infomax::exporters::ExportFormat,
                          infomax::exporters::export_format_names> {};
