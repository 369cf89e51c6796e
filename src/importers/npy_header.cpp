// SPDX-License-Identifier: BSD-3-Clause
#include "importers/npy_header.hpp"

#include <charconv>
#include <optional>
#include <system_error>

#include "importers/csv_number.hpp"
#include "infomax/core/error.hpp"

namespace infomax::importers {
namespace {

/// Parses a Python dictionary of strings, booleans and tuples of integers.
class Parser {
 public:
  Parser(std::string_view text, const std::string& where) : rest_(text), where_(where) {}

  /// Consumes the next character if it is `sign`.
  bool take(char sign) {
    if (!starts_with(sign)) {
      return false;
    }
    rest_.remove_prefix(1);
    return true;
  }

  void expect(char sign) {
    if (!take(sign)) {
      refuse();
    }
  }

  std::string_view text() {
    const char quote = take('\'') ? '\'' : '"';
    if (quote == '"') {
      expect('"');
    }
    const std::size_t size = rest_.find(quote);
    if (size == std::string_view::npos) {
      refuse();
    }
    const std::string_view found = rest_.substr(0, size);
    rest_.remove_prefix(size + 1);
    return found;
  }

  bool truth() {
    skip_spaces();
    for (const bool value : {false, true}) {
      const std::string_view word = value ? "True" : "False";
      if (rest_.starts_with(word)) {
        rest_.remove_prefix(word.size());
        return value;
      }
    }
    refuse();
  }

  std::vector<std::size_t> extents() {
    std::vector<std::size_t> found;
    expect('(');
    while (!take(')')) {
      std::size_t extent = 0;
      skip_spaces();
      const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), extent);
      if (error != std::errc{}) {
        refuse();
      }
      rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
      found.push_back(extent);
      if (!take(',')) {
        expect(')');
        break;
      }
    }
    return found;
  }

  [[nodiscard]] bool starts_with(char sign) {
    skip_spaces();
    return !rest_.empty() && rest_.front() == sign;
  }

  [[noreturn]] void refuse() const {
    throw DataError(where_ + " has a header unlike those of numpy.save; is it damaged?");
  }

 private:
  void skip_spaces() {
    const std::size_t start = rest_.find_first_not_of(" \t\r\n");
    rest_.remove_prefix(start == std::string_view::npos ? rest_.size() : start);
  }

  std::string_view rest_;
  const std::string& where_;
};

[[noreturn]] void refuse_type(const std::string& where, std::string_view descr) {
  throw DataError(where + " holds elements of NumPy's type " + in_quotes(descr.substr(0, 20)) +
                  "; save integers of 8 to 64 bits, floats of 16 to 64 or booleans, such as "
                  "array.astype(\"f4\"), and of texts their codes, "
                  "numpy.unique(texts, return_inverse=True)[1]");
}

void parse_type(std::string_view descr, const std::string& where, NpyHeader& header) {
  if (descr.size() != 3 || std::string_view("<>|=").find(descr[0]) == std::string_view::npos) {
    refuse_type(where, descr);
  }
  header.big_endian = descr[0] == '>';
  header.kind = descr[1];
  header.bytes = static_cast<std::size_t>(descr[2] - '0');
  const std::string_view sizes = header.kind == 'b'                         ? "1"
                                 : header.kind == 'f'                       ? "248"
                                 : header.kind == 'i' || header.kind == 'u' ? "1248"
                                                                            : "";
  if (sizes.find(descr[2]) == std::string_view::npos) {
    refuse_type(where, descr);
  }
}

}  // namespace

NpyHeader parse_npy_header(std::string_view text, const std::string& where) {
  Parser parser(text, where);
  NpyHeader header;
  std::optional<bool> fortran;
  bool has_type = false;
  bool has_shape = false;
  parser.expect('{');
  while (!parser.take('}')) {
    const std::string_view key = parser.text();
    parser.expect(':');
    if (key == "descr") {
      if (parser.starts_with('[')) {
        refuse_type(where, "records");
      }
      parse_type(parser.text(), where, header);
      has_type = true;
    } else if (key == "fortran_order") {
      fortran = parser.truth();
    } else if (key == "shape") {
      header.shape = parser.extents();
      has_shape = true;
    } else {
      parser.refuse();
    }
    if (!parser.take(',')) {
      parser.expect('}');
      break;
    }
  }
  if (!has_type || !has_shape || !fortran) {
    parser.refuse();
  }
  header.is_fortran = *fortran;
  return header;
}

}  // namespace infomax::importers
