#include "run/recording.h"

#include <chrono>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/try.h"
#include "parts/part.h"
#include "run/run_log.h"
#include "runs/journal_notes.h"
#include "series/open.h"
#include "workload/benchmark_name.h"

namespace gpubench::run {

std::string run_name(const cli::RunSpec& spec) {
  return spec.settings.name.empty() ? workload::benchmark_name(spec.workload) : spec.settings.name;
}

namespace {

base::Result<runs::RunDirectory> make_directory(const cli::RunSpec& spec, base::WallTime start, const parts::Part* part) {
  if (part != nullptr) {
    auto directory = parts::make_part_directory(spec.results_dir, *part);
    if (directory) GPUBENCH_TRY(parts::write_part(directory->path, *part));
    return directory;
  }
  return runs::make_run_directory(spec.results_dir, runs::make_run_id(start, run_name(spec)));
}

}  // namespace

base::Result<std::unique_ptr<Recording>> Recording::create(const cli::RunSpec& spec, base::WallTime start,
                                                           const std::vector<meter::GpuDescription>& gpus,
                                                           const parts::Part* part) {
  auto directory = make_directory(spec, start, part);
  if (!directory) return base::failure(directory.error());
  std::unique_ptr<Recording> recording(new Recording(*std::move(directory)));
  recording->is_part_ = part != nullptr;
  const auto opened = recording->open(spec, gpus);
  if (opened) return recording;
  recording->discard();
  return base::failure(opened.error());
}

base::Result<void> Recording::open(const cli::RunSpec& spec, const std::vector<meter::GpuDescription>& gpus) {
  GPUBENCH_ASSIGN_OR_RETURN(log_, make_run_log(directory_.file("runtime.log"), spec.log_level, spec.verbose));
  GPUBENCH_ASSIGN_OR_RETURN(journal_, series::Journal::create(directory_.path, directory_.run_id));
  GPUBENCH_ASSIGN_OR_RETURN(series_, series::open_series(gpus, directory_.path, journal_.get()));
  return {};
}

void Recording::discard() {
  runs::discard(directory_);
  if (!is_part_) return;
  std::error_code ignored;  // a job's folder goes with its last part
  std::filesystem::remove(parts::group_folder(directory_.path), ignored);
}

void Recording::note_facts(const record::RunFacts& facts, const workload::WorkloadDescription& workload) {
  facts_note_ = runs::facts_note(facts, workload);
  note(facts_note_);
}

void Recording::repeat_facts(base::WallTime now) {
  constexpr base::Duration apart = std::chrono::minutes(5);
  if (now < next_facts_note_) return;
  note(facts_note_);
  next_facts_note_ = now + apart;
}

void Recording::note_start(base::SteadyTime time) {
  for (int copies = 0; copies < 2; ++copies) note(runs::started_note(time));  // as the facts, not only once
}

void Recording::note_end(const record::Measured& measured) {
  note(facts_note_);
  note(runs::ended_note(measured));
  note(runs::events_note(measured.events));
}

void Recording::begin_beside(base::WallTime now) {
  if (!beside_) return;
  beside_->start(now);
  save_beside();  // a run that is killed has it, too
}

void Recording::end_beside(base::WallTime now) {
  if (!beside_) return;
  beside_->end(now);
  save_beside();
}

void Recording::save_beside() {
  if (const auto saved = beside::save(directory_.path, beside_->so_far()); !saved) log_->warn("{}", saved.error().message);
}

void Recording::close(record::RunRecord& run) {
  journal_->note(runs::closing_note(run));
  journal_->close();
  if (const auto error = journal_->error()) run.findings.emplace_back(record::JournalIncomplete{error->message});
}

}  // namespace gpubench::run
