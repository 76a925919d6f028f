// The options of a command as a table: each is described once, with where its value goes. Parsing, --help, suggestions and
// completion all come from it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace gpubench::cli {

// What a shell can complete a value with, beside its choices.
enum class Offer : std::uint8_t { nothing, file, folder, command, image, run };

// How a text gets to where it belongs.
struct Value {
  // An error names the option.
  std::function<base::Result<void>(const std::string& option, const std::string& text)> take;
  std::string default_text = {};          // shown by --help; empty: there is none
  bool repeated = false;                  // each time it is given adds one
  std::vector<std::string> choices = {};  // if it is one of a few, or these are likely
  Offer offer = Offer::nothing;
};

struct Option {
  std::string name;  // "--interval", or "RUN" of a positional argument
  std::string type;  // what its value is called; empty: a flag, or a positional argument
  std::string help;
  Value value;
  std::vector<std::string> aliases = {};  // other names, with the dashes; of one letter: "-o"
  bool required = false;
  bool secret = false;  // "NAME=VALUE": the value is not shown where the command line is kept

  [[nodiscard]] bool is_positional() const { return !name.starts_with("--"); }
  [[nodiscard]] bool is_flag() const { return type.empty() && !is_positional(); }
};

Option required(Option option);
Option secret(Option option);

struct OptionGroup {
  std::string heading;
  std::vector<Option> options;
  std::function<base::Result<void>()> check = {};  // once all values are taken; may be empty
};

// A value that an option has where the command line gives none.
struct Preset {
  std::string option;               // "--interval"
  std::vector<std::string> values;  // of a flag "true" or "false"
  std::string origin;               // a file, or a variable of the environment
};

struct OptionTable {
  std::vector<OptionGroup> groups;  // those of one heading are shown together
  std::string footer = {};
  std::vector<std::string>* arguments = nullptr;                             // what follows "--"; null: nothing may
  bool shows_defaults = true;                                                // false: what is not given comes from elsewhere
  std::string program = "iris-gpubench";                                     // "iris-gpubench plan"
  std::string introduction = {};                                             // what it does
  std::string version = {};                                                  // said by --version; empty: no such option
  std::vector<std::string> first = {};                                       // shown by --help; empty: all
  std::string short_footer = {};                                             // the footer then
  std::vector<Preset> presets = {};                                          // of options that it has
  std::vector<std::pair<std::string_view, std::string_view>> commands = {};  // name and help of each, to be listed
};

// All options of a table, in its order.
std::vector<const Option*> options_of(const OptionTable& table);

// The option that has this other name, with its dashes; null: none has.
const Option* find_alias(const OptionTable& table, std::string_view alias);

// Where values go. Defaults are what the targets hold when they are described.
Value text(std::string& target);
Value text(std::optional<std::string>& target);
Value texts(std::vector<std::string>& target);
Value switch_on(bool& target);
Value switch_off(bool& target);

Value with_choices(std::vector<std::string> choices, Value value);
Value offering(Offer offer, Value value);

struct Range {
  double least;
  double most;
};
Value seconds(base::Duration& target, Range range);
Value seconds(std::optional<base::Duration>& target, Range range);
Value number(Range range, std::function<void(double)> set, std::optional<double> initial = {});

// An error says what is allowed.
base::Error not_among(const std::string& option, const std::string& text, const std::vector<std::string>& choices);

template <class T>
using Choices = std::vector<std::pair<std::string_view, T>>;

template <class T>
Value choice(T& target, const Choices<T>& choices) {
  Value value;
  for (const auto& [name, meaning] : choices) {
    value.choices.emplace_back(name);
    if (meaning == target) value.default_text = name;
  }
  value.take = [&target, choices, names = value.choices](const std::string& option,
                                                         const std::string& text) -> base::Result<void> {
    for (const auto& [name, meaning] : choices) {
      if (text != name) continue;
      target = meaning;
      return {};
    }
    return base::failure(not_among(option, text, names));
  };
  return value;
}

// What parse(text), a base::Result, makes of it.
template <class T, class Parse>
Value parsed(T& target, Parse parse, std::string default_text = {}) {
  const auto take = [&target, parse](const std::string& option, const std::string& text) -> base::Result<void> {
    auto result = parse(text);
    if (!result) return base::failure(result.error().with_context(option));
    target = *std::move(result);
    return {};
  };
  return {take, std::move(default_text)};
}

template <class T, class Parse>
Value each_parsed(std::vector<T>& target, Parse parse) {
  const auto take = [&target, parse](const std::string& option, const std::string& text) -> base::Result<void> {
    auto result = parse(text);
    if (!result) return base::failure(result.error().with_context(option));
    target.push_back(*std::move(result));
    return {};
  };
  return {take, {}, true};
}

}  // namespace gpubench::cli
