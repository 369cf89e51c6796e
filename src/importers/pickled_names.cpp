// SPDX-License-Identifier: BSD-3-Clause
#include "importers/pickled_names.hpp"

#include <charconv>
#include <cstdint>
#include <map>
#include <optional>

namespace infomax::importers {
namespace {

void append_utf8(std::uint32_t code, std::string& text) {
  if (code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) {
    code = 0xFFFD;  // no character; UTF-8 has a sign for such
  }
  const auto add = [&](std::uint32_t byte) { text.push_back(static_cast<char>(byte)); };
  if (code < 0x80) {
    add(code);
  } else if (code < 0x800) {
    add(0xC0U | code >> 6U);
    add(0x80U | (code & 0x3FU));
  } else if (code < 0x10000) {
    add(0xE0U | code >> 12U);
    add(0x80U | (code >> 6U & 0x3FU));
    add(0x80U | (code & 0x3FU));
  } else {
    add(0xF0U | code >> 18U);
    add(0x80U | (code >> 12U & 0x3FU));
    add(0x80U | (code >> 6U & 0x3FU));
    add(0x80U | (code & 0x3FU));
  }
}

/// A text of the opcode V: characters of Latin-1, and others as \uXXXX or \UXXXXXXXX.
std::string raw_unicode(std::string_view raw) {
  std::string text;
  for (std::size_t i = 0; i < raw.size();) {
    const std::size_t digits = raw.substr(i, 2) == "\\u" ? 4 : raw.substr(i, 2) == "\\U" ? 8 : 0;
    std::uint32_t code = static_cast<unsigned char>(raw[i]);
    std::size_t size = 1;
    if (digits > 0 && raw.size() - i >= digits + 2) {
      const char* const first = raw.data() + i + 2;
      if (std::from_chars(first, first + digits, code, 16).ptr == first + digits) {
        size = digits + 2;
      }
    }
    append_utf8(code, text);
    i += size;
  }
  return text;
}

/// More than any table has columns.
constexpr std::size_t most_names = 500'000;

/// The memory of all values that a pickle copies. An opcode of three bytes copies a whole list, so
/// that a few would fill any memory.
constexpr std::size_t most_copied_bytes = std::size_t{128} << 20U;

/// A value of Python, as far as it matters: an atom's text, or the names in a container.
using Value = std::vector<std::string>;

class Unpickler {
 public:
  explicit Unpickler(std::string_view pickle) : rest_(pickle) {}

  std::optional<Value> run() {
    while (!rest_.empty()) {
      const char code = rest_.front();
      rest_.remove_prefix(1);
      if (code == '.') {
        return stack_.empty() ? std::nullopt : std::optional(stack_.back());
      }
      if (!step(code)) {
        return std::nullopt;
      }
    }
    return std::nullopt;
  }

 private:
  std::string_view line() {
    const std::size_t end = rest_.find('\n');
    const std::string_view found = rest_.substr(0, end);
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    return found;
  }

  /// Makes one value of those above the last mark.
  bool collect() {
    if (marks_.empty() || marks_.back() > stack_.size()) {
      return false;
    }
    Value all;
    for (std::size_t k = marks_.back(); k < stack_.size(); ++k) {
      all.insert(all.end(), stack_[k].begin(), stack_[k].end());
    }
    stack_.resize(marks_.back());
    stack_.push_back(std::move(all));
    marks_.pop_back();
    return true;
  }

  /// A text in quotes. One with escapes would need all of Python's rules.
  bool push_quoted() {
    const std::string_view quoted = line();
    if (quoted.size() < 2 || quoted.find('\\') != std::string_view::npos) {
      return false;
    }
    stack_.push_back({std::string(quoted.substr(1, quoted.size() - 2))});
    return true;
  }

  bool push_integer() {
    std::string_view digits = line();
    if (digits.ends_with('L')) {
      digits.remove_suffix(1);
    }
    stack_.push_back({std::string(digits)});
    return true;
  }

  /// Whether there is memory for another copy of a value; counts it.
  bool may_copy(const Value& value) {
    for (const std::string& text : value) {
      copied_bytes_ += sizeof(std::string) + text.size();
    }
    return copied_bytes_ <= most_copied_bytes;
  }

  bool keep() {
    const std::string_view place = line();
    if (stack_.empty()) {
      return false;
    }
    if (!may_copy(stack_.back())) {
      return false;
    }
    kept_[std::string(place)] = stack_.back();
    return true;
  }

  bool push_kept() {
    const auto found = kept_.find(std::string(line()));
    if (found == kept_.end() || !may_copy(found->second)) {
      return false;
    }
    stack_.push_back(found->second);
    return true;
  }

  bool append() {
    if (stack_.size() < 2) {
      return false;
    }
    Value item = std::move(stack_.back());
    stack_.pop_back();
    if (item.size() + stack_.back().size() > most_names) {
      return false;
    }
    stack_.back().insert(stack_.back().end(), item.begin(), item.end());
    return true;
  }

  /// Carries out one opcode; false if it makes no list of names.
  bool step(char code) {
    switch (code) {
      case '(':
        marks_.push_back(stack_.size());
        return true;
      case 'l':
      case 't':
        return collect();
      case ']':
      case ')':
        stack_.emplace_back();
        return true;
      case 'V':
        stack_.push_back({raw_unicode(line())});
        return true;
      case 'S':
        return push_quoted();
      case 'I':
      case 'L':
        return push_integer();
      case 'p':
        return keep();
      case 'g':
        return push_kept();
      case 'a':
        return append();
      default:
        return false;
    }
  }

  std::string_view rest_;
  std::vector<Value> stack_;
  std::vector<std::size_t> marks_;
  std::map<std::string, Value> kept_;
  std::size_t copied_bytes_ = 0;
};

}  // namespace

std::vector<std::string> pickled_names(std::string_view pickle) {
  return Unpickler(pickle).run().value_or(Value{});
}

}  // namespace infomax::importers
