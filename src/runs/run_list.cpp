#include "runs/run_list.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/json.h"
#include "base/text.h"
#include "runs/saved_metrics.h"
#include "series/journal/read_journal.h"

namespace gpubench::runs {
namespace {

namespace fs = std::filesystem;
using Metrics = nlohmann::ordered_json;

std::optional<std::int64_t> count_in(const Metrics& run, const char* key) {
  const auto found = run.find(key);
  return found != run.end() && found->is_number_integer() ? std::optional(found->get<std::int64_t>()) : std::nullopt;
}

std::string why_unknown(const fs::path& directory, const std::string& error) {
  std::error_code ignored;
  if (series::journal_in_use(directory)) return "running";
  if (!fs::exists(directory / "metrics.json", ignored) && series::has_journal(directory))
    return "not finished: iris-gpubench recover";
  return error;
}

bool text_is(const Metrics& object, const char* key, std::string_view wanted) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() && found->get_ref<const std::string&>() == wanted;
}

// The tool was killed first: nobody knows how the benchmark ended.
bool ended_unseen(const Metrics& run) {
  const Metrics* const workload = member(run, "workload");
  if (workload == nullptr || !workload->is_object()) return false;
  const Metrics* const code = member(*workload, "exit_code");
  const Metrics* const memory = member(*workload, "out_of_memory");
  const bool lacked_memory = memory != nullptr && memory->is_boolean() && memory->get<bool>();
  return code != nullptr && code->is_null() && !lacked_memory;
}

// What keeps a run's figures from being those of a whole benchmark on this machine.
std::optional<std::string> outcome_of(const Metrics& run) {
  constexpr std::array<std::pair<const char*, const char*>, 6> kTold{{{"replayed", "REPLAY"},
                                                                      {"recovered", "recovered"},
                                                                      {"begun_in_mid_run", "from mid-run"},
                                                                      {"timed_out", "timed out"},
                                                                      {"interrupted", "interrupted"},
                                                                      {"workload_failed", "FAILED"}}};
  const auto findings = run.find("findings");
  if (findings == run.end() || !findings->is_array()) return std::nullopt;
  std::string text;
  for (const auto& [name, word] : kTold) {
    const bool there = std::any_of(findings->begin(), findings->end(), [&, wanted = name](const Metrics& finding) {
      return finding.is_object() && text_is(finding, "name", wanted);
    });
    if (there && std::string_view(word) == "FAILED" && ended_unseen(run))
      base::add_item(text, "exit code not known", ", ");
    else if (there)
      base::add_item(text, word, ", ");
  }
  return text.empty() ? "complete" : text;
}

std::optional<double> joules_per_work(const Metrics& run) {
  const auto work = run.find("work");
  return work != run.end() && work->is_object() ? number_in(*work, "joules_per_unit") : std::nullopt;
}

std::string boards_of(const Metrics& run) {
  std::string text;
  const Metrics* const gpus = member(run, "gpus");
  if (gpus == nullptr || !gpus->is_array()) return text;
  for (const Metrics& gpu : *gpus)
    if (gpu.is_object()) base::add_item(text, text_in(gpu, "uuid"), " ");
  return text;
}

std::vector<ListedPhase> phases_of(const Metrics& run) {
  constexpr std::size_t kMostPhases = 100;
  std::vector<ListedPhase> phases;
  const Metrics* const all = member(run, "phases");
  if (all == nullptr || !all->is_array()) return phases;
  for (const Metrics& phase : *all) {
    const bool is_outermost = phase.is_object() && number_in(phase, "depth") == 0.0;
    if (is_outermost && phases.size() < kMostPhases)
      phases.push_back({text_in(phase, "name"), number_in(phase, "seconds"), number_in(phase, "energy_joules")});
  }
  return phases;
}

bool is_run(const fs::directory_entry& entry) {
  std::error_code error;
  if (entry.is_symlink(error) || !entry.is_directory(error)) return false;
  return fs::exists(entry.path() / "metrics.json", error) || fs::exists(entry.path() / "metrics.yml", error) ||
         series::has_journal(entry.path());
}

}  // namespace

ListedRun list_run(const fs::path& directory) {
  ListedRun one;
  one.id = directory.filename().string();
  const auto metrics = read_saved_metrics(directory);
  if (!metrics) {
    one.why_unknown = why_unknown(directory, metrics.error().message);
    return one;
  }
  const Metrics& run = *metrics;
  one.label = text_in(run, "label");
  one.benchmark = text_in(run, "benchmark");
  one.gpu_name = text_in(run, "name");
  one.gpu_count = count_in(run, "device_count");
  one.start = text_in(run, "start_datetime");
  one.seconds = number_in(run, "elapsed_time");
  one.kilowatt_hours = number_in(run, "total_energy");
  one.grams = number_in(run, "total_carbon");
  one.score = number_in(run, "score");
  one.joules_per_work = joules_per_work(run);
  one.host = text_in(run, "host");
  one.boards = boards_of(run);
  one.joules = number_in(run, "total_energy_joules");
  if (const Metrics* const uncertainty = object_in(run, "total_energy_uncertainty")) {
    one.half_width.joules = number_in(*uncertainty, "comparative_joules");
    one.half_width.absolute_joules = number_in(*uncertainty, "absolute_joules");
  }
  one.phases = phases_of(run);
  one.outcome = outcome_of(run);
  return one;
}

base::Result<std::vector<fs::path>> run_folders(const fs::path& results_dir) {
  std::error_code error;
  std::vector<fs::path> folders;
  for (fs::directory_iterator entry(results_dir, error), end; !error && entry != end; entry.increment(error))
    if (is_run(*entry)) folders.push_back(entry->path());
  if (error)
    return base::failure("cannot list " + results_dir.string() + ": " + error.message(), "name a folder of results");
  std::sort(folders.begin(), folders.end());
  return folders;
}

base::Result<std::vector<ListedRun>> list_runs(const fs::path& results_dir) {
  const auto folders = run_folders(results_dir);
  if (!folders) return base::failure(folders.error());
  std::vector<ListedRun> runs;
  runs.reserve(folders->size());
  for (const fs::path& folder : *folders) runs.push_back(list_run(folder));
  return runs;
}

const ListedPhase* largest_phase(const ListedRun& run) {
  const auto less = [](const ListedPhase& a, const ListedPhase& b) { return a.joules.value_or(0) < b.joules.value_or(0); };
  const auto largest = std::max_element(run.phases.begin(), run.phases.end(), less);
  return largest != run.phases.end() && largest->joules ? &*largest : nullptr;
}

namespace {

bool contains_text(const std::string& text, const std::string& part) {
  const auto lower = [](std::string word) {
    for (char& c : word)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return word;
  };
  return lower(text).find(lower(part)) != std::string::npos;
}

// By which figure it is sorted; empty: by none, or it is not known.
std::optional<double> sort_figure(const ListedRun& run, const std::string& by) {
  if (by == "time") return run.seconds;
  if (by == "energy") return run.kilowatt_hours;
  if (by == "carbon") return run.grams;
  return by == "score" ? run.score : std::nullopt;
}

template <class T>
Metrics value_or_null(const std::optional<T>& value) {
  return value ? Metrics(*value) : Metrics(nullptr);
}

}  // namespace

std::vector<ListedRun> chosen_runs(std::vector<ListedRun> runs, const RunChoice& choice) {
  const auto other = [&](const ListedRun& run) {
    return !contains_text(run.benchmark, choice.benchmark) || !contains_text(run.gpu_name, choice.gpu) ||
           !contains_text(run.label, choice.label);
  };
  runs.erase(std::remove_if(runs.begin(), runs.end(), other), runs.end());
  std::stable_sort(runs.begin(), runs.end(), [&](const ListedRun& a, const ListedRun& b) {
    if (choice.sort == "benchmark") return a.benchmark < b.benchmark;
    const auto first = sort_figure(a, choice.sort);
    const auto second = sort_figure(b, choice.sort);
    return first && (!second || *first < *second);
  });
  if (choice.last > 0 && runs.size() > choice.last)
    runs.erase(runs.begin(), runs.end() - static_cast<std::ptrdiff_t>(choice.last));
  return runs;
}

namespace {

Metrics phases_json(const std::vector<ListedPhase>& phases) {
  Metrics list = Metrics::array();
  for (const ListedPhase& phase : phases)
    list.push_back({{"name", base::valid_utf8(phase.name)},
                    {"seconds", value_or_null(phase.seconds)},
                    {"energy_joules", value_or_null(phase.joules)}});
  return list;
}

}  // namespace

std::string run_list_json(const std::vector<ListedRun>& runs) {
  Metrics list = Metrics::array();
  for (const ListedRun& run : runs) {
    const auto text = [](const std::string& value) {
      return value.empty() ? Metrics(nullptr) : Metrics(base::valid_utf8(value));
    };
    list.push_back({{"run_id", base::valid_utf8(run.id)},
                    {"kind", run.is_set() ? "set" : "run"},
                    {"label", text(run.label)},
                    {"set_id", text(run.in.set)},
                    {"variant", text(run.in.variant)},
                    {"role", text(run.in.role)},
                    {"counted_runs", value_or_null(run.runs)},
                    {"benchmark", text(run.benchmark)},
                    {"gpu_name", text(run.gpu_name)},
                    {"gpu_count", value_or_null(run.gpu_count)},
                    {"start", text(run.start)},
                    {"elapsed_seconds", value_or_null(run.seconds)},
                    {"energy_kwh", value_or_null(run.kilowatt_hours)},
                    {"energy_joules", value_or_null(run.joules)},
                    {"half_width_joules", value_or_null(run.half_width.joules)},
                    {"absolute_half_width_joules", value_or_null(run.half_width.absolute_joules)},
                    {"emissions_grams", value_or_null(run.grams)},
                    {"score_seconds", value_or_null(run.score)},
                    {"joules_per_work", value_or_null(run.joules_per_work)},
                    {"host", text(run.host)},
                    {"boards", text(run.boards)},
                    {"phases", phases_json(run.phases)},
                    {"outcome", value_or_null(run.outcome)},
                    {"why_unknown", text(run.why_unknown)}});
  }
  return base::json_text(list, 2) + "\n";
}

}  // namespace gpubench::runs
