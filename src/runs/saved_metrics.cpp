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

}  // namespace gpubench::runs
