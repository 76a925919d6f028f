#include "cli/suggest.h"

#include <algorithm>

#include "cli/names.h"
#include "cli/parse.h"

namespace gpubench::cli {
namespace {

using Words = std::vector<std::string>;

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

Suggestions values_of(const Option& option, const std::string& begun) {
  Suggestions suggestions;
  suggestions.more = option.value.offer;
  for (const std::string& choice : option.value.choices)
    if (choice.starts_with(begun)) suggestions.words.push_back({choice, {}});
  return suggestions;
}

// The positional argument that comes after `count` of them; null: no more are expected.
const Option* positional_at(const OptionTable& table, std::size_t count) {
  const Option* last = nullptr;
  for (const Option* option : options_of(table)) {
    if (!option->is_positional()) continue;
    last = option;
    if (count-- == 0) return option;
  }
  return last != nullptr && last->value.repeated ? last : nullptr;
}

// How many of the words are neither options nor their values.
std::size_t positionals_in(const OptionTable& table, const Words& words) {
  std::size_t count = 0;
  bool is_value = false;
  for (const std::string& word : words) {
    const bool is_option = word.starts_with("-");
    if (!is_option && !is_value) ++count;
    const Option* option = find_option(table, word);
    is_value = is_option && option != nullptr && !option->is_flag();
  }
  return count;
}

void add_options(const OptionTable& table, std::string begun, Suggestions& to) {
  const bool typed_underscores = begun.find('_') != std::string::npos;
  std::replace(begun.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(begun.size(), 2)), begun.end(), '-', '_');
  const auto add = [&](const std::string& name, const std::string& help) {
    if (name.starts_with(begun))
      to.words.push_back({typed_underscores ? name : hyphenated(name), first_line(hyphenated(help))});
  };
  for (const Option* option : options_of(table))
    if (!option->is_positional()) add(option->name, option->help);
  add("--help", "Show this and exit");
  if (!table.first.empty()) add("--help_all", "Show all options and exit");
  if (!table.version.empty()) add("--version", "Show the version and exit");
}

}  // namespace

Suggestions suggest(const OptionTable& table, const Words& before, const std::string& begun) {
  if (table.arguments != nullptr && std::find(before.begin(), before.end(), "--") != before.end())
    return {{}, Offer::command};
  const Option* const previous = before.empty() ? nullptr : find_option(table, before.back());
  if (previous != nullptr && !previous->is_flag()) return values_of(*previous, begun);
  Suggestions suggestions;
  const Option* const positional = positional_at(table, positionals_in(table, before));
  if (positional != nullptr && !begun.starts_with("-")) suggestions = values_of(*positional, begun);
  add_options(table, begun, suggestions);
  return suggestions;
}

}  // namespace gpubench::cli
