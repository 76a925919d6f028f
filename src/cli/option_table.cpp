#include "cli/option_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace gpubench::cli {
namespace {

// Not CLI::Range, which takes what is no number ("nan") for one in the range.
std::optional<double> number_within(std::string_view text, Range range) {
  if (text.starts_with("+-")) return std::nullopt;
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const char* const end = text.end();
  const auto [rest, error] = std::from_chars(text.begin(), end, value);
  const bool is_number = error == std::errc() && rest == end && std::isfinite(value);
  return is_number && value >= range.least && value <= range.most ? std::optional(value) : std::nullopt;
}

std::string number_text(double value) {
  return fmt::format("{:.15g}", value);
}

Value seconds_to(std::function<void(base::Duration)> set, Range range, std::string default_text) {
  const auto take = [set = std::move(set), range](const std::string& option, const std::string& text) -> base::Result<void> {
    const auto value = number_within(text, range);
    if (!value)
      return base::failure(
          fmt::format("{} must be between {} and {} seconds", option, number_text(range.least), number_text(range.most)));
    set(base::from_seconds(*value));
    return {};
  };
  return {take, std::move(default_text)};
}

Value text_to(std::function<void(const std::string&)> set, std::string default_text) {
  return {[set = std::move(set)](const std::string&, const std::string& text) -> base::Result<void> {
            set(text);
            return {};
          },
          std::move(default_text)};
}

}  // namespace

Option required(Option option) {
  option.required = true;
  return option;
}

Option secret(Option option) {
  option.secret = true;
  return option;
}

std::vector<const Option*> options_of(const OptionTable& table) {
  std::vector<const Option*> options;
  for (const OptionGroup& group : table.groups)
    for (const Option& option : group.options) options.push_back(&option);
  return options;
}

const Option* find_alias(const OptionTable& table, std::string_view alias) {
  for (const Option* option : options_of(table))
    if (std::find(option->aliases.begin(), option->aliases.end(), alias) != option->aliases.end()) return option;
  return nullptr;
}

Value with_choices(std::vector<std::string> choices, Value value) {
  value.choices = std::move(choices);
  return value;
}

Value offering(Offer offer, Value value) {
  value.offer = offer;
  return value;
}

Value text(std::string& target) {
  return text_to([&target](const std::string& text) { target = text; }, target);
}

Value text(std::optional<std::string>& target) {
  return text_to([&target](const std::string& text) { target = text; }, target.value_or(""));
}

Value texts(std::vector<std::string>& target) {
  Value value = text_to([&target](const std::string& text) { target.push_back(text); }, "");
  value.repeated = true;
  return value;
}

Value switch_on(bool& target) {
  return text_to([&target](const std::string&) { target = true; }, "");
}

Value switch_off(bool& target) {
  return text_to([&target](const std::string&) { target = false; }, "");
}

Value seconds(base::Duration& target, Range range) {
  return seconds_to([&target](base::Duration value) { target = value; }, range, number_text(base::to_seconds(target)));
}

Value seconds(std::optional<base::Duration>& target, Range range) {
  return seconds_to([&target](base::Duration value) { target = value; }, range, "");
}

Value number(Range range, std::function<void(double)> set, std::optional<double> initial) {
  const auto take = [set = std::move(set), range](const std::string& option, const std::string& text) -> base::Result<void> {
    const auto value = number_within(text, range);
    if (!value)
      return base::failure(
          fmt::format("{} must be a number from {} to {}", option, number_text(range.least), number_text(range.most)));
    set(*value);
    return {};
  };
  return {take, initial ? number_text(*initial) : ""};
}

base::Error not_among(const std::string& option, const std::string& text, const std::vector<std::string>& choices) {
  std::string list;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    const char* const between = i + 1 == choices.size() ? " or " : ", ";
    list += (i == 0 ? "" : between) + choices[i];
  }
  return {"unknown " + option + " \"" + text + "\"", "use " + list};
}

}  // namespace gpubench::cli
