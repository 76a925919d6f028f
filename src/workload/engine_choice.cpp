#include "workload/engine_choice.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <sstream>
#include <string_view>
#include <system_error>

#include "base/environment.h"

namespace gpubench::workload {
namespace {

bool is_file_or_url(std::string_view image) {
  constexpr std::array<std::string_view, 3> kBeginnings{"/", "./", "../"};
  constexpr std::array<std::string_view, 2> kSchemes{"docker-archive:", "oci-archive:"};
  constexpr std::array<std::string_view, 6> kEndings{".sif", ".sqfs", ".squashfs", ".tar", ".tar.gz", ".tgz"};
  const auto begins = [&](std::string_view part) { return image.starts_with(part); };
  const auto ends = [&](std::string_view part) { return image.ends_with(part); };
  return image.find("://") != std::string_view::npos || std::any_of(kBeginnings.begin(), kBeginnings.end(), begins) ||
         std::any_of(kSchemes.begin(), kSchemes.end(), begins) || std::any_of(kEndings.begin(), kEndings.end(), ends);
}

bool is_folder(const std::string& image) {
  std::error_code error;
  return std::filesystem::is_directory(image, error);
}

}  // namespace

bool is_in_path(const std::string& program, const std::vector<std::string>& environment) {
  std::istringstream folders(base::variable_of(environment, "PATH"));
  std::error_code error;
  for (std::string folder; std::getline(folders, folder, ':');)
    if (std::filesystem::is_regular_file(std::filesystem::path(folder) / program, error)) return true;
  return false;
}

Engine engine_for(const BenchmarkSpec& benchmark, const std::vector<std::string>& environment) {
  const EngineWish wish = benchmark.container.engine;
  if (wish == EngineWish::apptainer) return Engine::apptainer;
  if (wish == EngineWish::charliecloud) return Engine::charliecloud;
  if (wish == EngineWish::docker || !is_file_or_url(*benchmark.image)) return Engine::docker;
  const bool has_apptainer = is_in_path("apptainer", environment) || is_in_path("singularity", environment);
  const bool only_charliecloud = !has_apptainer && is_in_path("ch-run", environment);
  return only_charliecloud && is_folder(*benchmark.image) ? Engine::charliecloud : Engine::apptainer;
}

}  // namespace gpubench::workload
