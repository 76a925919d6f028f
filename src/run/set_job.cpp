#include "run/set_job.h"

#include <filesystem>
#include <utility>

#include "platform/clock.h"
#include "runs/run_directory.h"
#include "workload/benchmark_name.h"

namespace gpubench::run {
namespace {

namespace fs = std::filesystem;

std::string working_folder() {
  std::error_code error;
  return fs::current_path(error).string();
}

// Any number is as good as another; below 2^32 it is short enough to be typed again.
std::uint64_t new_seed(base::WallTime now) {
  constexpr std::uint64_t kLargest = 0xFFFFFFFF;
  return (static_cast<std::uint64_t>(now.time_since_epoch().count()) * 0x9E3779B97F4A7C15U >> 32U) & kLargest;
}

std::vector<cli::RunSpec> specs_of(const std::vector<cli::VariantSpec>& variants, const Completed& completed) {
  std::vector<cli::RunSpec> specs;
  specs.reserve(variants.size());
  for (const cli::VariantSpec& one : variants) specs.push_back(completed(one.spec));
  return specs;
}

std::vector<sets::Variant> descriptions_of(const std::vector<cli::VariantSpec>& variants) {
  std::vector<sets::Variant> descriptions;
  descriptions.reserve(variants.size());
  for (const cli::VariantSpec& one : variants) descriptions.push_back(one.variant);
  return descriptions;
}

}  // namespace

base::Result<SetJob> new_set(const cli::RunLine& line, const Completed& completed) {
  const auto variants = cli::variants_of(line.set, line.spec);
  if (!variants) return base::failure(variants.error());
  const base::WallTime now = platform::SystemClock().wall_now();
  SetJob job;
  job.specs = specs_of(*variants, completed);
  sets::RunSet& set = job.saved.set;
  set.benchmark = workload::benchmark_name(job.specs.front().workload);
  set.id = runs::make_run_id(now, "set-" + set.benchmark);
  set.label = line.spec.settings.label;
  set.seed = line.set.seed.value_or(new_seed(now));
  set.invocation = job.specs.front().settings.invocation;
  set.working_folder = working_folder();
  set.options = line.set.options;
  set.variants = descriptions_of(*variants);
  return job;
}

base::Result<SetJob> resumed_set(sets::SavedSet saved, const cli::RunLine& line, const Completed& completed) {
  const auto variants = cli::variants_of(line.set, line.spec);
  if (!variants) return base::failure(variants.error());
  if (descriptions_of(*variants) != saved.set.variants || line.set.options != saved.set.options)
    return base::failure("the set " + saved.set.id + " does not agree with its command line", "begin a new set");
  SetJob job{std::move(saved), specs_of(*variants, completed)};
  for (cli::RunSpec& spec : job.specs) {
    spec.results_dir = job.saved.results_dir().string();
    spec.settings.invocation = job.saved.set.invocation;
  }
  return job;
}

base::Result<sets::SavedSet> find_set_to_resume(const cli::RunLine& line) {
  auto found = sets::find_set(line.spec.results_dir, line.set.resume);
  if (!found) return base::failure(found.error());
  if (!*found)
    return base::failure("there is no set \"" + line.set.resume + "\" in " + line.spec.results_dir,
                         "name a set's folder, its id or its label; iris-gpubench list shows them");
  const sets::RunSet& set = (*found)->set;
  if (set.complete) return base::failure("the set " + set.id + " is complete", "begin a new set");
  if (set.working_folder != working_folder())
    return base::failure("the set " + set.id + " was begun in the folder " + set.working_folder,
                         "resume it there: its command may name files by relative paths");
  return **std::move(found);
}

}  // namespace gpubench::run
