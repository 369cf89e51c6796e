// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <array>
#include <utility>

#include "infomax/importers/importer.hpp"

namespace infomax::importers {
namespace {

/// Whether a sign can stand between fields or begin a comment: it occurs in no number and no quote.
bool is_free_sign(char sign) {
  constexpr std::string_view taken = "\"+-.";
  const bool is_visible = sign > ' ' && sign < '\x7F';
  const bool is_word = (sign >= '0' && sign <= '9') || (sign >= 'A' && sign <= 'Z') ||
                       (sign >= 'a' && sign <= 'z') || sign == '_';
  return is_visible && !is_word && taken.find(sign) == std::string_view::npos;
}

void add_columns(FieldTable<TableOptions>& table) {
  using Options = TableOptions;
  const Check<std::vector<std::string>> columns{
      {}, "names or numbers of columns, such as species or 1,3"};
  table
      .add("label", &Options::labels, "COLUMN,...",
           "the column, by name or number from 1, that becomes /y: text becomes class codes from 0 "
           "in sorted order, integers stay integers (classes too, for train and probe), other "
           "numbers are values; several columns are values",
           columns)
      .add("drop", &Options::dropped, "COLUMN,...", "columns to omit, such as identifiers", columns)
      .add("index", &Options::index, "COLUMN",
           "a column that only counts or names the rows and is left out; auto takes a first column "
           "without a name for one, as pandas and R write it, and none keeps all columns")
      .add(
          "id", &Options::id, "COLUMN",
          "the column that names the samples: /x and /y of two tables get the rows that both have, "
          "in the order of `x`, and the names become /ids; COLUMN,COLUMN where `y` calls it "
          "otherwise",
          {[](const std::vector<std::string>& ids) { return ids.size() <= 2; },
           "the name or number of a column, or one of `x` and one of `y` with a comma between"});
}

void add_text(FieldTable<TableOptions>& table) {
  using Options = TableOptions;
  table
      .add("header", &Options::header, "WHICH",
           "whether the first line holds names: yes, no, or auto (it does where a number stands "
           "below a name)")
      .add("separator", &Options::separator, "SIGN",
           "sign between fields: , ; | or another one, tab, space, or auto, which finds tab ; , or "
           "| by the first lines",
           {[](const std::string& text) { return text == "auto" || separator_sign(text); },
            "auto, comma, semicolon, tab, pipe, space or one sign that no number has"})
      .add("decimal", &Options::decimal, "SIGN", "decimal sign of numbers: . or ,",
           {[](const std::string& text) { return text == "." || text == ","; }, ". or ,"})
      .add("comment", &Options::comment, "SIGN",
           "sign that begins a comment, such as #, which is ignored up to the end of its line",
           {[](const std::string& text) { return text.size() == 1 && is_free_sign(text[0]); },
            "one sign that no number has, such as #"});
}

void add_cells(FieldTable<TableOptions>& table) {
  using Options = TableOptions;
  table
      .add("missing", &Options::missing, "HOW",
           "what becomes of missing cells, which are counted over the whole file: refuse, drop "
           "(leave their rows out), mean or median (of the column's other cells; labels and ids "
           "are never filled)")
      .add("missing-words", &Options::missing_words, "WORD,...",
           "texts, in any case, and numbers, such as -999, that stand for missing cells; empty "
           "cells and NaN always do")
      .add("categories", &Options::categories, "HOW",
           "what becomes of columns with text, dates or true and false: refuse, one-hot (a column "
           "of 0 and 1 for each text, named colour=red) or drop")
      .add("element", &Options::element, "TYPE",
           "type of numbers: f64 (default), as exact as the text, or f32, half the size",
           {[](hdf5::ElementType type) {
              return type == hdf5::ElementType::f32 || type == hdf5::ElementType::f64;
            },
            "f32 or f64"});
}

}  // namespace

std::optional<char> separator_sign(std::string_view text) {
  constexpr std::array named{std::pair{"comma", ','}, std::pair{"semicolon", ';'},
                             std::pair{"tab", '\t'},  std::pair{"\\t", '\t'},
                             std::pair{"\t", '\t'},   std::pair{"pipe", '|'},
                             std::pair{"space", ' '}, std::pair{" ", ' '}};
  const auto* const found =
      std::ranges::find_if(named, [&](const auto& entry) { return same_name(text, entry.first); });
  if (found != named.end()) {
    return found->second;
  }
  return text.size() == 1 && is_free_sign(text[0]) ? std::optional(text[0]) : std::nullopt;
}

std::vector<std::string> standard_missing_words() {
  return {"NA", "N/A", "#N/A", "<NA>", "null", "?"};
}

FieldTable<TableOptions> table_fields() {
  FieldTable<TableOptions> table;
  table.group("Tables");
  add_columns(table);
  add_cells(table);
  add_text(table);
  return table;
}

}  // namespace infomax::importers
