// SPDX-License-Identifier: BSD-3-Clause
#include "exporters/c_file.hpp"

#include <algorithm>
#include <fstream>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "exporters/c_functions.hpp"
#include "infomax/core/error.hpp"
#include "infomax/core/progress_line.hpp"

namespace infomax::exporters {
namespace {

/// The text of C with its prefix.
std::string named(std::string_view text, const std::string& prefix) {
  std::string all;
  for (const char c : text) {
    if (c == '@') {
      all += prefix;
    } else {
      all += c;
    }
  }
  return all;
}

/// A text that ends no comment, begins none and has one line.
std::string comment_text(const std::string& text) {
  std::string line;
  for (const char c : text) {
    const bool marks =
        !line.empty() && ((line.back() == '*' && c == '/') || (line.back() == '/' && c == '*'));
    if (marks) {
      line += ' ';
    }
    line += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
  }
  return line;
}

/// The shortest text that is read back as the same number.
std::string literal(double number) {
  std::string text = fmt::format("{}", number);
  return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
}

std::string literal(float number) {
  std::string text = fmt::format("{}", number);
  return (text.find_first_of(".e") == std::string::npos ? text + ".0" : text) + 'F';
}

/// Writes a header piece by piece.
class CWriter {
 public:
  CWriter(std::ofstream& file, const CProgram& program, const CHeader& header)
      : file_(&file), program_(&program), header_(&header), layout_(lay_out(program)) {}

  void write() {
    check_sizes();
    put_first_comment();
    put(fmt::format(
        "#ifndef INFOMAX_EXPORTED_@_H\n#define INFOMAX_EXPORTED_@_H\n\n"
        "#include <math.h>\n#include <stddef.h>\n\n"
        "/* Numbers of a row, of its representation, and in scratch memory meanwhile. */\n"
        "enum {{ @_inputs = {}, @_outputs = {}, @_scratch = {} }};\n\n",
        program_->sizes().front(), program_->sizes().back(), scratch()));
    put_constants();
    put_functions();
    put_encode();
    put("\n#endif\n");
  }

 private:
  void put(std::string_view text) const { *file_ << named(text, header_->prefix); }

  /// An array has one element at least.
  [[nodiscard]] std::size_t scratch() const { return std::max<std::size_t>(1, layout_.scratch); }

  void check_sizes() const {
    constexpr std::size_t most = std::size_t{1} << 30U;
    const auto largest = std::max(std::ranges::max(program_->sizes()), layout_.scratch);
    if (largest > most) {
      throw UsageError(fmt::format(
          "the encoder has values of {} numbers for each row, and `format` c has at most {}; "
          "export "
          "it by `format` onnx",
          grouped_text(static_cast<double>(largest)), grouped_text(static_cast<double>(most))));
    }
  }

  [[nodiscard]] bool fits_on_stack() const { return layout_.scratch <= c_stack_floats; }

  void put_first_comment() const {
    std::string lines;
    for (const auto& [name, text] : header_->metadata) {
      lines += fmt::format(" *   {}: {}\n", name, comment_text(text));
    }
    const std::string call =
        fits_on_stack() ? "@_encode(row, output)" : "@_encode_in(row, output, scratch)";
    *file_ << named(
                  fmt::format(
                      "/* An encoder that infomax export has written, in C99; it needs libm.\n *\n"
                      " *   float row[@_inputs];      a row {} as its file has it, the last axis "
                      "fastest\n"
                      " *   float output[@_outputs];  its representation\n"
                      " *   {};\n *\n"
                      " * It allocates nothing and changes nothing else, so that threads may call "
                      "it at once.\n"
                      " * @_encode_in takes its scratch memory, {} bytes, from its caller{}.\n *\n",
                      header_->row, call, scratch() * sizeof(float),
                      fits_on_stack() ? ", and @_encode from its stack" : ""),
                  header_->prefix)
           << lines << " */\n";
  }

  void put_constants() const {
    const auto& constants = program_->constants();
    if (std::ranges::any_of(constants, [](const CConstant& constant) {
          return std::holds_alternative<CWindow>(constant.value);
        })) {
      put(c_window_text());
      put("\n");
    }
    for (const auto& constant : constants) {
      std::visit([&](const auto& value) { put_constant(constant.name, value); }, constant.value);
    }
  }

  void put_constant(const std::string& name, const CWindow& w) const {
    put(fmt::format(
        "static const struct @_window @_{} = {{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}}};"
        "\n\n",
        name, w.channels, w.height, w.width, w.rows, w.columns, w.kernel_height, w.kernel_width,
        w.stride, w.pad_height, w.pad_width));
  }

  template <class T>
  void put_constant(const std::string& name, const std::vector<T>& values) const {
    constexpr std::size_t on_a_line = 8;
    put(fmt::format("static const {} @_{}[{}] = {{\n",
                    std::is_same_v<T, float> ? "float" : "double", name, values.size()));
    std::string lines;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const bool last = i + 1 == values.size();
      lines += literal(values[i]);
      lines += last ? "\n" : (i + 1) % on_a_line == 0 ? ",\n" : ", ";
    }
    *file_ << lines;
    put("};\n\n");
  }

  /// Those that are called, in the order of their table.
  void put_functions() const {
    for (const auto& function : c_functions()) {
      if (std::ranges::find(program_->calls(), function.name, &CCall::function) !=
          program_->calls().end()) {
        put(function.text);
        put("\n");
      }
    }
  }

  [[nodiscard]] std::string place(CValue value) const {
    if (value == 0) {
      return "row";
    }
    if (value + 1 == program_->sizes().size()) {
      return "output";
    }
    const std::size_t offset = layout_.places[value];
    return offset == 0 ? "scratch" : fmt::format("scratch + {}", offset);
  }

  void put_encode() const {
    put("static inline void @_encode_in(const float *row, float *output, float *scratch) {\n");
    if (layout_.scratch == 0) {
      put("  (void)scratch;\n");
    }
    for (const auto& call : program_->calls()) {
      std::vector<std::string> arguments;
      for (const CValue input : call.inputs) {
        arguments.push_back(place(input));
      }
      arguments.insert(arguments.end(), call.arguments.begin(), call.arguments.end());
      put(fmt::format("  @_{}({}, {});\n", call.function, fmt::join(arguments, ", "),
                      place(call.output)));
    }
    put("}\n");
    if (fits_on_stack()) {
      put("\nstatic inline void @_encode(const float *row, float *output) {\n"
          "  float scratch[@_scratch];\n"
          "  @_encode_in(row, output, scratch);\n"
          "}\n");
    }
  }

  std::ofstream* file_;
  const CProgram* program_;
  const CHeader* header_;
  CLayout layout_;
};

}  // namespace

void write_c(const std::filesystem::path& path, const CProgram& program, const CHeader& header) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  CWriter(file, program, header).write();
  if (!file.flush()) {
    throw SystemError(fmt::format("cannot write {}; is the disk full?", path.string()));
  }
}

}  // namespace infomax::exporters
