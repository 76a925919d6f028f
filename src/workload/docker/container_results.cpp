#include "workload/docker/container_results.h"

#include <system_error>

#include "base/text.h"
#include "workload/container_settings.h"
#include "workload/docker/engine/archive_download.h"
#include "workload/docker/results_archive.h"

namespace gpubench::workload {
namespace {

constexpr const char* kResultsPath = "/root/results";  // where the predecessor's images leave their results
constexpr const char* kScoreFile = "metrics.yml";      // in it: read_score() reads it

class ResultsCopy {
 public:
  ResultsCopy(EngineClient& engine, const platform::Clock& clock, const std::string& container)
      : engine_(engine), clock_(clock), container_(container) {}

  // Whether there was anything at this path.
  base::Result<bool> copy(const std::string& path, const std::filesystem::path& directory) {
    const auto any = copy_archive(path, directory);
    // Files too many or too large to copy may have come before the score.
    std::error_code unknown;
    if (any && *any && !std::filesystem::exists(directory / kScoreFile, unknown))
      static_cast<void>(copy_archive(path + "/" + kScoreFile, directory));
    return any;
  }

 private:
  base::Result<bool> copy_archive(const std::string& path, const std::filesystem::path& directory) {
    ArchiveDownload download(engine_, clock_);
    const auto exists = download.open(container_, path);
    if (!exists) return base::failure(exists.error().with_context("could not copy the results"));
    if (!*exists) return false;
    return extract_results([&download] { return download.next(); }, directory);
  }

  EngineClient& engine_;
  const platform::Clock& clock_;
  const std::string& container_;
};

}  // namespace

base::Result<bool> copy_results(EngineClient& engine, const platform::Clock& clock, const std::string& container,
                                const std::vector<std::string>& more_paths, const std::filesystem::path& directory) {
  ResultsCopy results(engine, clock, container);
  auto any = results.copy(kResultsPath, directory);
  std::string missing;
  for (const std::string& path : more_paths) {
    const auto more = results.copy(path, directory / results_folder_name(path));
    if (!more && any) any = base::failure(more.error());
    if (more && !*more) base::add_item(missing, "there was nothing at " + path);
    if (more && any) *any = *any || *more;
  }
  if (any && !missing.empty()) return base::failure(missing, "correct --results_path");
  return any;
}

}  // namespace gpubench::workload
