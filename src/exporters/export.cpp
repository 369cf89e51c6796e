// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/exporters/export.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <functional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "exporters/c_export.hpp"
#include "exporters/encoder_graph.hpp"
#include "exporters/npz_export.hpp"
#include "exporters/onnx_file.hpp"
#include "exporters/represented_part.hpp"
#include "infomax/core/error.hpp"
#include "infomax/core/pending_file.hpp"
#include "infomax/core/progress_line.hpp"
#include "infomax/model/view_shapes.hpp"

namespace infomax::exporters {
namespace {

/// "x [N,28,28]"
std::string describe(const OnnxPort& port) {
  std::vector<std::string> axes;
  for (const auto& axis : port.axes) {
    const auto* const extent = std::get_if<std::int64_t>(&axis);
    axes.push_back(extent != nullptr ? fmt::format("{}", *extent) : std::get<std::string>(axis));
  }
  return fmt::format("{} [{}]", port.name, fmt::join(axes, ","));
}

std::string describe(const std::vector<OnnxPort>& ports) {
  std::string text;
  for (const auto& port : ports) {
    text += (text.empty() ? "" : ", ") + describe(port);
  }
  return text;
}

}  // namespace

ExportFormat export_format_of_name(const std::filesystem::path& output) {
  std::string ending = output.extension().string();
  std::ranges::transform(ending, ending.begin(), [](unsigned char c) { return std::tolower(c); });
  for (const auto& [name, format] : export_format_names) {
    if (ending == (format == ExportFormat::c ? ".h" : std::string(".") + name)) {
      return format;
    }
  }
  throw UsageError(
      fmt::format("{} ends neither in .onnx nor in .npz or .h, so that the format is unknown; "
                  "rename it, or give `format`",
                  output.string()));
}

void require_format(ExportFormat format) {
  if (format == ExportFormat::onnx) {
    require_onnx();
  }
}

std::string c_prefix(const std::string& name, const std::filesystem::path& output) {
  const auto is_of_names = [](char c) {
    return c == '_' || std::isalnum(static_cast<unsigned char>(c)) != 0;
  };
  const auto starts_names = [](char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; };
  if (name.empty()) {
    std::string prefix = output.stem().string();
    std::ranges::replace_if(prefix, std::not_fn(is_of_names), '_');
    return !prefix.empty() && starts_names(prefix.front()) ? prefix : "encoder_" + prefix;
  }
  if (!starts_names(name.front()) || !std::ranges::all_of(name, is_of_names)) {
    throw UsageError(fmt::format(
        "`name` is '{}'; write a name of C: a letter, then letters, digits and underscores", name));
  }
  return name;
}

std::string export_encoder(const model::StoredModel& given, const analysis::EncoderOptions& options,
                           ExportFormat format, const std::filesystem::path& output,
                           const std::string& name) {
  const bool joins_views = model::PairSettings::from_settings(given.settings).meaning().joins_views;
  const auto stored = joins_views ? model::only_view(given, options.side) : given;
  auto of_one = options;
  of_one.micro_batch = 1;  // no row is encoded
  const auto model = model::to_model<float>(stored);
  const analysis::Encoder<float> encoder(model, of_one);
  const auto parameters = model.parameters_of(encoder.member());
  if (!std::ranges::all_of(parameters, [](float p) { return std::isfinite(p); })) {
    throw NumericError(
        "parameters of the model are not finite, and so would be what the file computes; train it "
        "anew with a smaller `learning_rate`, or export an earlier checkpoint");
  }
  PendingFile pending(output);
  std::string content;
  if (format == ExportFormat::onnx) {
    auto graph =
        encoder_graph(encoder, parameters, sequences_vary(stored.settings, encoder.path()));
    graph.metadata = metadata_of(stored.settings, encoder);
    write_onnx(pending.path(), graph);
    content = fmt::format("{} -> {}", describe(graph.inputs), describe(graph.outputs));
  } else if (format == ExportFormat::c) {
    content = write_c_encoder(pending.path(), encoder, parameters, stored.settings,
                              c_prefix(name, output));
  } else {
    content = fmt::format("{} arrays", write_npz(pending.path(), stored, encoder));
  }
  pending.commit();
  return fmt::format("{}, {} parameters", content,
                     grouped_text(static_cast<double>(represented_parameters(encoder))));
}

}  // namespace infomax::exporters
