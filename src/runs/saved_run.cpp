#include "runs/saved_run.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "base/text.h"
#include "base/try.h"
#include "benchmark/benchmark_outputs.h"
#include "benchmark/score.h"
#include "carbon/fallback_factor.h"
#include "platform/process.h"
#include "record/account.h"
#include "record/costs.h"
#include "record/run_phases.h"
#include "runs/journal_notes.h"
#include "runs/run_marks.h"
#include "runs/saved_metrics.h"
#include "sampler/plausible.h"
#include "series/journal/read_journal.h"
#include "series/open.h"

namespace gpubench::runs {
namespace {

namespace fs = std::filesystem;

constexpr base::Duration kLongestRun = std::chrono::hours(24 * 3650);

// Puts a journal's values into series and its notes into a JournalledRun.
class Loader final : public series::JournalVisitor {
 public:
  // `facts`: of the run, where its first note is damaged and another one is not.
  explicit Loader(fs::path spool_directory, const std::optional<record::RunFacts>& facts = {})
      : spool_directory_(std::move(spool_directory)) {
    notes.facts = facts;
    if (facts) make_room();
  }

  void reading(std::size_t gpu, const meter::GpuReading& value) override {
    if (!takes(gpu, value.time)) return;
    meter::GpuReading checked = value;
    plausible_[gpu].check(checked);
    series[gpu].readings->append(checked);
  }
  void power(std::size_t gpu, const meter::PowerSample& value) override {
    if (!takes(gpu, value.time)) return;
    one_.assign(1, value);
    plausible_[gpu].check(one_);
    for (const meter::PowerSample& sample : one_) series[gpu].power->append(sample);
  }
  void counter(std::size_t gpu, const meter::CounterReading& value) override {
    const bool sound = std::isfinite(value.energy.joules()) && value.energy >= base::Energy{} && value.before <= value.after;
    if (!takes(gpu, sound ? value.before : kNoTime) || !takes(gpu, value.after)) return;
    series[gpu].counter->append(value);
  }
  void note(std::string_view text) override {
    take_note(notes, text);
    if (notes.facts && series.empty()) make_room();
  }

  JournalledRun notes;
  std::vector<series::GpuSeries> series;
  base::SteadyTime last;  // time of the latest value
  bool missed = false;    // values came before it was known what they are of
  std::size_t odd = 0;    // values of no such GPU, or of no time near the run
  [[nodiscard]] std::vector<sampler::Impossible> impossible() const {
    std::vector<sampler::Impossible> all;
    for (const sampler::Plausible& gpu : plausible_)
      if (gpu.impossible().count > 0) all.push_back(gpu.impossible());
    return all;
  }
  std::optional<base::Error> trouble;

 private:
  static constexpr base::SteadyTime kNoTime = base::SteadyTime::max();

  // Files are not to be trusted: what is kept can be computed with.
  bool takes(std::size_t gpu, base::SteadyTime time) {
    if (!notes.facts) {
      missed = true;
      return false;
    }
    const base::SteadyTime anchor = notes.facts->anchor.steady;
    const bool near = time < anchor + kLongestRun && time > anchor - kLongestRun;
    if (gpu >= series.size() || !near) {
      ++odd;
      return false;
    }
    last = std::max(last, time);
    return true;
  }

  void make_room() {
    for (const meter::GpuDescription& gpu : notes.facts->gpus) plausible_.emplace_back(gpu);
    auto made = series::open_series(notes.facts->gpus, spool_directory_);
    if (!made) made = series::open_series(notes.facts->gpus, fs::temp_directory_path());  // a folder that is read-only
    if (made) {
      series = std::move(*made);
    } else {
      trouble = made.error();
    }
  }

  fs::path spool_directory_;
  std::vector<sampler::Plausible> plausible_;  // of each GPU
  std::vector<meter::PowerSample> one_;
};

base::Result<void> check(const Loader& loader, const fs::path& directory) {
  if (loader.trouble) return base::failure(*loader.trouble);
  if (!loader.notes.facts) return base::failure("the beginning of the journal in " + directory.string() + " is lost");
  if (!loader.notes.started && !loader.notes.ended)
    return base::failure("the journal in " + directory.string() +
                         " ends before the benchmark started: no results can be made from it");
  return {};
}

std::vector<record::BenchmarkScore> scores_of(const RunClosing& closing) {
  std::vector<record::BenchmarkScore> scores(closing.scores.size());
  for (std::size_t i = 0; i < scores.size(); ++i) {
    scores[i].seconds = closing.scores[i];
    if (i < closing.works.size()) scores[i].work = closing.works[i];  // a version before this one knew no work
  }
  return scores;
}

// Of a tool that was killed before it noted them: what the benchmark left in its files.
std::vector<record::BenchmarkScore> scores_in(const fs::path& results, std::size_t benchmarks) {
  std::vector<record::BenchmarkScore> scores;
  scores.reserve(benchmarks);
  for (std::size_t part = 0; part < benchmarks; ++part)
    scores.push_back(benchmark::read_score(results / benchmark::output_names(benchmarks, part).results));
  return scores;
}

// Where the journal stops without an end, the run is taken to end at its last value.
record::Measured measured_until(const Loader& loader, const fs::path& directory) {
  record::Measured measured;
  if (loader.notes.ended) {
    measured = *loader.notes.ended;
  } else {
    measured.outcome.ran = {*loader.notes.started, std::max(*loader.notes.started, loader.last)};
    measured.outcome.note = "the tool was stopped first";
    measured.outcome.stopped_by_us = loader.notes.workload.attached;  // what was only watched goes on
  }
  measured.workload = loader.notes.workload;
  measured.events = loader.notes.events;
  if (loader.notes.closing)
    measured.scores = scores_of(*loader.notes.closing);
  else
    measured.scores = scores_in(directory / "benchmark_results", std::max<std::size_t>(1, measured.workload.parts.size()));
  return measured;
}

// The run's own intensities: its source is not asked again.
carbon::Answer answer_of(const RunClosing& closing, const record::RunFacts& facts) {
  carbon::Answer answer;
  answer.place = closing.carbon_place;
  answer.slots = closing.intensities;
  answer.fallback = carbon::fallback_factor(facts.carbon, facts.carbon_region);
  return answer;
}

void add_closing(SavedRun& saved, const RunClosing& closing) {
  record::RunRecord& run = saved.run;
  if (!closing.so_far) record::cost(run, saved.series, answer_of(closing, run.facts));
  run.findings = closing.findings;
  run.cost = closing.cost;
  run.exported = closing.exported;  // as it was at the end of the run
  run.facts.invocation = closing.invocation;
}

}  // namespace

base::Result<SavedRun> load_run(const fs::path& directory) {
  std::optional<Loader> made(directory);
  auto readout = series::read_journal(directory, *made);
  if (!readout) return base::failure(readout.error());
  if (const auto facts = made->notes.facts; facts && made->missed) {
    made.emplace(directory, facts);
    readout = series::read_journal(directory, *made);
    if (!readout) return base::failure(readout.error());
  }
  Loader& loader = *made;
  platform::give_back_freed_memory();  // a segment's bytes are not needed after it is read
  if (const auto good = check(loader, directory); !good) return base::failure(good.error());
  SavedRun saved;
  saved.series = std::move(loader.series);
  saved.run = record::make_account(*loader.notes.facts, measured_until(loader, directory), saved.series);
  record::add_phases(saved.run, read_marks(directory, saved.run.facts, saved.run.ran.end), saved.series);
  saved.finished = loader.notes.closing && !loader.notes.closing->so_far;
  saved.damage = saved.finished ? series::damage_of_closed(*readout) : series::damage_text(*readout);
  if (loader.odd > 0) base::add_item(saved.damage, std::to_string(loader.odd) + " values cannot be of this run");
  if (loader.notes.closing) add_closing(saved, *loader.notes.closing);
  if (!saved.finished) {
    const std::string until = base::utc_text_milliseconds(saved.run.facts.anchor.to_wall(loader.last));
    saved.run.findings.insert(saved.run.findings.begin(), record::Recovered{until, readout->missing_records});
  }
  if (!saved.damage.empty() && (saved.finished || readout->skipped_bytes > 0 || loader.odd > 0))
    saved.run.findings.emplace_back(record::JournalIncomplete{saved.damage});
  for (const sampler::Impossible& gpu : loader.impossible())
    saved.run.findings.emplace_back(record::ImpossibleValues{gpu.gpu_index, gpu.count, gpu.first});
  return saved;
}

namespace {

bool has_label(const fs::path& directory, const std::string& label) {
  const auto metrics = read_saved_metrics(directory);
  if (!metrics) return false;
  const auto found = metrics->find("label");
  return found != metrics->end() && found->is_string() && found->get_ref<const std::string&>() == label;
}

// The newest run of this label.
std::optional<fs::path> find_label(const fs::path& results_dir, const std::string& label) {
  std::error_code error;
  std::vector<fs::path> folders;
  for (fs::directory_iterator entry(results_dir, error), end; !error && entry != end; entry.increment(error))
    if (!entry->is_symlink(error)) folders.push_back(entry->path());
  std::sort(folders.begin(), folders.end(), std::greater<>());
  const auto found =
      std::find_if(folders.begin(), folders.end(), [&](const fs::path& one) { return has_label(one, label); });
  return found == folders.end() ? std::nullopt : std::optional(*found);
}

}  // namespace

base::Result<RunDirectory> find_run(const fs::path& results_dir, const std::string& name) {
  if (name.empty()) return base::failure("the name of a run is empty", "iris-gpubench list shows runs");
  std::error_code error;
  for (const fs::path& path : {results_dir / name, fs::path(name)}) {
    if (!fs::is_directory(path, error)) continue;
    const fs::path real = fs::canonical(path, error);
    return RunDirectory{real, real.filename().string()};
  }
  if (const auto labelled = find_label(results_dir, name)) return RunDirectory{*labelled, labelled->filename().string()};
  std::vector<fs::path> begun;  // an id in part, as a table of 80 columns shows it
  constexpr std::size_t kLeastOfAnId = 4;
  for (fs::directory_iterator entry(results_dir, error), end; !error && entry != end; entry.increment(error))
    if (name.size() >= kLeastOfAnId && entry->path().filename().string().starts_with(name) && !entry->is_symlink(error) &&
        entry->is_directory(error))
      begun.push_back(entry->path());
  if (begun.size() == 1) {
    const fs::path real = fs::canonical(begun.front(), error);
    return RunDirectory{real, real.filename().string()};
  }
  if (begun.size() > 1)
    return base::failure(
        "\"" + name + "\" begins the ids of " + std::to_string(begun.size()) + " runs in " + results_dir.string(),
        "write more of it; iris-gpubench list shows them");
  return base::failure("there is no run \"" + name + "\" in " + results_dir.string(),
                       "name a run's folder, its id or its label; iris-gpubench list shows them");
}

base::Result<void> check_over(const RunDirectory& directory) {
  if (series::journal_in_use(directory.path))
    return base::failure("the run " + directory.run_id + " is still running", "wait for its end");
  return {};
}

base::Result<SavedRun> load_past_run(const RunDirectory& directory) {
  GPUBENCH_TRY(check_over(directory));
  return load_run(directory.path);
}

}  // namespace gpubench::runs
