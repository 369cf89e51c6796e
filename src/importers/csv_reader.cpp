// SPDX-License-Identifier: BSD-3-Clause
#include "importers/csv_reader.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "importers/csv_number.hpp"
#include "infomax/core/error.hpp"
#include "infomax/core/logging.hpp"
#include "infomax/core/utf8.hpp"

namespace infomax::importers {
namespace {

constexpr std::size_t block_bytes = std::size_t{1} << 18U;

/// The longest field. An unclosed quote would otherwise collect the rest of the file in one field.
constexpr std::size_t most_field_bytes = std::size_t{16} << 20U;

constexpr std::array<std::byte, 3> utf8_mark{std::byte{0xEF}, std::byte{0xBB}, std::byte{0xBF}};

}  // namespace

CsvReader::CsvReader(const std::filesystem::path& path, char delimiter, char comment)
    : file_(path), comments_(comment), block_(block_bytes) {
  // Line ends between records are reported too, because they count lines.
  csv_init(&parser_, CSV_STRICT | CSV_STRICT_FINI | CSV_REPALL_NL);
  csv_set_delim(&parser_, static_cast<unsigned char>(delimiter));
  csv_set_blk_size(&parser_, std::size_t{1} << 18U);  // the growth of a field's memory
}

CsvReader::~CsvReader() { csv_free(&parser_); }

void CsvReader::take_field(void* text, std::size_t size, void* reader) {
  auto& self = *static_cast<CsvReader*>(reader);
  try {
    self.add_field({static_cast<const char*>(text), size});
  } catch (...) {
    self.failure_ = std::current_exception();
  }
}

void CsvReader::take_end(int terminator, void* reader) {
  auto& self = *static_cast<CsvReader*>(reader);
  try {
    self.end_record(terminator);
  } catch (...) {
    self.failure_ = std::current_exception();
  }
}

void CsvReader::add_field(std::string_view field) {
  after_return_ = false;
  line_ += static_cast<std::size_t>(std::count(field.begin(), field.end(), '\n'));
  if (is_utf8(field)) {
    fields_.push_back({text_.size(), field.size()});
    text_ += field;
    return;
  }
  const std::string converted = latin1_to_utf8(field);
  log::warning_once("latin-1 " + file_.path().string(),
                    file_.path().string() + " is not UTF-8; it is read as Latin-1, such as " +
                        in_quotes(converted) + "; save it in UTF-8 if that is wrong");
  fields_.push_back({text_.size(), converted.size()});
  text_ += converted;
}

void CsvReader::end_record(int terminator) {
  const bool ends_crlf = terminator == CSV_LF && after_return_;
  if (fields_.size() > open_first_) {
    if (empty_line_ != 0 && !failure_) {
      throw DataError(file_.path().string() + " has an empty line " + std::to_string(empty_line_) +
                      " with rows after it; remove the line");
    }
    records_.push_back({open_first_, fields_.size() - open_first_, open_line_});
    open_first_ = fields_.size();
  } else if (!ends_crlf && terminator >= 0 && empty_line_ == 0 && !comments_.fill(line_)) {
    empty_line_ = line_;
  }
  line_ += ends_crlf || terminator < 0 ? 0 : 1;
  after_return_ = terminator == CSV_CR;
  open_line_ = line_;
}

/// Keeps only the fields of the incomplete record.
void CsvReader::drop_taken_records() {
  const std::size_t text_first =
      open_first_ < fields_.size() ? fields_[open_first_].first : text_.size();
  text_.erase(0, text_first);
  fields_.erase(fields_.begin(), fields_.begin() + static_cast<std::ptrdiff_t>(open_first_));
  for (Field& field : fields_) {
    field.first -= text_first;
  }
  open_first_ = 0;
  records_.clear();
  taken_ = 0;
}

void CsvReader::refuse_quotes(bool at_end) const {
  throw DataError(file_.path().string() + " line " + std::to_string(open_line_) +
                  (at_end ? ": a quote in the row that begins here is never closed; close it"
                          : ": a quote stands inside a field; quote the whole field and double "
                            "the quotes in it"));
}

void CsvReader::parse(std::span<std::byte> bytes) {
  bytes = bytes.first(comments_.remove(bytes));
  const std::size_t parsed =
      csv_parse(&parser_, bytes.data(), bytes.size(), take_field, take_end, this);
  if (failure_) {
    std::rethrow_exception(failure_);
  }
  if (parsed != bytes.size()) {
    if (csv_error(&parser_) != CSV_EPARSE) {
      throw SystemError("not enough memory for a line of " + file_.path().string());
    }
    refuse_quotes(false);
  }
  if (csv_get_buffer_size(&parser_) > most_field_bytes) {
    refuse_quotes(true);
  }
}

void CsvReader::read_more() {
  drop_taken_records();
  const std::size_t count = file_.read_some(block_);
  if (file_.broke_off()) {
    throw DataError(file_.path().string() + " is truncated; download it again");
  }
  std::span<std::byte> bytes(block_.data(), count);
  if (std::exchange(at_start_, false) && bytes.size() >= utf8_mark.size() &&
      std::equal(utf8_mark.begin(), utf8_mark.end(), bytes.begin())) {
    bytes = bytes.subspan(utf8_mark.size());
  }
  parse(bytes);
  if (count < block_.size()) {
    at_end_ = true;
    const int status = csv_fini(&parser_, take_field, take_end, this);
    if (failure_) {
      std::rethrow_exception(failure_);
    }
    if (status != 0) {
      refuse_quotes(true);
    }
  }
}

bool CsvReader::next() {
  while (taken_ == records_.size()) {
    if (at_end_) {
      return false;
    }
    read_more();
  }
  record_ = records_[taken_++];
  return true;
}

}  // namespace infomax::importers
