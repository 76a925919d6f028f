#include "cli/parse.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <optional>
#include <utility>

#include "base/text.h"
#include "cli/invocation.h"
#include "cli/names.h"

namespace gpubench::cli {
namespace {

using Words = std::vector<std::string>;

// Names without their dashes.
Words option_names(const OptionTable& table) {
  Words names{"help"};
  if (!table.version.empty()) names.emplace_back("version");
  if (!table.first.empty()) names.emplace_back("help_all");
  for (const Option* option : options_of(table))
    if (!option->is_positional()) names.push_back(option->name.substr(2));
  return names;
}

base::Result<std::string> option_name(std::string_view typed, const OptionTable& table) {
  std::string dashed = "--" + std::string(typed);
  std::replace(dashed.begin() + 2, dashed.end(), '-', '_');
  if (const Option* const option = find_alias(table, dashed)) return option->name;
  auto name = find_name(typed, option_names(table), {"option", "--", table.program});
  if (!name) return name;
  return "--" + *name;
}

bool takes_a_value(const std::string& name, const OptionTable& table) {
  const Option* option = find_alias(table, name);
  for (const Option* known : options_of(table))
    if (known->name == name) option = known;
  return option != nullptr && !option->is_positional() && !option->is_flag();
}

// Every "--some-option VALUE" or "--some-option=VALUE" as the name in full and the value apart. A value stays as it is, even
// one that looks like an option.
base::Result<Words> with_full_names(const Words& words, const OptionTable& table) {
  Words result;
  bool is_value = false;
  for (const std::string& word : words) {
    if (is_value || word.size() < 3 || !word.starts_with("--")) {
      is_value = !is_value && takes_a_value(word, table);
      result.push_back(word);
      continue;
    }
    const std::size_t end = std::min(word.find('='), word.size());
    auto name = option_name(word.substr(2, end - 2), table);
    if (!name) return base::failure(name.error());
    result.push_back(*std::move(name));
    is_value = end == word.size() && takes_a_value(result.back(), table);
    if (end < word.size()) result.push_back(word.substr(end + 1));
  }
  return result;
}

// After the program's name: CLI11 knows nothing of a benchmark after "--".
std::string usage_of_runs(const std::string& program) {
  const std::string next = "\n       " + program;
  return " [OPTIONS] --benchmark-image NAME [-- ARGUMENT...]" + next + " [OPTIONS] -- PROGRAM [ARGUMENT...]" + next +
         " COMMAND [OPTIONS]\n";
}

// The table as CLI11 wants it. The first value that is refused is kept.
class Parser {
 public:
  explicit Parser(const OptionTable& table)
      : shows_defaults_(table.shows_defaults), app_(table.introduction, table.program) {
    app_.set_help_flag("--help,-h", "Show this help and exit");
    if (!table.first.empty())
      app_.add_flag_callback("--help_all", [] {}, "Show all options, the environment and exit codes, and exit");
    if (!table.version.empty()) app_.set_version_flag("--version,-V", table.version, "Show the version and exit");
    app_.footer(table.footer);
    for (const OptionGroup& group : table.groups)
      for (const Option& option : group.options) add(option)->group(group.heading);
  }

  // Exceptions of CLI11 pass.
  base::Result<void> parse(Words words) {
    std::reverse(words.begin(), words.end());  // CLI11 takes a vector last first
    app_.parse(words);
    if (refused_) return base::failure(*refused_);
    return {};
  }

  // Words that no option took.
  [[nodiscard]] Words remaining() const { return app_.remaining(); }

  std::string help(const OptionTable& table) {
    for (const auto& [name, help] : table.commands)
      app_.add_subcommand(std::string(name), std::string(help))->group("Commands");
    app_.get_formatter()->label("SUBCOMMAND", "COMMAND");
    std::string text = app_.help();
    constexpr std::string_view kOfCommands = " [OPTIONS] [COMMAND]\n";
    if (const std::size_t usage = text.find(kOfCommands); usage != std::string::npos)
      text.replace(usage, kOfCommands.size(), usage_of_runs(table.program));
    return text;
  }

 private:
  CLI::Option* add(const Option& option) {
    const auto take = [this, &option](const std::string& text) {
      if (refused_) return;
      if (auto taken = option.value.take(hyphenated(option.name), text); !taken) refused_ = taken.error();
    };
    std::string names = option.name;
    for (const std::string& alias : option.aliases)
      if (!alias.starts_with("--")) names += "," + alias;
    if (option.is_flag()) return app_.add_flag_callback(names, [take] { take({}); }, option.help);
    CLI::Option* added = app_.add_option(
        names,
        [take](const CLI::results_t& values) {
          for (const std::string& value : values) take(value);
          return true;
        },
        option.help);
    added->type_name(option.type)->required(option.required);
    if (shows_defaults_) added->default_str(option.value.default_text);
    if (option.value.repeated && option.is_positional()) added->expected(1, -1)->allow_extra_args();
    if (option.value.repeated && !option.is_positional()) added->expected(1)->take_all()->allow_extra_args(false);
    return added;
  }

  bool shows_defaults_;
  CLI::App app_;
  std::optional<base::Error> refused_;
};

// The table with only the options that people need first.
OptionTable shortened(const OptionTable& table) {
  OptionTable few = table;
  few.groups.assign(1, {"The options that people need first", {}});
  for (const std::string& name : table.first)
    for (const Option* option : options_of(table))
      if (option->name == name) few.groups.front().options.push_back(*option);
  few.footer = table.short_footer;
  return few;
}

// A preset's values go where the option's own would go.
base::Result<void> take_preset(const Option& option, const Preset& preset) {
  if (!option.value.repeated && preset.values.size() > 1)
    return base::failure(preset.origin + ": " + hyphenated(option.name) + " was given more than once", "give it once");
  const bool is_flag = option.is_flag();
  for (const std::string& value : preset.values) {
    if (is_flag && value == "false") continue;
    if (is_flag && value != "true")
      return base::failure(preset.origin + ": " + hyphenated(option.name) + " is \"" + value + "\"", "write true or false");
    if (auto taken = option.value.take(hyphenated(option.name), value); !taken)
      return base::failure(taken.error().with_context(preset.origin));
  }
  return {};
}

// What presets give of the options that `own` does not name, in front of it.
base::Result<Words> with_presets(const OptionTable& table, Words own) {
  Words all;
  for (const Preset& preset : table.presets) {
    const Option* const option = find_option(table, preset.option);
    if (option == nullptr || std::find(own.begin(), own.end(), preset.option) != own.end()) continue;
    if (auto taken = take_preset(*option, preset); !taken) return base::failure(taken.error());
    for (const std::string& value : preset.values) {
      if (!option->is_flag() || value == "true") all.push_back(preset.option);
      if (!option->is_flag()) all.push_back(value);
    }
  }
  all.insert(all.end(), own.begin(), own.end());
  return all;
}

// Words that belong to no option.
base::Error unexpected(const Words& words, const OptionTable& table) {
  const std::string text = base::joined(words);
  const bool names_command = std::any_of(table.commands.begin(), table.commands.end(),
                                         [&](const auto& command) { return command.first == words.front(); });
  if (names_command) return {words.front() + " is a command", "put it first: " + table.program + " " + text};
  if (table.arguments == nullptr || text.starts_with('-'))
    return {"\"" + text + "\" was not expected", "see " + table.program + " --help"};
  return {"\"" + text + "\" was not expected", "a command to run, or arguments, come after --: -- " + text};
}

// CLI11's "--interval: 1 required SECONDS missing", "--interval: At Most 1 required but received 2".
base::Error wrong_count(const std::string& words) {
  const std::string name = hyphenated(words.substr(0, words.find(':')));
  if (words.find("missing") == std::string::npos) return {name + " was given more than once", "give it once"};
  return {name + " needs a value", "write it after a space or =, as in " + name + "=VALUE"};
}

base::Result<void> check(const OptionTable& table) {
  for (const OptionGroup& group : table.groups) {
    if (!group.check) continue;
    if (auto checked = group.check(); !checked) return checked;
  }
  return {};
}

Words secret_options(const OptionTable& table) {
  Words secrets;
  for (const Option* option : options_of(table))
    if (option->secret) secrets.push_back(hyphenated(option->name));
  return secrets;
}

// Names with hyphens; values as they are.
Words as_taught(Words own, const OptionTable& table) {
  bool is_value = false;
  for (std::string& word : own) {
    const bool is_name = !is_value && word.starts_with("--");
    is_value = !is_value && takes_a_value(word, table);
    if (is_name) word = hyphenated(word);
  }
  return own;
}

}  // namespace

bool Parsed::gives(std::string_view option) const {
  return std::find(own.begin(), own.end(), option) != own.end();
}

bool Parsed::types(std::string_view option) const {
  return std::find(own.begin() + static_cast<std::ptrdiff_t>(preset), own.end(), option) != own.end();
}

base::Result<Parsed> parse(const OptionTable& table, const Words& words) {
  const auto dashes = table.arguments == nullptr ? words.end() : std::find(words.begin(), words.end(), "--");
  if (dashes != words.end()) table.arguments->assign(dashes + 1, words.end());
  auto own = with_full_names({words.begin(), dashes}, table);
  if (!own) return base::failure(own.error());
  if (!table.first.empty() && std::find(own->begin(), own->end(), "--help_all") != own->end())
    return Parsed{help_text(table, true)};
  Parser parser(table);
  try {
    if (auto taken = parser.parse(*own); !taken) return base::failure(taken.error());
  } catch (const CLI::CallForHelp&) {
    return Parsed{help_text(table)};
  } catch (const CLI::CallForVersion&) {
    return Parsed{table.version + "\n"};
  } catch (const CLI::ExtrasError&) {
    return base::failure(unexpected(parser.remaining(), table));
  } catch (const CLI::ArgumentMismatch& error) {
    return base::failure(wrong_count(error.what()));
  } catch (const CLI::ParseError& error) {
    return base::failure(hyphenated(error.what()), "see " + table.program + " --help");
  }
  const std::size_t typed = own->size();
  own = with_presets(table, *std::move(own));
  if (!own) return base::failure(own.error());
  if (auto checked = check(table); !checked) return base::failure(checked.error());
  const Words none;
  auto text =
      invocation_text(as_taught(*own, table), table.arguments == nullptr ? none : *table.arguments, secret_options(table));
  const std::size_t preset = own->size() - typed;
  return Parsed{{}, std::move(text), *std::move(own), preset};
}

const Option* find_option(const OptionTable& table, std::string_view word) {
  if (word.size() < 3 || !word.starts_with("--")) return nullptr;
  const auto name = option_name(word.substr(2), table);
  const std::vector<const Option*> options = options_of(table);
  const auto found =
      std::find_if(options.begin(), options.end(), [&](const Option* option) { return name && option->name == *name; });
  return found == options.end() ? nullptr : *found;
}

std::string help_text(const OptionTable& table, bool all) {
  const OptionTable shown = all || table.first.empty() ? table : shortened(table);
  return hyphenated(Parser(shown).help(shown));
}

}  // namespace gpubench::cli
