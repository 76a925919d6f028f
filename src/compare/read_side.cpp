#include "compare/read_side.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>
#include <system_error>
#include <utility>
#include <vector>

#include "base/text.h"
#include "compare/baselines.h"
#include "runs/saved_run.h"
#include "sets/saved_set.h"

namespace gpubench::compare {
namespace {

namespace fs = std::filesystem;

bool is_run(const fs::path& folder) {
  std::error_code error;
  return fs::exists(folder / "metrics.json", error);
}

fs::path real_path(const fs::path& path) {
  std::error_code error;
  const fs::path real = fs::canonical(path, error);
  return error ? path : real;
}

void add_run(Side& side, const fs::path& metrics_file, const SideRun& as) {
  auto values = read_run_values(real_path(metrics_file));
  if (!values) {
    side.notes.push_back(values.error().message);
    if (as.counts()) side.unread.push_back(values.error().message);
    return;
  }
  SideRun run = as;
  run.values = *std::move(values);
  if (run.sitting.empty()) run.sitting = run.values.id;
  side.runs.push_back(std::move(run));
}

SideRun as_member(const sets::SavedSet& saved, const sets::Member& member) {
  SideRun run;
  run.set = saved.set.id;
  run.sitting = saved.set.id + " " + std::to_string(member.sitting);
  run.variant = member.variant;
  run.block = member.block;
  run.until = !saved.set.options.until.empty();
  run.warmup = member.role == sets::Role::warmup;
  run.excluded = member.reasons;
  if (member.role == sets::Role::excluded && run.excluded.empty()) run.excluded.emplace_back("excluded");
  return run;
}

base::Result<void> check_variant(const sets::RunSet& set, const std::string& variant) {
  const bool known =
      std::any_of(set.variants.begin(), set.variants.end(), [&](const sets::Variant& one) { return one.name == variant; });
  if (known) return {};
  std::string names;
  for (const sets::Variant& one : set.variants) base::add_item(names, one.name, ", ");
  return base::failure("the set " + set.id + " has no variant \"" + variant + "\"", "it has: " + names);
}

base::Result<Side> side_of_set(const sets::SavedSet& saved, const std::string& name, std::string variant) {
  Side side{name, {}, {}};
  if (variant.empty() && !saved.set.variants.empty()) {
    variant = saved.set.variants.front().name;
    if (saved.set.variants.size() > 1) side.name += ":" + variant;
  }
  if (const auto known = check_variant(saved.set, variant); !known) return base::failure(known.error());
  for (const sets::Member& member : saved.set.members)
    if (member.variant == variant) add_run(side, saved.run_folder(member) / "metrics.json", as_member(saved, member));
  return side;
}

// Folders of sets, and of runs that are in no set, oldest first: their names begin with the time.
std::vector<fs::path> sittings_in(const fs::path& results_dir) {
  std::set<std::string> members;
  std::vector<fs::path> folders = sets::set_folders(results_dir);
  for (const fs::path& folder : folders)
    if (const auto set = sets::load_set(folder))
      for (const sets::Member& member : set->members) members.insert(member.run);
  std::error_code error;
  for (fs::directory_iterator entry(results_dir, error), end; !error && entry != end; entry.increment(error))
    if (!entry->is_symlink(error) && is_run(entry->path()) && !members.contains(entry->path().filename().string()))
      folders.push_back(entry->path());
  std::sort(folders.begin(), folders.end());
  return folders;
}

// Of "latest" and "latest~N": N. Empty: it is another name.
std::optional<std::size_t> steps_before_latest(std::string_view name) {
  constexpr std::string_view kLatest = "latest";
  if (name == kLatest) return 0;
  if (!name.starts_with(kLatest) || name.size() < kLatest.size() + 2 || name[kLatest.size()] != '~') return std::nullopt;
  std::size_t steps = 0;
  const char* const end = name.data() + name.size();  // NOLINT(bugprone-suspicious-stringview-data-usage): bounds it
  const auto [rest, error] = std::from_chars(name.data() + kLatest.size() + 1, end, steps);
  return error == std::errc() && rest == end ? std::optional(steps) : std::nullopt;
}

base::Result<fs::path> latest_folder(const fs::path& results_dir, std::size_t steps) {
  const auto folders = sittings_in(results_dir);
  if (steps < folders.size()) return folders[folders.size() - 1 - steps];
  const std::string count =
      folders.size() == 1 ? "is only 1 run or set" : "are only " + std::to_string(folders.size()) + " runs and sets";
  return base::failure("there " + count + " in " + results_dir.string(), "iris-gpubench list shows them");
}

base::Result<Side> side_of_folder(const fs::path& folder, const std::string& name) {
  Side side{name, {}, {}};
  if (is_run(folder)) {
    add_run(side, folder / "metrics.json", {});
    return side;
  }
  for (const fs::path& sitting : sittings_in(folder)) {
    if (!sets::is_set(sitting)) {
      add_run(side, sitting / "metrics.json", {});
      continue;
    }
    auto set = sets::load_set(sitting);
    if (!set) {
      side.notes.push_back(set.error().message);
      side.unread.push_back(set.error().message);
      continue;
    }
    if (set->variants.size() > 1)
      side.notes.push_back("of the set " + set->id + " only the variant " + set->variants.front().name + " is read");
    auto part = side_of_set({sitting, *std::move(set)}, name, {});
    if (!part) continue;
    std::move(part->runs.begin(), part->runs.end(), std::back_inserter(side.runs));
    std::move(part->notes.begin(), part->notes.end(), std::back_inserter(side.notes));
    std::move(part->unread.begin(), part->unread.end(), std::back_inserter(side.unread));
  }
  return side;
}

base::Result<std::optional<sets::SavedSet>> set_named(const fs::path& results_dir, const std::string& name) {
  const auto steps = steps_before_latest(name);
  if (!steps) return sets::find_set(results_dir, name);
  const auto folder = latest_folder(results_dir, *steps);
  if (!folder) return base::failure(folder.error());
  if (!sets::is_set(*folder)) return std::optional<sets::SavedSet>();
  return sets::find_set(results_dir, folder->filename().string());
}

// "SET:VARIANT" taken apart; a folder's name may have a colon of its own, and so may a variant's ("IMAGE=train:1.1"): the
// first colon counts before which there is a set's name.
std::pair<std::string, std::string> split_variant(const fs::path& results_dir, const std::string& name) {
  std::error_code error;
  std::size_t colon = name.find(':');
  if (colon == std::string::npos || fs::exists(results_dir / name, error) || fs::exists(name, error)) return {name, {}};
  for (; colon != std::string::npos; colon = name.find(':', colon + 1)) {
    const auto set = set_named(results_dir, name.substr(0, colon));
    if (!set || *set) break;  // one that cannot be read is one, too
  }
  if (colon == std::string::npos) colon = name.rfind(':');
  return {name.substr(0, colon), name.substr(colon + 1)};
}

base::Result<fs::path> run_named(const fs::path& results_dir, const std::string& name) {
  if (const auto steps = steps_before_latest(name)) return latest_folder(results_dir, *steps);
  auto run = runs::find_run(results_dir, name);
  if (run) return run->path;
  return base::failure(
      run.error().message,
      "name a run, a set, a label, latest, latest~1, a folder or a metrics.json; iris-gpubench list shows runs");
}

base::Error no_name() {
  return {"the name of a run is empty", "iris-gpubench list shows runs"};
}

base::Error no_set(const fs::path& results_dir, const std::string& name) {
  return {"there is no set \"" + name + "\" in " + results_dir.string(), "iris-gpubench list shows sets"};
}

}  // namespace

base::Result<Side> read_side(const fs::path& results_dir, const std::string& given) {
  if (given.empty()) return base::failure(no_name());
  if (const auto target = baseline_target(results_dir, given); target && *target != given) {
    auto side = read_side(results_dir, *target);
    if (!side) return base::failure(side.error().with_context("the baseline " + given));
    side->name = given;
    return side;
  }
  std::error_code error;
  if (fs::is_regular_file(given, error)) {
    Side side{given, {}, {}};
    add_run(side, given, {});
    if (side.runs.empty()) return base::failure(side.notes.front());
    return side;
  }
  const auto [name, variant] = split_variant(results_dir, given);
  const auto set = set_named(results_dir, name);
  if (!set) return base::failure(set.error());
  if (*set) return side_of_set(**set, given, variant);
  if (!variant.empty()) return base::failure(no_set(results_dir, name));
  const auto folder = run_named(results_dir, name);
  if (!folder) return base::failure(folder.error());
  auto side = side_of_folder(*folder, given);
  if (side && side->runs.empty())
    return base::failure(side->notes.empty() ? folder->string() + " has no finished run" : side->notes.front());
  return side;
}

base::Result<std::string> lasting_name(const fs::path& results_dir, const std::string& given) {
  std::error_code error;
  if (given.empty()) return base::failure(no_name());
  if (fs::is_regular_file(given, error)) return fs::absolute(given, error).string();
  const auto [name, variant] = split_variant(results_dir, given);
  const auto set = set_named(results_dir, name);
  if (!set) return base::failure(set.error());
  if (!*set && !variant.empty()) return base::failure(no_set(results_dir, name));
  if (*set && !variant.empty())
    if (const auto known = check_variant((*set)->set, variant); !known) return base::failure(known.error());
  const auto folder = *set ? base::Result<fs::path>((*set)->folder) : run_named(results_dir, name);
  if (!folder) return base::failure(folder.error());
  const bool is_here = real_path(folder->parent_path()) == real_path(results_dir);
  const std::string place = is_here ? folder->filename().string() : fs::absolute(*folder, error).string();
  return variant.empty() ? place : place + ":" + variant;
}

std::vector<std::string> other_variants(const fs::path& results_dir, const std::string& name) {
  std::vector<std::string> others;
  const auto set = set_named(results_dir, name);
  if (!set || !*set) return others;
  const auto& variants = (*set)->set.variants;
  for (std::size_t i = 1; i < variants.size(); ++i) others.push_back(name + ":" + variants[i].name);
  return others;
}

}  // namespace gpubench::compare
