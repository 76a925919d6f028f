#include "run/run.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <utility>

#include "base/text.h"
#include "base/try.h"
#include "base/version.h"
#include "benchmark/benchmark_outputs.h"
#include "benchmark/failure.h"
#include "beside/slurm.h"
#include "carbon/open.h"
#include "cli/complain.h"
#include "cli/exit_codes.h"
#include "exporting/journal/results.h"
#include "gpus/event_monitor.h"
#include "gpus/workload_gpus.h"
#include "meter/open.h"
#include "parts/membership.h"
#include "parts/part.h"
#include "platform/clock.h"
#include "platform/files.h"
#include "platform/process.h"
#include "platform/readable.h"
#include "platform/signals.h"
#include "platform/terminal.h"
#include "record/account.h"
#include "record/energy_so_far.h"
#include "record/run_phases.h"
#include "report/last_screen.h"
#include "run/audience.h"
#include "run/environment.h"
#include "run/idle_between.h"
#include "run/journal_samples.h"
#include "run/measurement.h"
#include "run/part_place.h"
#include "run/phase_watch.h"
#include "run/recording.h"
#include "run/result_files.h"
#include "run/run_carbon.h"
#include "run/run_export.h"
#include "run/workload_setup.h"
#include "runs/earlier_run.h"
#include "runs/journal_notes.h"
#include "runs/marks_client.h"
#include "runs/nvtx_library.h"
#include "runs/run_marks.h"
#include "series/open.h"

namespace gpubench::run {
namespace {

using cli::complain;
using cli::kCannotRun;
using cli::kSignalBase;
using cli::kTimedOut;
using cli::kUsageError;

// Together with the time to write the journal, a killed run lacks less than its last second.
constexpr base::Duration kDrainPeriod = std::chrono::milliseconds(850);

// The benchmark's own, or the signal's that ended the run.
int exit_code(const Measured& measured) {
  if (measured.interrupted_by) return kSignalBase + *measured.interrupted_by;
  if (measured.timed_out) return kTimedOut;
  return measured.outcome.exit_code.value_or(needs_exit_code(measured.workload, measured.outcome) ? kCannotRun : 0);
}

record::Finding nodes_not_measured(int nodes) {
  return record::SavedFinding{
      "nodes_not_measured",
      "The job has " + std::to_string(nodes) +
          " more node(s), which are not measured: start the program with srun on all of them "
          "(srun iris-gpubench ... -- COMMAND), or around it (iris-gpubench --nodes slurm ... -- srun COMMAND)."};
}

// All parts of one run, in the order in which they are made; destroyed in reverse.
class BenchmarkRun {
 public:
  BenchmarkRun(const cli::RunSpec& spec, const cli::Environment& environment, carbon::Source carbon, const Shared& shared)
      : spec_(spec),
        environment_(environment),
        carbon_source_(std::move(carbon)),
        shared_(shared),
        signals_(shared.signals) {}

  RunEnd go() {
    if (const auto ready = prepare(); !ready) return {give_up(ready.error(), {}), {}};
    std::optional<int> interrupted;
    auto measured = measure(*workload_, *meter_, clock_, signals_, recording_->series(), plan(), interrupted);
    leave_meter(measured);
    if (measured && meter_->was_silent()) measured->findings.emplace_back(record::DriverSilent{});
    audience_->leave();
    if (!measured) return {give_up(measured.error(), interrupted), {}};
    recording_->note_end(*measured);
    return {conclude(*measured), recording_->directory().run_id};
  }

 private:
  // `signal`: that is known to have ended the run. Returns the exit code.
  int give_up(const base::Error& error, std::optional<int> signal);
  base::Result<void> prepare();
  base::Result<void> open_gpus();
  base::Result<void> open_outputs();
  base::Result<void> open_workload();
  [[nodiscard]] std::vector<workload::LogSink*> sinks() const;
  base::Result<std::optional<workload::NvtxInjection>> nvtx();
  void note_facts();
  [[nodiscard]] std::optional<base::Duration> expected_length() const;
  [[nodiscard]] MeasurementPlan plan();
  void leave_meter(const base::Result<Measured>& measured);
  void begin(base::SteadyTime time);
  void note_processes(base::SteadyTime time);
  void observe(std::size_t tick, const std::vector<meter::GpuReading>& readings);
  [[nodiscard]] runs::RunDirectory latest_directory() const;
  int conclude(Measured& measured);
  base::Result<void> end_part(const record::RunRecord& run);
  void collect_results(Measured& measured);
  void save_so_far(const record::RunRecord& run);
  [[nodiscard]] record::RunRecord account(const Measured& measured) const;
  [[nodiscard]] record::RunRecord make_record(const Measured& measured);
  base::Result<void> write_files(const record::RunRecord& run);
  void show(const record::RunRecord& run);

  const cli::RunSpec& spec_;
  const cli::Environment& environment_;
  const carbon::Source carbon_source_;
  const Shared& shared_;
  platform::SignalQueue& signals_;
  platform::SystemClock clock_;
  platform::Terminal terminal_;
  const base::ClockAnchor anchor_ = clock_.anchor();
  std::shared_ptr<meter::GpuMeter> meter_;
  gpus::WorkloadGpus gpus_;
  std::optional<gpus::EventMonitor> events_;
  record::RunFacts facts_;
  std::unique_ptr<Recording> recording_;
  std::optional<record::EnergySoFar> energy_;  // adding: the sampler's thread
  std::optional<PhaseWatch> phases_;           // the sampler's thread
  std::unique_ptr<Audience> audience_;
  std::unique_ptr<benchmark::BenchmarkOutputs> outputs_;
  std::unique_ptr<workload::Workload> workload_;
  std::unique_ptr<RunCarbon> carbon_;
  std::unique_ptr<RunExport> export_;  // null: not asked for
};

int BenchmarkRun::give_up(const base::Error& error, std::optional<int> signal) {
  const auto removed = workload_ ? workload_->cleanup() : base::Result<void>();
  if (!removed) complain(removed.error(), 0);
  if (recording_) recording_->discard();
  if (!signal) signal = signals_.next();
  return complain(error, signal ? kSignalBase + *signal : kCannotRun);
}

base::Result<void> BenchmarkRun::prepare() {
  GPUBENCH_TRY(open_gpus());
  GPUBENCH_TRY(open_outputs());
  GPUBENCH_TRY(open_workload());
  carbon_ = std::make_unique<RunCarbon>(carbon_source_, clock_, anchor_, gpus_.positions, *recording_);
  if (workload_->description().attached) note_processes(clock_.now());
  note_facts();
  if (const auto length = expected_length()) audience_->expect(*length);
  for (const std::string& note : workload_->description().notes) recording_->log().info("{}", note);
  GPUBENCH_TRY(audience_->serve(run_labels(facts_, workload_->description().name)));
  if (spec_.exports)
    GPUBENCH_ASSIGN_OR_RETURN(export_,
                              RunExport::start(recording_->directory().path, spec_.exporting, environment_.ca_file, clock_));
  return {};
}

base::Result<void> BenchmarkRun::open_gpus() {
  if (shared_.idle != nullptr)
    GPUBENCH_ASSIGN_OR_RETURN(meter_, shared_.idle->open_meter(spec_.meter, signals_.fd()));
  else
    GPUBENCH_ASSIGN_OR_RETURN(meter_, meter::open_meter(spec_.meter, clock_, signals_.fd()));
  GPUBENCH_ASSIGN_OR_RETURN(gpus_, gpus::find_workload_gpus(spec_.workload, meter_->source(), meter_->gpus()));
  if (shared_.part != nullptr) shared_.part->choose_gpus(gpus_, meter_->gpus());
  events_.emplace(*meter_);
  return {};
}

base::Result<void> BenchmarkRun::open_outputs() {
  GPUBENCH_ASSIGN_OR_RETURN(recording_, Recording::create(spec_, anchor_.wall, meter_->gpus(),
                                                          shared_.part == nullptr ? nullptr : &shared_.part->begun()));
  if (shared_.begun) shared_.begun(recording_->directory().run_id);
  energy_.emplace(recording_->series());
  audience_ = std::make_unique<Audience>(
      spec_, Audience::Scene{terminal_, clock_, anchor_, *meter_, gpus_, *recording_, signals_.fd()});
  const benchmark::OutputPlan plan{recording_->directory().path, spec_.log_cap_bytes, spec_.phases.log,
                                   audience_->log_watcher()};
  std::vector<workload::BenchmarkSpec> with_output = spec_.workload.benchmarks;
  if (spec_.workload.running) with_output.clear();  // it writes where it did before
  GPUBENCH_ASSIGN_OR_RETURN(outputs_, benchmark::BenchmarkOutputs::create(with_output, plan, clock_));
  return {};
}

base::Result<void> BenchmarkRun::open_workload() {
  WorkloadPlace place{meter_->source(), gpus_, recording_->directory(), signals_.fd()};
  if (auto marks = runs::make_marks_files(recording_->directory().path, spec_.workload.benchmarks.size()))
    place.marks = *std::move(marks);
  else
    recording_->log().warn("{}", marks.error().message);
  place.is_rank = shared_.part != nullptr && shared_.part->is_rank();
  GPUBENCH_ASSIGN_OR_RETURN(place.nvtx, nvtx());
  if (spec_.phases.with_client)
    GPUBENCH_ASSIGN_OR_RETURN(place.marks_client, runs::write_marks_client(recording_->directory().path));
  GPUBENCH_ASSIGN_OR_RETURN(workload_, make_workload(spec_.workload, place, clock_, sinks()));
  if (shared_.part != nullptr) workload_ = shared_.part->place(std::move(workload_), signals_.fd());
  GPUBENCH_TRY(workload_->prepare());
  recording_->log().info("run {} of {} on {}", recording_->directory().run_id, workload_->description().name,
                         platform::host_name());
  recording_->log().info("meter: {}; GPUs: {}", meter_->source().description, meter_->gpus().size());
  return {};
}

// A rank's output goes on to its launcher as well.
std::vector<workload::LogSink*> BenchmarkRun::sinks() const {
  if (shared_.part == nullptr || outputs_->sinks().size() != 1) return outputs_->sinks();
  return {shared_.part->output(outputs_->sinks().front())};
}

base::Result<std::optional<workload::NvtxInjection>> BenchmarkRun::nvtx() {
  if (!spec_.phases.nvtx) return std::nullopt;
  const auto library = runs::write_nvtx_library(recording_->directory().path);
  if (!library) return base::failure(library.error());
  return workload::NvtxInjection{library->string(), *spec_.phases.nvtx == "all" ? std::string() : *spec_.phases.nvtx};
}

void BenchmarkRun::note_facts() {
  static_cast<record::RunSettings&>(facts_) = spec_.settings;
  if (spec_.phases.nvtx) base::add_item(facts_.phases_asked, "--nvtx", " and ");
  if (!spec_.phases.log.regexes.empty()) base::add_item(facts_.phases_asked, "--phase-regex", " and ");
  facts_.run_id = recording_->directory().run_id;
  facts_.tool_version = base::kVersion;
  facts_.host = platform::host_name();
  facts_.anchor = anchor_;
  facts_.clock = record::ClockFacts{platform::boot_id(), platform::time_namespace()};
  facts_.source = meter_->source();
  facts_.gpus = meter_->gpus();
  facts_.benchmark_gpus = gpus_;
  if (spec_.keeps_environment) facts_.environment = machine_environment(environment_.all);
  recording_->watch_beside(spec_.keeps_environment ? beside::slurm_step_in(environment_.all) : std::nullopt, facts_.host);
  recording_->note_facts(facts_, workload_->description());
  phases_.emplace(runs::MarksFollower(recording_->directory().path, facts_), gpus_.positions);
}

// As long as the last run of the same benchmark took; empty: there is none, or nobody watches.
std::optional<base::Duration> BenchmarkRun::expected_length() const {
  if (spec_.live.style == live::LiveStyle::none) return std::nullopt;
  record::RunRecord run;
  run.facts = facts_;
  run.benchmark.name = facts_.name.empty() ? workload_->description().name : facts_.name;
  run.benchmark.command_line = workload_->description().command_line;
  for (const meter::GpuDescription& gpu : meter_->gpus()) run.gpus.emplace_back().gpu = gpu;
  const auto earlier = runs::find_earlier_run(spec_.results_dir, run);
  return earlier && earlier->elapsed > base::Duration{} ? std::optional(earlier->elapsed) : std::nullopt;
}

MeasurementPlan BenchmarkRun::plan() {
  MeasurementPlan plan;
  plan.sampling.interval = spec_.settings.interval;
  plan.sampling.drain_period = kDrainPeriod;
  if (!spec_.meter.record_trace.empty()) plan.sampling = sampler::trace_sampling();
  plan.sampling.anchor = anchor_;
  plan.idle_after = spec_.idle_roll;
  plan.idle_before =
      shared_.idle == nullptr ? spec_.idle_roll : shared_.idle->hand_over(recording_->series(), gpus_, signals_.fd());
  plan.attached = spec_.workload.running.has_value();
  plan.timeout = spec_.timeout;
  plan.events = &*events_;
  plan.started = [this](base::SteadyTime time) { begin(time); };
  plan.ended = [this](base::SteadyTime time) {
    energy_->end(time);
    recording_->end_beside(anchor_.to_wall(clock_.now()));
    audience_->end(time);
  };
  plan.say = [this](const std::string& line) { audience_->say(line); };
  plan.observer = [this](std::size_t tick, const std::vector<meter::GpuReading>& readings) { observe(tick, readings); };
  return plan;
}

// The idle time after a run of a set is also that before the next.
void BenchmarkRun::leave_meter(const base::Result<Measured>& measured) {
  if (shared_.idle != nullptr && measured)
    shared_.idle->begin(meter_, recording_->series(), measured->outcome.ran.end);
  else
    meter_->close();
}

void BenchmarkRun::begin(base::SteadyTime time) {
  energy_->begin(time);
  recording_->note_start(time);
  recording_->begin_beside(anchor_.to_wall(clock_.now()));
  if (const auto linked = runs::link_latest(spec_.results_dir, latest_directory()); !linked)
    recording_->log().warn("{}", linked.error().message);
  audience_->begin(time);
  if (spec_.live.ready_fd)
    platform::write_line_and_close(*spec_.live.ready_fd, std::filesystem::absolute(recording_->directory().path).string());
  note_processes(time);
}

void BenchmarkRun::note_processes(base::SteadyTime time) {
  gpus::WorkloadProcesses processes = gpus::processes_of(workload_->description(), command_results(recording_->directory()));
  if (shared_.part != nullptr) shared_.part->know_processes(processes);
  events_->workload_started(processes, time);
}

void BenchmarkRun::observe(std::size_t tick, const std::vector<meter::GpuReading>& readings) {
  record::Progress progress;
  progress.tick = tick;
  progress.time = anchor_.to_wall(readings.empty() ? clock_.now() : readings.front().time);
  progress.readings = readings;
  progress.energy = energy_->add(readings);
  progress.phase = phases_->at(readings.empty() ? clock_.now() : readings.front().time, progress.energy);
  recording_->repeat_facts(progress.time);
  carbon_->add_to(progress);
  audience_->show(std::move(progress));
  events_->poll(clock_.now());
}

// Of a part its job: there the results of all are.
runs::RunDirectory BenchmarkRun::latest_directory() const {
  if (shared_.part == nullptr) return recording_->directory();
  const std::filesystem::path folder = parts::group_folder(recording_->directory().path);
  return {folder, folder.filename().string()};
}

int BenchmarkRun::conclude(Measured& measured) {
  terminal_.interrupt_by(signals_.fd());
  collect_results(measured);
  const record::RunRecord run = make_record(measured);
  beside::InstalledSlurm slurm(signals_.fd());  // of a job and of a set once, not by each of its runs
  if (shared_.part == nullptr && spec_.part_of.place_in_set.empty())
    if (const auto asked = beside::ask_again(recording_->directory().path, {run.start_time(), run.end_time()}, slurm);
        !asked)
      recording_->log().warn("{}", asked.error().message);
  auto written = write_files(run);
  if (const auto ended = end_part(run); written && !ended) written = ended;
  show(run);
  const int code = exit_code(measured);
  if (!written) return complain(written.error(), code == 0 ? kCannotRun : code);
  return code;
}

// The account as it stands, on disk before anything is waited for that may never come: whoever kills the tool then, loses
// nothing that was measured.
void BenchmarkRun::save_so_far(const record::RunRecord& run) {
  recording_->note(runs::so_far_note(run));
  const auto written = write_reports(recording_->directory(), run, recording_->series(), report::TimeseriesFormat::none);
  if (!written) recording_->log().warn("{}", written.error().message);
}

record::RunRecord BenchmarkRun::account(const Measured& measured) const {
  record::RunRecord run = record::make_account(facts_, measured, recording_->series());
  run.carbon_place = carbon_source_.place;
  if (shared_.part != nullptr) shared_.part->add_findings(run);
  if (const int nodes = parts::nodes_left_out(environment_.all); nodes > 0 && shared_.part == nullptr)
    run.findings.emplace_back(nodes_not_measured(nodes));
  const auto& folder = recording_->directory().path;
  record::add_phases(run, runs::read_marks(folder, facts_, run.ran.end), recording_->series());
  return run;
}

void BenchmarkRun::collect_results(Measured& measured) {
  outputs_->close(measured.findings);
  for (const std::string& trouble : series::write_errors(recording_->series()))
    measured.findings.emplace_back(record::SeriesIncomplete{trouble});
  measured.scores = outputs_->scores({});
  const bool waits_for_engine = measured.workload.kind == workload::WorkloadDescription::Kind::container;
  if (waits_for_engine) save_so_far(account(measured));
  const auto results = recording_->directory().file("benchmark_results");
  const auto collected = workload_->collect_results(results);
  if (const auto removed = workload_->cleanup(); !removed) {
    recording_->log().error("{}", removed.error().message);
    complain(removed.error(), 0);
  }
  // The engine mounts them once more for results to be copied.
  runs::remove_empty_marks_files(recording_->directory().path);
  runs::remove_nvtx_library(recording_->directory().path);
  runs::remove_marks_client(recording_->directory().path);
  measured.scores = outputs_->scores(collected && *collected ? results : std::filesystem::path());
  for (const record::BenchmarkScore& score : measured.scores)
    if (!score.trouble.empty()) measured.findings.emplace_back(record::ScoreUnusable{score.trouble});
  if (!collected) {
    measured.findings.emplace_back(record::ResultsNotCollected{collected.error().message});
    recording_->log().warn("{}", collected.error().message);
  } else if (benchmark::left_some_out(results)) {
    measured.findings.emplace_back(record::ResultsNotCollected{.reason = {}, .some_copied = true});
  }
}

// The account, with what the export, the plot and the tool itself came to. Closes the journal.
record::RunRecord BenchmarkRun::make_record(const Measured& measured) {
  record::RunRecord run = account(measured);
  save_so_far(run);
  carbon_->add_to(run);
  save_so_far(run);
  audience_->finish_plot();
  recording_->note(exporting::results_note(run));  // also for a later export
  if (export_ && !spec_.quiet)
    std::cerr
        << "iris-gpubench: sending the rest to the database and reading back what it accepted (Ctrl-C ends the wait)\n";
  if (export_) export_->finish(run, spec_.exporting.drain, [this] { return platform::is_readable(signals_.fd()); });
  if (spec_.outputs.plot)
    draw_plot(recording_->directory(), run, recording_->series(), spec_.outputs.plot_format, signals_.fd());
  const platform::ResourceUse use = platform::own_resource_use();
  run.cost.cpu_seconds = use.cpu_seconds - shared_.cpu_before;
  run.cost.peak_resident = use.peak_resident;
  recording_->close(run);
  return run;
}

base::Result<void> BenchmarkRun::write_files(const record::RunRecord& run) {
  const runs::RunDirectory& directory = recording_->directory();
  auto written = write_reports(directory, run, recording_->series(), spec_.outputs.timeseries);
  if (written && shared_.idle == nullptr) written = meter_->finish();
  if (spec_.outputs.html)
    if (const auto page = write_page(directory, run, recording_->series()); written && !page) written = page;
  if (!audience_->last_table().empty())
    static_cast<void>(
        platform::write_file_atomically(directory.file("final_monitoring_output.txt"), audience_->last_table()));
  return written;
}

// part.json comes last: it says that the part is whole.
base::Result<void> BenchmarkRun::end_part(const record::RunRecord& run) {
  if (shared_.part == nullptr) return {};
  return parts::write_part(recording_->directory().path, shared_.part->ended(run));
}

void BenchmarkRun::show(const record::RunRecord& run) {
  const runs::RunDirectory& directory = recording_->directory();
  for (const record::Finding& finding : run.findings) recording_->log().warn("finding: {}", record::finding_text(finding));
  const std::string failure = benchmark::failure_text(run, directory.path);
  if (spec_.verbose)
    terminal_.write("\n" + for_terminal(terminal_, tables_of(directory, run)) + "\n" + list_result_files(directory));
  if (!spec_.quiet && spec_.part_of.place_in_set.empty() && shared_.part == nullptr) {
    const auto taken = static_cast<std::size_t>(std::count(failure.begin(), failure.end(), '\n'));
    const report::ScreenSetting setting{directory.path, runs::find_earlier_run(spec_.results_dir, run),
                                        report::kScreenLines - std::min(taken, report::kScreenLines)};
    terminal_.write("\n" + report::last_screen(run, setting));
  }
  std::cerr << failure;
  if (spec_.asks_for_profile) std::cerr << profiling_text(run, directory.path);
}

}  // namespace

RunEnd run_once(const cli::RunSpec& spec, const cli::Environment& environment, const Shared& shared) {
  const platform::SystemClock clock;
  auto carbon = carbon::open_source({spec.settings.carbon, spec.settings.carbon_region, environment.carbon}, clock);
  if (!carbon) return {complain(carbon.error(), kUsageError), {}};
  return BenchmarkRun(spec, environment, *std::move(carbon), shared).go();
}

}  // namespace gpubench::run
