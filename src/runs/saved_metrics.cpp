#include "runs/saved_metrics.h"

#include <fstream>

namespace gpubench::runs {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kLargest = std::uintmax_t{64} << 20U;

}  // namespace

base::Result<nlohmann::ordered_json> read_saved_metrics(const fs::path& run_directory) {
  const fs::path file = run_directory / "metrics.json";
  std::error_code error;
  if (!fs::is_regular_file(file, error) || fs::file_size(file, error) > kLargest) return base::failure("no metrics.json");
  std::ifstream in(file, std::ios::binary);
  auto metrics = nlohmann::ordered_json::parse(in, nullptr, false);
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
