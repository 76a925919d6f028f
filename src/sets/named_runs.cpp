#include "sets/named_runs.h"

#include <algorithm>
#include <utility>

#include "runs/saved_run.h"

namespace gpubench::sets {
namespace {

bool was_cut_off(const Member& member) {
  return std::find(member.reasons.begin(), member.reasons.end(), kNotFinished) != member.reasons.end();
}

}  // namespace

base::Result<std::vector<runs::RunDirectory>> find_named_runs(const std::filesystem::path& results_dir,
                                                              const std::string& name) {
  const auto set = find_set(results_dir, name);
  if (!set) return base::failure(set.error());
  if (!*set) {
    auto run = runs::find_run(results_dir, name);
    if (!run) return base::failure(run.error());
    return std::vector{*std::move(run)};
  }
  std::vector<runs::RunDirectory> runs;
  for (const Member& member : (*set)->set.members)
    if (!was_cut_off(member)) runs.push_back({(*set)->run_folder(member), member.run});
  if (runs.empty()) return base::failure("the set " + (*set)->set.id + " has no run that came to an end");
  return runs;
}

base::Result<runs::RunDirectory> find_counted_run(const std::filesystem::path& results_dir, const std::string& name) {
  const auto set = find_set(results_dir, name);
  if (!set) return base::failure(set.error());
  if (!*set) return runs::find_run(results_dir, name);
  const std::vector<Member>& members = (*set)->set.members;
  const auto last =
      std::find_if(members.rbegin(), members.rend(), [](const Member& member) { return member.role == Role::counted; });
  if (last == members.rend())
    return base::failure("no run of the set " + (*set)->set.id + " counts",
                         "iris-gpubench show " + (*set)->set.id + " says why; name one of its runs");
  return runs::RunDirectory{(*set)->run_folder(*last), last->run};
}

FiguresOfRuns figures_of(const SavedSet& saved) {
  FiguresOfRuns figures;
  for (const Member& member : saved.set.members)
    if (auto run = read_figures(saved.run_folder(member))) figures.emplace(member.run, *std::move(run));
  return figures;
}

}  // namespace gpubench::sets
