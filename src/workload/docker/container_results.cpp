#include "workload/docker/container_results.h"

#include <cstdint>
#include <system_error>
#include <utility>

#include "base/text.h"
#include "workload/docker/engine/archive_download.h"
#include "workload/docker/results_archive.h"

namespace gpubench::workload {
namespace {

constexpr const char* kResultsPath = "/root/results";  // where the predecessor's images leave their results
constexpr const char* kScoreFile = "metrics.yml";      // in it: read_score() reads it

// What the user leaves out by choice may be large and come before the rest.
constexpr std::uint64_t kPassedOverByChoice = std::uint64_t{64} << 30;

ArchiveLimits limits_of(const ContainerSettings& settings) {
  ArchiveLimits limits;
  limits.excluded = settings.results_excluded;
  if (settings.results_limit_bytes || !settings.results_excluded.empty()) limits.passed_over = kPassedOverByChoice;
  limits.bytes = settings.results_limit_bytes.value_or(limits.bytes);
  return limits;
}

class ResultsCopy {
 public:
  ResultsCopy(EngineClient& engine, const platform::Clock& clock, const std::string& container, ArchiveLimits limits)
      : engine_(engine), clock_(clock), container_(container), limits_(std::move(limits)) {}

  // Whether there was anything at this path.
  base::Result<bool> copy(const std::string& path, const std::filesystem::path& directory) {
    const auto any = copy_archive(path, directory, limits_);
    // It is copied in any case: also where others were too many or too large, or a pattern means it.
    std::error_code unknown;
    if (any && *any && !std::filesystem::exists(directory / kScoreFile, unknown))
      static_cast<void>(copy_archive(path + "/" + kScoreFile, directory, ArchiveLimits()));
    return any;
  }

 private:
  base::Result<bool> copy_archive(const std::string& path, const std::filesystem::path& directory,
                                  const ArchiveLimits& limits) {
    ArchiveDownload download(engine_, clock_);
    const auto exists = download.open(container_, path);
    if (!exists) return base::failure(exists.error().with_context("could not copy the results"));
    if (!*exists) return false;
    return extract_results([&download] { return download.next(); }, directory, limits);
  }

  EngineClient& engine_;
  const platform::Clock& clock_;
  const std::string& container_;
  ArchiveLimits limits_;
};

}  // namespace

base::Result<bool> copy_results(EngineClient& engine, const platform::Clock& clock, const std::string& container,
                                const ContainerSettings& settings, const std::filesystem::path& directory) {
  ResultsCopy results(engine, clock, container, limits_of(settings));
  auto any = results.copy(kResultsPath, directory);
  std::string missing;
  for (const auto& [path, name] : results_folders(settings.results_paths)) {
    const auto more = results.copy(path, directory / name);
    if (!more && any) any = base::failure(more.error());
    if (more && !*more) base::add_item(missing, "there was nothing at " + path);
    if (more && any) *any = *any || *more;
  }
  if (any && !missing.empty()) return base::failure(missing, "correct --results-path");
  return any;
}

}  // namespace gpubench::workload
