// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/core/field_member.hpp"

#include "infomax/core/suggestion.hpp"

namespace infomax::detail {

void MemberCheck::refuse(const std::string& text) const {
  const bool is_quoted = text.size() > 1 && text.front() == '"' && text.back() == '"';
  const std::string given = is_quoted ? text.substr(1, text.size() - 2) : text;
  throw UsageError(quoted + " is " + text + "; it must be " + expected +
                   did_you_mean(given, listed_names(expected)));
}

Reach Reach::then(const Reach& next) const {
  return {[first = write, second = next.write](void* config) { return second(first(config)); },
          [first = read, second = next.read](const void* config) { return second(first(config)); }};
}

MemberField::MemberField(const FieldWords& words, Reach reach, const MemberType& type,
                         std::shared_ptr<const void> holds)
    : reach_(std::move(reach)), type_(&type) {
  name = words.name;
  group = words.group;
  value_name = words.value_name;
  help = words.help;
  expected = words.expected.empty() ? type.expected() : std::string(words.expected);
  is_flag = type.is_flag;
  check_ = {quoted(), expected, std::move(holds)};
}

MemberField::MemberField(const MemberField& field, const Reach& reach) : MemberField(field) {
  reach_ = reach.then(field.reach_);
  if (field.used_) {
    used_ = [part = reach.read, used = field.used_](const void* config) {
      return used(part(config));
    };
  }
}

MemberField::MemberField(const MemberField& other) = default;
MemberField::MemberField(MemberField&& other) noexcept = default;
MemberField& MemberField::operator=(const MemberField& other) = default;
MemberField& MemberField::operator=(MemberField&& other) noexcept = default;
MemberField::~MemberField() = default;

void MemberField::set_in(void* config, std::string_view text) const {
  type_->set(reach_.write(config), text, check_);
}

std::optional<std::string> MemberField::text_in(const void* config) const {
  return type_->text(reach_.read(config));
}

void MemberField::check_in(const void* config) const { type_->check(reach_.read(config), check_); }

void MemberField::use(std::string chooser, std::string users,
                      std::function<bool(const void*)> used) {
  this->chooser = std::move(chooser);
  this->users = std::move(users);
  used_ = std::move(used);
}

}  // namespace infomax::detail
