#include "app/run.h"

#include <spdlog/spdlog.h>

#include <chrono>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <utility>

#include "app/environment.h"
#include "app/journal_samples.h"
#include "app/live_plot.h"
#include "app/live_style.h"
#include "app/measurement.h"
#include "app/reports.h"
#include "app/run_log.h"
#include "app/workload_setup.h"
#include "base/version.h"
#include "benchmark/benchmark_outputs.h"
#include "benchmark/failure.h"
#include "carbon/lookup.h"
#include "carbon/open.h"
#include "cli/complain.h"
#include "cli/exit_codes.h"
#include "exporting/exporter.h"
#include "exporting/journal/results.h"
#include "exporting/open.h"
#include "exporting/scrape/metrics_page.h"
#include "gpus/event_monitor.h"
#include "gpus/workload_gpus.h"
#include "live/feed.h"
#include "meter/open.h"
#include "platform/clock.h"
#include "platform/files.h"
#include "platform/http_client.h"
#include "platform/http_server.h"
#include "platform/process.h"
#include "platform/readable.h"
#include "platform/signals.h"
#include "platform/terminal.h"
#include "record/account.h"
#include "record/carbon_so_far.h"
#include "record/costs.h"
#include "record/energy_so_far.h"
#include "report/closing.h"
#include "report/formatted_tables.h"
#include "report/plot/plot.h"
#include "runs/journal_notes.h"
#include "runs/run_directory.h"
#include "series/journal/journal.h"
#include "series/open.h"
#include "workload/benchmark_name.h"

namespace gpubench::app {
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
  return measured.outcome.exit_code.value_or(kCannotRun);
}

// All parts of one run, in the order in which they are made; destroyed in reverse.
class BenchmarkRun {
 public:
  BenchmarkRun(const run::RunSpec& spec, const Environment& environment, carbon::Source carbon)
      : spec_(spec), environment_(environment), carbon_source_(std::move(carbon)) {}

  int go() {
    if (const auto ready = prepare(); !ready) {
      if (directory_) discard(*directory_);
      const auto signal = signals_.next();
      return complain(ready.error(), signal ? kSignalBase + *signal : kCannotRun);
    }
    std::optional<InterruptedBeforeStart> interrupted;
    auto measured = measure(*workload_, *meter_, clock_, signals_, series_, plan(), interrupted);
    meter_->close();
    if (measured && meter_->was_silent()) measured->findings.emplace_back(record::DriverSilent{});
    server_.reset();  // values that stand still are not current
    if (live_) live_->finish();
    if (measured) journal_->note(facts_note_);
    if (measured) journal_->note(runs::ended_note(*measured));
    if (measured) journal_->note(runs::events_note(measured->events));
    if (!measured) {
      static_cast<void>(workload_->cleanup());
      discard(*directory_);
      const auto signal = interrupted ? std::optional(interrupted->signal) : signals_.next();
      return complain(measured.error(), signal ? kSignalBase + *signal : kCannotRun);
    }
    return conclude(*measured);
  }

 private:
  base::Result<void> prepare();
  base::Result<void> choose_gpus();
  base::Result<void> make_outputs();
  void note_facts();
  void make_live_feed();
  base::Result<void> make_exporter();
  base::Result<void> serve();
  void say(const std::string& line);
  [[nodiscard]] MeasurementPlan plan();
  void observe(std::size_t tick, const std::vector<meter::GpuReading>& readings);
  void repeat_facts(base::WallTime now);
  void note_carbon(const record::Progress& progress);
  void make_live_plot();
  int conclude(Measured& measured);
  void save_so_far(const record::RunRecord& run);
  [[nodiscard]] record::RunRecord account(const Measured& measured) const;
  void collect_results(Measured& measured);
  void finish_exports(record::RunRecord& run);
  void close_journal(record::RunRecord& run);
  void note_series(Measured& measured);

  const run::RunSpec& spec_;
  const Environment& environment_;
  carbon::Source carbon_source_;
  platform::SignalQueue signals_;  // before any thread
  platform::SystemClock clock_;
  platform::Terminal terminal_;
  base::ClockAnchor anchor_ = clock_.anchor();
  std::optional<carbon::Lookup> carbon_;
  std::optional<record::CarbonSoFar> carbon_so_far_;
  std::string facts_note_;
  base::WallTime next_facts_note_;   // of the sampler's thread
  base::WallTime next_carbon_note_;  // likewise
  std::unique_ptr<meter::GpuMeter> meter_;
  gpus::WorkloadGpus gpus_;
  std::optional<gpus::EventMonitor> events_;
  record::RunFacts facts_;
  std::optional<runs::RunDirectory> directory_;
  std::shared_ptr<spdlog::logger> log_;
  std::unique_ptr<series::Journal> journal_;
  std::vector<series::GpuSeries> series_;  // write to the journal
  record::EnergySoFar energy_{series_};    // adding: the sampler's thread
  std::unique_ptr<benchmark::BenchmarkOutputs> outputs_;
  LiveStyle live_style_ = LiveStyle::none;  // never automatic
  std::unique_ptr<live::Feed> live_;
  std::unique_ptr<platform::HttpClient> export_http_;
  std::unique_ptr<exporting::Exporter> exporter_;
  std::unique_ptr<LivePlot> live_plot_;
  std::optional<exporting::MetricsPage> page_;  // before the server, which reads it
  std::unique_ptr<platform::HttpServer> server_;
  std::unique_ptr<workload::Workload> workload_;
};

base::Result<void> BenchmarkRun::prepare() {
  auto meter = meter::open_meter(spec_.meter, clock_);
  if (!meter) return base::failure(meter.error());
  meter_ = std::move(*meter);
  if (const auto chosen = choose_gpus(); !chosen) return chosen;
  if (const auto made = make_outputs(); !made) return made;
  auto workload =
      make_workload(spec_.workload, {meter_->source(), gpus_, *directory_, signals_.fd()}, clock_, outputs_->sinks());
  if (!workload) return base::failure(workload.error());
  workload_ = std::move(*workload);
  if (const auto ready = workload_->prepare(); !ready) return ready;
  log_->info("run {} of {} on {}", directory_->run_id, workload_->description().name, platform::host_name());
  log_->info("meter: {}; GPUs: {}", meter_->source().description, meter_->gpus().size());
  carbon_.emplace(carbon_source_, clock_);
  carbon_so_far_.emplace(*carbon_, gpus_.positions);
  note_facts();
  for (const std::string& note : workload_->description().notes) log_->info("{}", note);
  if (spec_.serve)
    if (const auto served = serve(); !served) return served;
  if (spec_.exports)
    if (const auto made = make_exporter(); !made) return made;
  return {};
}

base::Result<void> BenchmarkRun::choose_gpus() {
  auto gpus = gpus::find_workload_gpus(spec_.workload, meter_->source(), meter_->gpus());
  if (!gpus) return base::failure(gpus.error());
  gpus_ = std::move(*gpus);
  events_.emplace(*meter_);
  return {};
}

base::Result<void> BenchmarkRun::make_outputs() {
  auto directory =
      runs::make_run_directory(spec_.results_dir, runs::make_run_id(anchor_.wall, workload::benchmark_name(spec_.workload)));
  if (!directory) return base::failure(directory.error());
  directory_ = std::move(*directory);
  auto log = make_run_log(directory_->file("runtime.log"), spec_.log_level, spec_.verbose);
  if (!log) return base::failure(log.error());
  log_ = std::move(*log);
  auto journal = series::Journal::create(directory_->path, directory_->run_id);
  if (!journal) return base::failure(journal.error());
  journal_ = std::move(*journal);
  auto series = series::open_series(meter_->gpus(), directory_->path, journal_.get());
  if (!series) return base::failure(series.error());
  series_ = std::move(*series);
  make_live_feed();
  std::function<void(std::string)> watch;
  if (spec_.live.show_log || live_style_ == LiveStyle::full)
    watch = [this](std::string bytes) { live_->show_log(std::move(bytes)); };
  auto outputs =
      benchmark::BenchmarkOutputs::create(spec_.workload.benchmarks, {directory_->path, spec_.log_cap_bytes, watch}, clock_);
  if (!outputs) return base::failure(outputs.error());
  outputs_ = std::move(*outputs);
  return {};
}

void BenchmarkRun::note_facts() {
  facts_.run_id = directory_->run_id;
  facts_.tool_version = base::kVersion;
  facts_.host = platform::host_name();
  static_cast<record::RunSettings&>(facts_) = spec_.settings;
  facts_.anchor = anchor_;
  facts_.source = meter_->source();
  facts_.gpus = meter_->gpus();
  facts_.benchmark_gpus = gpus_;
  facts_note_ = runs::facts_note(facts_, workload_->description());
  journal_->note(facts_note_);
}

void BenchmarkRun::make_live_feed() {
  live_style_ = live_style_for(spec_.live, terminal_);
  const bool replays = meter_->source().is_replay();
  live_ = std::make_unique<live::Feed>(
      terminal_,
      make_view(live_style_, spec_.live,
                {terminal_, clock_, meter_->gpus(), gpus_.positions, workload::benchmark_name(spec_.workload), replays}),
      live_style_ == LiveStyle::full);
  if (spec_.live_plot && spec_.outputs.plot) make_live_plot();
}

base::Result<void> BenchmarkRun::make_exporter() {
  export_http_ = platform::make_http_client(environment_.ca_file);
  auto session = exporting::open_session(directory_->path, exporting::plan_of(spec_.exporting), make_journal_samples,
                                         *export_http_, clock_);
  if (!session) return base::failure(session.error());
  exporter_ = std::make_unique<exporting::Exporter>(std::move(*session), clock_);
  return {};
}

base::Result<void> BenchmarkRun::serve() {
  page_.emplace(run_labels(facts_, workload_->description().name), carbon::place_name(spec_.settings.carbon, spec_.settings.carbon_region),
                gpus_.positions, anchor_, series_);
  auto server = platform::HttpServer::start(
      *spec_.serve, {"/metrics", std::string(exporting::kExpositionType), [this] { return page_->text(); }});
  if (!server) return base::failure(server.error().with_context("--serve"));
  server_ = std::move(*server);
  log_->info("answering scrapes at {}", server_->url());
  const bool is_open = !platform::is_loopback(spec_.serve->host);
  say("answering scrapes at " + server_->url() +
      (is_open ? ", without a login, for everybody who can reach this machine" : ""));
  return {};
}

void BenchmarkRun::say(const std::string& line) {
  if (!spec_.quiet) live_->say(line);
}

MeasurementPlan BenchmarkRun::plan() {
  MeasurementPlan plan;
  plan.sampling.interval = spec_.settings.interval;
  plan.sampling.drain_period = kDrainPeriod;
  if (!spec_.meter.record_trace.empty()) plan.sampling = sampler::trace_sampling();
  plan.idle_roll = spec_.idle_roll;
  plan.timeout = spec_.timeout;
  plan.events = &*events_;
  plan.started = [this](base::SteadyTime time) {
    energy_.begin(time);
    for (int copies = 0; copies < 2; ++copies) journal_->note(runs::started_note(time));  // as the facts, not only once
    if (const auto linked = runs::link_latest(spec_.results_dir, *directory_); !linked)
      log_->warn("{}", linked.error().message);
    live_->start(anchor_.to_wall(time));
    if (live_plot_) live_plot_->begin(time);
    if (page_) page_->begin(time);
    events_->workload_started(gpus::processes_of(workload_->description(), command_results(*directory_)), time);
  };
  plan.ended = [this](base::SteadyTime time) {
    energy_.end(time);
    if (page_) page_->end(time);
  };
  plan.say = [this](const std::string& line) { say(line); };
  plan.observer = [this](std::size_t tick, const std::vector<meter::GpuReading>& readings) { observe(tick, readings); };
  return plan;
}

void BenchmarkRun::observe(std::size_t tick, const std::vector<meter::GpuReading>& readings) {
  record::Progress progress;
  progress.tick = tick;
  progress.time = anchor_.to_wall(readings.empty() ? clock_.now() : readings.front().time);
  progress.readings = readings;
  progress.energy = energy_.add(readings);
  progress.carbon = carbon_so_far_->at(progress.time, progress.energy);
  repeat_facts(progress.time);
  note_carbon(progress);
  if (live_plot_) live_plot_->show(progress);
  if (page_) page_->show(progress);
  live_->show(std::move(progress));
  events_->poll(clock_.now());
}

// Once in each part of the journal or so: a damaged one costs what it holds, not the run.
void BenchmarkRun::repeat_facts(base::WallTime now) {
  constexpr base::Duration apart = std::chrono::minutes(5);
  if (now < next_facts_note_) return;
  journal_->note(facts_note_);
  next_facts_note_ = now + apart;
}

// Once a second at most: the grid changes no faster, and short intervals would fill the journal with it.
void BenchmarkRun::note_carbon(const record::Progress& progress) {
  constexpr base::Duration apart = std::chrono::seconds(1);
  if (!progress.carbon || progress.time < next_carbon_note_) return;
  journal_->note(runs::carbon_note(anchor_.to_steady(progress.time), *progress.carbon));
  next_carbon_note_ = progress.time + apart;
}

void BenchmarkRun::make_live_plot() {
  LivePlot::Plan plan;
  plan.path = directory_->path / report::plot_file_name(spec_.outputs.plot_format);
  plan.format = spec_.outputs.plot_format;
  plan.anchor = anchor_;
  plan.interrupt_fd = signals_.fd();
  plan.failed = [log = log_](const std::string& why) { log->warn("live plot: {}", why); };
  report::PlotInput& input = plan.input;
  input.title = workload::benchmark_name(spec_.workload);
  input.subtitle = "run under way";
  input.under_way = true;
  input.replay = meter_->source().is_replay();
  input.gpus = meter_->gpus();
  for (std::size_t gpu = 0; gpu < input.gpus.size(); ++gpu) input.is_other.push_back(!gpus_.has(gpu));
  input.series = &series_;
  input.origin = anchor_.steady;
  live_plot_ = std::make_unique<LivePlot>(std::move(plan));
}

// The account as it stands, on disk before anything is waited for that may never come: whoever kills the tool then, loses
// nothing that was measured.
void BenchmarkRun::save_so_far(const record::RunRecord& run) {
  journal_->note(runs::so_far_note(run));
  if (const auto written = write_reports(*directory_, run, series_, TimeseriesFormat::none); !written)
    log_->warn("{}", written.error().message);
}

void BenchmarkRun::collect_results(Measured& measured) {
  const auto results = directory_->file("benchmark_results");
  const auto collected = workload_->collect_results(results);
  if (const auto removed = workload_->cleanup(); !removed) {
    log_->error("{}", removed.error().message);
    complain(removed.error(), 0);
  }
  measured.scores = outputs_->scores(collected && *collected ? results : std::filesystem::path());
  for (const record::BenchmarkScore& score : measured.scores)
    if (!score.trouble.empty()) measured.findings.emplace_back(record::ScoreUnusable{score.trouble});
  if (!collected) {
    measured.findings.emplace_back(record::ResultsNotCollected{collected.error().message});
    log_->warn("{}", collected.error().message);
  } else if (benchmark::left_some_out(results)) {
    measured.findings.emplace_back(
        record::ResultsNotCollected{"not all of them: benchmark_results/skipped.txt lists the others"});
  }
}

void BenchmarkRun::note_series(Measured& measured) {
  for (const std::string& trouble : series::write_errors(series_))
    measured.findings.emplace_back(record::SeriesIncomplete{trouble});
}

void BenchmarkRun::finish_exports(record::RunRecord& run) {
  if (live_plot_) live_plot_->finish();
  journal_->note(exporting::results_note(run));  // also for a later export
  if (!exporter_) return;
  run.exported = exporter_->finish(spec_.exporting.drain, [this] { return platform::is_readable(signals_.fd()); });
  if (run.exported.accepted < run.exported.recorded)
    run.findings.emplace_back(record::ExportIncomplete{run.exported.recorded, run.exported.accepted, run.exported.reason});
}

void BenchmarkRun::close_journal(record::RunRecord& run) {
  journal_->note(runs::closing_note(run));
  journal_->close();
  if (const auto error = journal_->error()) run.findings.emplace_back(record::JournalIncomplete{error->message});
}

record::RunRecord BenchmarkRun::account(const Measured& measured) const {
  record::RunRecord run = record::make_account(facts_, measured, series_);
  run.carbon_place = carbon_source_.place;
  return run;
}

int BenchmarkRun::conclude(Measured& measured) {
  terminal_.interrupt_by(signals_.fd());
  outputs_->close(measured.findings);
  note_series(measured);
  measured.scores = outputs_->scores({});
  const bool waits_for_engine = measured.workload.kind == workload::WorkloadDescription::Kind::container;
  if (waits_for_engine) save_so_far(account(measured));
  collect_results(measured);
  record::RunRecord run = account(measured);
  save_so_far(run);
  if (run.total_energy) record::cost(run, series_, carbon_->answer(run.start_time(), run.end_time()));
  for (const std::string& note : carbon_->take_notes()) log_->warn("{}", note);
  save_so_far(run);
  finish_exports(run);
  if (spec_.outputs.plot) draw_plot(*directory_, run, series_, spec_.outputs.plot_format, signals_.fd());
  const platform::ResourceUse use = platform::own_resource_use();
  run.cost.cpu_seconds = use.cpu_seconds;
  run.cost.peak_resident = use.peak_resident;
  close_journal(run);
  auto written = write_reports(*directory_, run, series_, spec_.outputs.timeseries);
  if (written) written = meter_->finish();
  if (spec_.outputs.html)
    if (const auto page = write_page(*directory_, run, series_); written && !page) written = page;
  if (!live_->last_table().empty())
    static_cast<void>(platform::write_file_atomically(directory_->file("final_monitoring_output.txt"), live_->last_table()));
  for (const record::Finding& finding : run.findings) log_->warn("finding: {}", record::finding_text(finding));
  if (!spec_.quiet)
    terminal_.write("\n" + for_terminal(terminal_, report::formatted_tables(run)) + "\n" + list_result_files(*directory_) +
                    "\n" + report::closing_lines(run, directory_->path));
  std::cerr << benchmark::failure_text(run, directory_->path);
  const int code = exit_code(measured);
  if (!written) return complain(written.error(), code == 0 ? kCannotRun : code);
  return code;
}

}  // namespace

int run_benchmark(const run::RunSpec& spec, const cli::Environment& environment) {
  const platform::SystemClock clock;
  auto carbon = carbon::open_source({spec.settings.carbon, spec.settings.carbon_region, environment.carbon}, clock);
  if (!carbon) return complain(carbon.error(), kUsageError);
  return BenchmarkRun(spec, environment, *std::move(carbon)).go();
}

}  // namespace gpubench::app
