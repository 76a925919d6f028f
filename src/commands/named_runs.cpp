#include "commands/named_runs.h"

#include <algorithm>
#include <utility>

#include "runs/saved_run.h"

namespace gpubench::commands {
namespace {

bool was_cut_off(const sets::Member& member) {
  return std::find(member.reasons.begin(), member.reasons.end(), sets::kNotFinished) != member.reasons.end();
}

}  // namespace

base::Result<std::vector<runs::RunDirectory>> find_named_runs(const std::filesystem::path& results_dir,
                                                              const std::string& name) {
  const auto set = sets::find_set(results_dir, name);
  if (!set) return base::failure(set.error());
  if (!*set) {
    auto run = runs::find_run(results_dir, name);
    if (!run) return base::failure(run.error());
    return std::vector{*std::move(run)};
  }
  std::vector<runs::RunDirectory> runs;
  for (const sets::Member& member : (*set)->set.members)
    if (!was_cut_off(member)) runs.push_back({(*set)->run_folder(member), member.run});
  if (runs.empty()) return base::failure("the set " + (*set)->set.id + " has no run that came to an end");
  return runs;
}

sets::FiguresOfRuns figures_of(const sets::SavedSet& saved) {
  sets::FiguresOfRuns figures;
  for (const sets::Member& member : saved.set.members)
    if (auto run = sets::read_figures(saved.run_folder(member))) figures.emplace(member.run, *std::move(run));
  return figures;
}

}  // namespace gpubench::commands
