// SPDX-License-Identifier: BSD-3-Clause
#include "exporters/c_export.hpp"

#include <fmt/format.h>

#include "exporters/c_file.hpp"
#include "exporters/c_layers.hpp"
#include "exporters/preprocessing.hpp"
#include "exporters/represented_part.hpp"
#include "infomax/core/error.hpp"
#include "infomax/core/progress_line.hpp"

namespace infomax::exporters {
namespace {

/// The text of as many numbers has 58 MB, for which gcc 12 takes 14 s and 1.1 GB.
constexpr std::size_t most_parameters = 4'000'000;

void refuse_large(const analysis::Encoder<float>& encoder) {
  const std::size_t parameters = represented_parameters(encoder);
  if (parameters > most_parameters) {
    throw UsageError(fmt::format(
        "the encoder has {} parameters, and `format` c takes at most {}, as a compiler must read "
        "them; export it by `format` onnx",
        grouped_text(static_cast<double>(parameters)),
        grouped_text(static_cast<double>(most_parameters))));
  }
}

}  // namespace

std::string write_c_encoder(const std::filesystem::path& path,
                            const analysis::Encoder<float>& encoder,
                            std::span<const float> parameters, const model::Settings& settings,
                            const std::string& prefix) {
  refuse_large(encoder);
  const nn::Graph& network = encoder.network().graph();
  CProgram program(encoder.network().inputs());
  const auto& normalization = encoder.member().normalization;
  emit_network(program, {network, represented_node(encoder), parameters},
               emit_preprocessing(program, normalization));
  if (is_by_step(encoder) && sequences_vary(settings, encoder.path())) {
    throw UsageError(
        "rows may have lengths of their own, which `format` c does not take; export the encoder by "
        "`format` onnx");
  }
  warn_of_large_shifts(normalization);
  const auto row = nn::to_string(encoder.network().input_shape());
  const auto split = model::PairSettings::from_settings(settings).split;
  const auto part =
      split.empty() ? row : fmt::format("{}, the part that \"{}\" gave this network,", row, split);
  write_c(path, program, {prefix, metadata_of(settings, encoder), part});
  return fmt::format("row {} -> output [{}] by {}_encode{}", row, program.sizes().back(), prefix,
                     lay_out(program).scratch > c_stack_floats ? "_in" : "");
}

}  // namespace infomax::exporters
