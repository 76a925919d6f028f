#include "sets/saved_set.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "platform/files.h"
#include "platform/regular_file.h"

namespace gpubench::sets {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSetFile = "set.json";
constexpr std::uint64_t kLargestSet = std::uint64_t{64} << 20U;

base::Result<SavedSet> load_saved(const fs::path& folder) {
  std::error_code error;
  const fs::path real = fs::canonical(folder, error);
  auto set = load_set(error ? folder : real);
  if (!set) return base::failure(set.error());
  return SavedSet{error ? folder : real, *std::move(set)};
}

}  // namespace

base::Result<void> save_set(const fs::path& folder, const RunSet& set) {
  return platform::write_file_atomically(folder / kSetFile, set_json(set));
}

base::Result<RunSet> load_set(const fs::path& folder) {
  const std::string file = (folder / kSetFile).string();
  const auto text = platform::read_regular_file(folder / kSetFile, kLargestSet);
  if (!text) return base::failure("cannot read " + file, "name a set's folder or its id; iris-gpubench list shows them");
  auto set = parse_set(*text);
  if (!set) return base::failure(file + ": " + set.error().message, "its runs can still be read one by one");
  return set;
}

bool is_set(const fs::path& folder) {
  std::error_code error;
  return fs::is_regular_file(folder / kSetFile, error);
}

std::vector<fs::path> set_folders(const fs::path& results_dir) {
  std::error_code error;
  std::vector<fs::path> folders;
  for (fs::directory_iterator entry(results_dir, error), end; !error && entry != end; entry.increment(error))
    if (!entry->is_symlink(error) && is_set(entry->path())) folders.push_back(entry->path());
  std::sort(folders.begin(), folders.end());
  return folders;
}

namespace {

// The only folder whose name begins so, as a table of 80 columns shows it.
std::optional<fs::path> only_folder_begun(const fs::path& results_dir, const std::string& begun) {
  constexpr std::size_t kLeastOfAnId = 4;
  if (begun.size() < kLeastOfAnId) return std::nullopt;
  std::error_code error;
  std::optional<fs::path> found;
  for (fs::directory_iterator entry(results_dir, error), end; !error && entry != end; entry.increment(error)) {
    if (!entry->path().filename().string().starts_with(begun) || entry->is_symlink(error)) continue;
    if (found) return std::nullopt;
    found = entry->path();
  }
  return found;
}

}  // namespace

base::Result<std::optional<SavedSet>> find_set(const fs::path& results_dir, const std::string& name) {
  for (const fs::path& folder : {results_dir / name, fs::path(name)}) {
    if (!is_set(folder)) continue;
    auto saved = load_saved(folder);
    if (!saved) return base::failure(saved.error());
    return std::optional(*std::move(saved));
  }
  const std::vector<fs::path> folders = set_folders(results_dir);
  for (auto folder = folders.rbegin(); folder != folders.rend() && !name.empty(); ++folder)
    if (auto saved = load_saved(*folder); saved && saved->set.label == name) return std::optional(*std::move(saved));
  const auto begun = only_folder_begun(results_dir, name);
  if (!begun || !is_set(*begun)) return std::optional<SavedSet>();
  auto saved = load_saved(*begun);
  if (!saved) return base::failure(saved.error());
  return std::optional(*std::move(saved));
}

}  // namespace gpubench::sets
