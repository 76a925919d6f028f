#include "runs/saved_metrics.h"

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "platform/regular_file.h"

namespace gpubench::runs {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kLargest = std::uint64_t{64} << 20U;

}  // namespace

base::Result<nlohmann::ordered_json> read_saved_metrics(const fs::path& run_directory, std::string_view left_out) {
  const auto text = platform::read_regular_file(run_directory / "metrics.json", kLargest);
  if (!text) return base::failure("no metrics.json");
  auto metrics = base::parse_ordered_json(*text, left_out);
  if (!metrics.is_object()) return base::failure("metrics.json is damaged");
  return metrics;
}

const nlohmann::ordered_json* member(const nlohmann::ordered_json& object, const char* key) {
  const auto found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

const nlohmann::ordered_json* object_in(const nlohmann::ordered_json& object, const char* key) {
  const auto* const value = member(object, key);
  return value != nullptr && value->is_object() ? value : nullptr;
}

std::optional<double> number_in(const nlohmann::ordered_json& object, const char* key) {
  const auto* const value = member(object, key);
  return value != nullptr && value->is_number() ? std::optional(value->get<double>()) : std::nullopt;
}

std::string text_in(const nlohmann::ordered_json& object, const char* key) {
  const auto* const value = member(object, key);
  return value != nullptr && value->is_string() ? value->get<std::string>() : std::string();
}

}  // namespace gpubench::runs
