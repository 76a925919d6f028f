#include "cli/presets.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "cli/names.h"
#include "platform/regular_file.h"

namespace gpubench::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kLargestFile = std::uint64_t{1} << 20U;

std::string set_variable(const std::string& name) {
  const char* const value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): before any thread
  return value == nullptr ? std::string() : std::string(value);
}

std::vector<std::string> names_of(const OptionTable& table) {
  std::vector<std::string> names;
  for (const Option* option : options_of(table))
    if (!option->is_positional()) names.push_back(option->name.substr(2));
  return names;
}

// A name may be begun, or be one of the option's others. With the dashes.
base::Result<std::string> full_name(const std::string& typed, const OptionTable& table) {
  std::string dashed = "--" + typed;
  std::replace(dashed.begin() + 2, dashed.end(), '-', '_');
  if (const Option* const option = find_alias(table, dashed)) return option->name;
  const auto name = find_name(typed, names_of(table), {"option", "", "iris-gpubench"});
  if (!name) return base::failure(name.error());
  return "--" + *name;
}

base::Result<std::vector<std::string>> values_of(const YAML::Node& node) {
  if (node.IsScalar()) return std::vector{node.Scalar()};
  if (!node.IsSequence()) return base::failure("neither a value nor a list of values");
  std::vector<std::string> values;
  for (const YAML::Node& one : node) {
    if (!one.IsScalar()) return base::failure("a list of something else than values");
    values.push_back(one.Scalar());
  }
  return values;
}

base::Result<std::vector<Preset>> presets_of(const YAML::Node& file, const std::string& path, const OptionTable& table) {
  std::vector<Preset> presets;
  if (file.IsNull()) return presets;
  if (!file.IsMap()) return base::failure(path + " is not a list of OPTION: VALUE", "write one option a line: interval: 1");
  for (const auto& entry : file) {
    const auto name = full_name(entry.first.Scalar(), table);
    if (!name) return base::failure(name.error().with_context(path));
    auto values = values_of(entry.second);
    if (!values) return base::failure(path + ": " + *name + " is " + values.error().message);
    if (std::any_of(presets.begin(), presets.end(), [&](const Preset& other) { return other.option == *name; }))
      return base::failure(path + ": " + hyphenated(*name) + " was given more than once", "give it once");
    presets.push_back({*name, *std::move(values), path});
  }
  return presets;
}

base::Result<std::vector<Preset>> read_file(const std::string& path, const OptionTable& table) {
  std::error_code error;
  if (path.empty() || !fs::exists(path, error)) return std::vector<Preset>();
  const auto text = platform::read_named_file(path, kLargestFile);
  if (!text) return base::failure(text.error().message, "a configuration is a text file of lines OPTION: VALUE");
  try {
    return presets_of(YAML::Load(*text), path, table);
  } catch (const YAML::Exception& trouble) {
    return base::failure(path + ": " + trouble.what(), "write one option a line: interval: 1");
  }
}

std::string variable_of(const std::string& option) {
  std::string name = "IRIS_GPUBENCH_";
  for (const char c : option.substr(2)) name += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return name;
}

std::vector<Preset> from_environment(const OptionTable& table) {
  std::vector<Preset> presets;
  for (const Option* option : options_of(table)) {
    if (option->is_positional()) continue;
    std::vector<std::string> names{option->name};
    for (const std::string& alias : option->aliases)
      if (alias.starts_with("--")) names.push_back(alias);
    for (const std::string& name : names) {
      const std::string variable = variable_of(name);
      const std::string value = set_variable(variable);
      if (value.empty()) continue;
      presets.push_back({option->name, {value}, variable});
      break;
    }
  }
  return presets;
}

// Those of `more` whose option has none yet.
void add_missing(std::vector<Preset>& presets, std::vector<Preset> more) {
  const std::size_t before = presets.size();
  for (Preset& preset : more) {
    const auto same = [&](const Preset& other) { return other.option == preset.option; };
    const auto end = presets.begin() + static_cast<std::ptrdiff_t>(before);
    if (std::none_of(presets.begin(), end, same)) presets.push_back(std::move(preset));
  }
}

}  // namespace

std::string user_config_file() {
  const std::string xdg = set_variable("XDG_CONFIG_HOME");
  if (!xdg.empty() && xdg.front() == '/') return xdg + "/iris-gpubench/config.yml";
  const std::string home = set_variable("HOME");
  return !home.empty() && home.front() == '/' ? home + "/.config/iris-gpubench/config.yml" : std::string();
}

base::Result<std::vector<Preset>> read_presets(const OptionTable& table) {
  std::vector<Preset> presets = from_environment(table);
  for (const std::string& path : {std::string(kProjectFile), user_config_file()}) {
    auto more = read_file(path, table);
    if (!more) return more;
    add_missing(presets, *std::move(more));
  }
  return presets;
}

}  // namespace gpubench::cli
