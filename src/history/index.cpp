#include "history/index.h"

#include <sys/stat.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <system_error>
#include <unordered_map>
#include <utility>

#include "base/version.h"
#include "compare/run_values.h"
#include "history/index_line.h"
#include "platform/files.h"
#include "platform/regular_file.h"
#include "sets/saved_set.h"

namespace gpubench::history {
namespace {

namespace fs = std::filesystem;
using compare::RunValues;
using compare::SideRun;
using Entries = std::unordered_map<std::string, IndexEntry>;  // by the run's folder

constexpr std::uint64_t kLargestIndex = std::uint64_t{1} << 30U;

// Another form gets another number. Another version may put other words into the same form.
std::string heading() {
  return std::string("iris-gpubench index 4, ") + base::kVersion + "\n";
}

std::optional<FileState> state_of(const fs::path& file) {
  struct stat status{};
  if (stat(file.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  constexpr std::int64_t kNanoseconds = 1'000'000'000;
  return FileState{status.st_size, status.st_mtim.tv_sec * kNanoseconds + status.st_mtim.tv_nsec};
}

// A line that is damaged is a run that is read again.
Entries read_file(const fs::path& results_dir, Part part) {
  Entries entries;
  const auto text = platform::read_regular_file(results_dir / kIndexFile, kLargestIndex);
  if (!text || !text->starts_with(heading())) return entries;
  for (std::size_t begin = heading().size(); begin < text->size();) {
    const std::size_t end = std::min(text->find('\n', begin), text->size());
    if (auto entry = parse_entry(std::string_view(*text).substr(begin, end - begin), part)) {
      const std::string folder = entry->folder;
      entries.insert_or_assign(folder, *std::move(entry));
    }
    begin = end + 1;
  }
  return entries;
}

void write_file(const fs::path& results_dir, const std::vector<IndexEntry>& entries) {
  const auto write = [&entries](std::ostream& out) {
    out << heading();
    for (const IndexEntry& entry : entries) out << entry.line << '\n';
  };
  // The next reading takes longer without it; nothing else is lost.
  static_cast<void>(platform::stream_file_atomically(results_dir / kIndexFile, write));
}

struct Membership {
  std::string set;
  sets::Member member;
};
using Memberships = std::unordered_map<std::string, Membership>;

Memberships memberships_in(const fs::path& results_dir, std::vector<std::string>& notes) {
  Memberships memberships;
  for (const fs::path& folder : sets::set_folders(results_dir)) {
    const auto set = sets::load_set(folder);
    if (!set) {
      notes.push_back(set.error().message);
      continue;
    }
    for (const sets::Member& member : set->members) memberships[member.run] = {set->id, member};
  }
  return memberships;
}

SideRun with_membership(RunValues values, const std::string& folder, const Memberships& memberships) {
  SideRun run;
  const auto found = memberships.find(folder);
  run.sitting = values.id;
  if (found != memberships.end()) {
    const auto& [set, member] = found->second;
    run.set = set;
    run.sitting = set + " " + std::to_string(member.sitting);
    run.variant = member.variant;
    run.block = member.block;
    run.warmup = member.role == sets::Role::warmup;
    run.excluded = member.reasons;
  }
  for (const std::string& cause : compare::causes_not_to_count(values)) run.excluded.push_back(cause);
  run.values = std::move(values);
  return run;
}

base::Result<std::vector<std::string>> folders_in(const fs::path& results_dir) {
  std::error_code error;
  std::vector<std::string> folders;
  for (fs::directory_iterator entry(results_dir, error), end; !error && entry != end; entry.increment(error))
    if (!entry->is_symlink(error) && entry->is_directory(error)) folders.push_back(entry->path().filename().string());
  if (error)
    return base::failure("cannot list " + results_dir.string() + ": " + error.message(), "name a folder of results");
  std::sort(folders.begin(), folders.end());
  return folders;
}

}  // namespace

base::Result<Index> read_index(const fs::path& results_dir, Part part) {
  const auto folders = folders_in(results_dir);
  if (!folders) return base::failure(folders.error());
  Index index;
  Entries known = read_file(results_dir, part);
  for (const std::string& folder : *folders) {
    const fs::path file = results_dir / folder / "metrics.json";
    const auto state = state_of(file);
    if (!state) continue;
    if (const auto found = known.find(folder); found != known.end() && found->second.state == *state) {
      index.entries.push_back(std::move(found->second));
      continue;
    }
    auto values = compare::read_run_values(file);
    if (!values) {
      index.notes.push_back(values.error().message);
      continue;
    }
    ++index.read;
    index.entries.push_back({folder, *state, *std::move(values), runs::list_run(results_dir / folder)});
    index.entries.back().line = entry_text(index.entries.back());
  }
  if (index.read > 0 || index.entries.size() != known.size()) write_file(results_dir, index.entries);
  return index;
}

base::Result<Runs> read_runs(const fs::path& results_dir) {
  auto index = read_index(results_dir, Part::values);
  if (!index) return base::failure(index.error());
  Runs result{{}, index->read, std::move(index->notes)};
  const Memberships memberships = memberships_in(results_dir, result.notes);
  result.runs.reserve(index->entries.size());
  for (IndexEntry& entry : index->entries)
    result.runs.push_back(with_membership(std::move(entry.values), entry.folder, memberships));
  std::stable_sort(result.runs.begin(), result.runs.end(),
                   [](const SideRun& a, const SideRun& b) { return a.values.start_seconds < b.values.start_seconds; });
  return result;
}

}  // namespace gpubench::history
