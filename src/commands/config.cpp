#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <system_error>
#include <vector>

#include "base/json.h"
#include "base/text.h"
#include "cli/complain.h"
#include "cli/exit_codes.h"
#include "cli/names.h"
#include "cli/presets.h"
#include "commands/find_command.h"
#include "commands/table.h"

namespace gpubench::commands {
namespace {

struct Config {
  bool all = false;
  bool json = false;
};

// What an option of a run is, and where that comes from.
struct Setting {
  std::string option;
  std::vector<std::string> values;
  std::string origin;
};

cli::OptionTable describe_config(Config& spec) {
  cli::OptionTable table{{{"Options",
                           {{"--all", "", "Also options that have their default", cli::switch_on(spec.all)},
                            {"--json", "", "Print JSON: all options", cli::switch_on(spec.json)}}}}};
  table.footer = fmt::format(
      "\nWhat counts, first to last: the command line; the environment (IRIS_GPUBENCH_INTERVAL=1); {} in the current\n"
      "folder; the user's {}. A file has one option a line: \"interval: 1\", \"no-plot: true\",\n"
      "\"volume: [/data:/data:ro, /scratch:/scratch]\".\n",
      cli::kProjectFile, "iris-gpubench/config.yml of $XDG_CONFIG_HOME or ~/.config");
  return table;
}

std::vector<Setting> settings_of(const cli::OptionTable& table) {
  std::vector<Setting> settings;
  for (const cli::Option* option : cli::options_of(table)) {
    if (option->is_positional()) continue;
    const auto preset = std::find_if(table.presets.begin(), table.presets.end(),
                                     [&](const cli::Preset& one) { return one.option == option->name; });
    const std::string name = cli::hyphenated(option->name);
    if (preset != table.presets.end()) {
      settings.push_back({name, option->secret ? std::vector<std::string>{"..."} : preset->values, preset->origin});
      continue;
    }
    std::vector<std::string> values;
    if (!option->value.default_text.empty()) values.push_back(option->value.default_text);
    settings.push_back({name, values, "default"});
  }
  return settings;
}

std::string files_text() {
  std::string text = "\nFiles:";
  for (const std::string& path : {std::string(cli::kProjectFile), cli::user_config_file()}) {
    std::error_code error;
    if (!path.empty()) text += "\n  " + path + (std::filesystem::exists(path, error) ? "" : " (not there)");
  }
  return text + "\n";
}

int config(const Config& spec, const Context& /*context*/) {
  const Command run = run_command();
  Command::Use use = open_command(run);
  if (const auto added = add_presets(run, use.options); !added) return cli::complain(added.error(), cli::kUsageError);
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  std::string rows;
  for (const Setting& setting : settings_of(use.options)) {
    list.push_back({{"option", setting.option}, {"values", setting.values}, {"from", setting.origin}});
    if (setting.origin == "default" && !spec.all) continue;
    rows +=
        fmt::format("{:<28}{:<24} {}\n", setting.option, base::one_line(base::joined(setting.values, ", ")), setting.origin);
  }
  const std::string text = rows.empty() ? "No option is set by the environment or a file; --all shows the defaults.\n"
                                        : fmt::format("{:<28}{:<24} {}\n", "Option", "Value", "From") + rows;
  std::cout << (spec.json ? base::json_text(list, 2) + "\n" : text + files_text());
  return 0;
}

}  // namespace

Command config_command() {
  return make_command("config", "Show which options the environment and configuration files set, and to what",
                      describe_config, config);
}

}  // namespace gpubench::commands
