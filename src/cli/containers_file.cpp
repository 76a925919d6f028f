#include "cli/containers_file.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "cli/container_options.h"
#include "cli/parse.h"
#include "platform/regular_file.h"

namespace gpubench::cli {
namespace {

constexpr std::size_t kMostContainers = 64;
constexpr std::uint64_t kLargestList = std::uint64_t{1} << 20U;

// Where in the file, for a message.
std::string place(const std::string& path, const YAML::Node& node) {
  return path + ", line " + std::to_string(node.Mark().line + 1);
}

base::Result<std::vector<std::string>> values_of(const YAML::Node& node, const std::string& where) {
  std::vector<std::string> values;
  if (node.IsScalar()) values.push_back(node.Scalar());
  if (node.IsSequence())
    for (const YAML::Node& item : node) {
      if (!item.IsScalar()) return base::failure(where + ": a list may contain only plain values", "see docs/several.md");
      values.push_back(item.Scalar());
    }
  if (!node.IsScalar() && !node.IsSequence())
    return base::failure(where + " is neither a value nor a list of values", "see docs/several.md");
  return values;
}

// What can be said of one container.
OptionTable container_table(workload::BenchmarkSpec& container) {
  OptionTable table{{{"",
                      {{"--benchmark_image", "NAME", "", text(container.image)},
                       gpus_option(text(container.gpus)),
                       score_regex_option(container)}},
                     {"", container_options(container)}}};
  table.arguments = &container.arguments;
  return table;
}

bool has_option(const OptionTable& table, const std::string& name) {
  const std::vector<const Option*> options = options_of(table);
  return std::any_of(options.begin(), options.end(), [&](const Option* option) { return option->name == "--" + name; });
}

// The container's options as a command line.
base::Result<std::vector<std::string>> words_of(const YAML::Node& container, const std::string& path,
                                                const OptionTable& table) {
  std::vector<std::string> words;
  std::vector<std::string> arguments;
  for (const auto& entry : container) {
    const std::string where = place(path, entry.first);
    auto key = entry.first.as<std::string>();
    std::replace(key.begin(), key.end(), '-', '_');
    auto values = values_of(entry.second, where);
    if (!values) return base::failure(values.error());
    if (key == "arguments") {
      arguments = std::move(*values);
    } else if (!has_option(table, key)) {
      return base::failure(fmt::format("{}: \"{}\" is not an option of a container", where, key),
                           "its keys are the names of the container's options; see iris-gpubench --help");
    } else {
      for (const std::string& value : *values) words.push_back(fmt::format("--{}={}", key, value));
    }
  }
  if (!arguments.empty()) words.emplace_back("--");
  words.insert(words.end(), arguments.begin(), arguments.end());
  return words;
}

base::Result<workload::BenchmarkSpec> container_from(const YAML::Node& node, const std::string& path) {
  const std::string where = place(path, node);
  if (!node.IsMap() || !node["benchmark_image"])
    return base::failure(where + ": a container is a map with a benchmark_image", "see docs/several.md");
  workload::BenchmarkSpec container;
  const OptionTable table = container_table(container);
  const auto words = words_of(node, path, table);
  if (!words) return base::failure(words.error());
  if (const auto parsed = parse(table, *words); !parsed) return base::failure(parsed.error().with_context(where));
  if (container.image->empty()) return base::failure(where + ": it needs one benchmark_image");
  return container;
}

base::Result<workload::WorkloadSpec> containers_from(const YAML::Node& root, const std::string& path) {
  const bool has_list = root.IsMap() && root["containers"] && root["containers"].IsSequence();
  if (!has_list) return base::failure(path + " has no list \"containers\"", "see docs/several.md");
  workload::WorkloadSpec file;
  for (const auto& entry : root) {
    const auto key = entry.first.as<std::string>();
    if (key == "in_turn") {
      file.in_turn = entry.second.as<bool>();
    } else if (key != "containers") {
      return base::failure(place(path, entry.first) + ": \"" + key + "\" is not a known key",
                           R"(there are "containers" and "in_turn"; the run's own options belong on the command line)");
    }
  }
  for (const YAML::Node& node : root["containers"]) {
    auto container = container_from(node, path);
    if (!container) return base::failure(container.error());
    file.benchmarks.push_back(std::move(*container));
  }
  const std::size_t count = file.benchmarks.size();
  if (count == 0 || count > kMostContainers)
    return base::failure(path + " lists " + std::to_string(count) + " containers", "list 1 to 64");
  return file;
}

}  // namespace

base::Result<workload::WorkloadSpec> read_containers_file(const std::string& path) {
  const auto text = platform::read_named_file(path, kLargestList);
  if (!text)
    return base::failure("--benchmark-file: " + text.error().message, "name a YAML file with a list \"containers\"");
  try {
    return containers_from(YAML::Load(*text), path);
  } catch (const YAML::Exception& trouble) {
    return base::failure("--benchmark-file: " + path + ": " + trouble.what(), "see docs/several.md");
  }
}

}  // namespace gpubench::cli
