#include "history/listing.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "history/index.h"
#include "platform/files.h"
#include "sets/listed_set.h"
#include "sets/saved_set.h"

namespace gpubench::history {
namespace {

namespace fs = std::filesystem;
using runs::ListedRun;

// Of the index where it knows the run.
std::vector<ListedRun> list_runs(const std::vector<fs::path>& folders, Index index) {
  std::unordered_map<std::string, ListedRun*> known;
  for (IndexEntry& entry : index.entries) known.emplace(entry.folder, &entry.listed);
  std::vector<ListedRun> listed;
  listed.reserve(folders.size());
  for (const fs::path& folder : folders) {
    const auto found = known.find(folder.filename().string());
    listed.push_back(found != known.end() ? std::move(*found->second) : runs::list_run(folder));
  }
  return listed;
}

std::vector<ListedRun> list_sets(const fs::path& results_dir, std::vector<ListedRun>& runs) {
  std::vector<ListedRun> listed;
  sets::ListedRuns by_id;
  for (ListedRun& run : runs) by_id.emplace(run.id, &run);
  for (const fs::path& folder : sets::set_folders(results_dir)) {
    const auto set = sets::load_set(folder);
    if (set) {
      listed.push_back(sets::listed_set(*set, by_id, platform::is_folder_in_use(folder)));
      continue;
    }
    ListedRun unknown;
    unknown.id = folder.filename().string();
    unknown.runs = 0;
    unknown.why_unknown = "set.json cannot be read: iris-gpubench show says why";
    listed.push_back(std::move(unknown));
  }
  return listed;
}

}  // namespace

base::Result<std::vector<ListedRun>> list_all(const fs::path& results_dir) {
  const auto folders = runs::run_folders(results_dir);
  if (!folders) return base::failure(folders.error());
  auto index = read_index(results_dir, Part::listed);
  if (!index) return base::failure(index.error());
  std::vector<ListedRun> all = list_runs(*folders, *std::move(index));
  std::vector<ListedRun> listed_sets = list_sets(results_dir, all);
  all.insert(all.end(), std::make_move_iterator(listed_sets.begin()), std::make_move_iterator(listed_sets.end()));
  std::sort(all.begin(), all.end(), [](const ListedRun& a, const ListedRun& b) { return a.id < b.id; });
  return all;
}

}  // namespace gpubench::history
