#include "compare/baselines.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "base/json.h"
#include "platform/files.h"
#include "platform/regular_file.h"

namespace gpubench::compare {
namespace {

using BaselineJson = nlohmann::ordered_json;

constexpr const char* kFile = "baselines.json";
constexpr std::uint64_t kLargestBaselines = std::uint64_t{1} << 20U;
constexpr int kBaselinesSchema = 1;

}  // namespace

base::Result<std::vector<Baseline>> read_baselines(const std::filesystem::path& results_dir) {
  std::vector<Baseline> baselines;
  const std::filesystem::path file = results_dir / kFile;
  std::error_code unknown;
  if (!std::filesystem::exists(std::filesystem::symlink_status(file, unknown))) return baselines;
  const auto text = platform::read_regular_file(file, kLargestBaselines);
  if (!text) return base::failure("cannot read " + file.string(), "it must be an ordinary file of at most 1 MiB");
  try {
    const auto json = base::parse_ordered_json(*text);
    if (json.at("schema_version") != kBaselinesSchema)
      return base::failure(file.string() + " is of another version of iris-gpubench");
    for (const auto& [name, target] : json.at("baselines").items()) baselines.push_back({name, target.get<std::string>()});
  } catch (const std::exception&) {
    return base::failure(file.string() + " is damaged", "remove it, and set the baselines again");
  }
  return baselines;
}

base::Result<void> write_baselines(const std::filesystem::path& results_dir, std::vector<Baseline> baselines) {
  std::sort(baselines.begin(), baselines.end(), [](const Baseline& a, const Baseline& b) { return a.name < b.name; });
  BaselineJson names = BaselineJson::object();
  for (const Baseline& one : baselines) names[one.name] = one.target;
  const BaselineJson all{{"schema_version", kBaselinesSchema}, {"baselines", std::move(names)}};
  return platform::write_file_atomically(results_dir / kFile, base::json_text(all, 1) + "\n");
}

std::optional<std::string> baseline_target(const std::filesystem::path& results_dir, const std::string& name) {
  const auto baselines = read_baselines(results_dir);
  if (!baselines) return std::nullopt;
  const auto found =
      std::find_if(baselines->begin(), baselines->end(), [&](const Baseline& one) { return one.name == name; });
  return found == baselines->end() ? std::nullopt : std::optional(found->target);
}

}  // namespace gpubench::compare
