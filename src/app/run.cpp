#include "app/run.h"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <utility>

#include "app/account.h"
#include "app/benchmark_log.h"
#include "app/carbon_lookup.h"
#include "app/environment.h"
#include "app/live_feed.h"
#include "app/make_parts.h"
#include "app/measurement.h"
#include "app/options.h"
#include "app/reports.h"
#include "app/run_directory.h"
#include "app/worker.h"
#include "carbon/regions.h"
#include "platform/clock.h"
#include "platform/files.h"
#include "platform/http_client.h"
#include "platform/process.h"
#include "platform/signals.h"
#include "platform/terminal.h"
#include "report/formatted_tables.h"
#include "report/plot/plot.h"
#include "sink/sink.h"

namespace gpubench::app {
namespace {

constexpr base::Duration kExportBudget = std::chrono::seconds(30);
constexpr int kSignalBase = 128;

int complain(const base::Error& error, int exit_code) {
  std::cerr << "iris-gpubench: " << error.message << "\n";
  if (!error.remedy.empty()) std::cerr << "  " << error.remedy << "\n";
  return exit_code;
}

int list_regions() {
  std::cout << "Regions of the GB carbon intensity forecast:\n";
  for (const carbon::Region& region : carbon::regions()) std::cout << "  " << region.name << "\n";
  return 0;
}

int list_images(const Environment& environment) {
  const auto images = container_images(environment);
  if (!images) return complain(images.error(), kCannotRun);
  std::cout << (images->empty() ? "No images (base images are left out).\n"
                                : "Images that can be run (base images left out):\n");
  for (const std::string& image : *images) std::cout << "  " << image << "\n";
  return 0;
}

base::Result<carbon::Region> known_region(const std::string& name) {
  if (const auto region = carbon::find_region(name)) return *region;
  std::string list;
  for (const carbon::Region& region : carbon::regions()) list += (list.empty() ? "" : ", ") + std::string(region.name);
  return base::failure("unknown carbon region \"" + name + "\"", "choose one of: " + list);
}

// The benchmark's own, or the signal's that ended the run.
int exit_code(const Measured& measured) {
  if (measured.interrupted_by) return kSignalBase + *measured.interrupted_by;
  return measured.outcome.exit_code.value_or(kCannotRun);
}

// Everything that takes part in one run, in the order in which it is made; taken down in reverse.
class BenchmarkRun {
 public:
  BenchmarkRun(const Options& options, const Environment& environment) : options_(options), environment_(environment) {}

  int go() {
    if (const auto ready = prepare(); !ready) {
      if (directory_) discard(*directory_);
      return complain(ready.error(), kCannotRun);
    }
    std::optional<InterruptedBeforeStart> interrupted;
    auto measured = measure(*workload_, *meter_, clock_, signals_, series_, plan(), interrupted);
    if (live_) live_->finish();
    if (!measured) {
      static_cast<void>(workload_->cleanup());
      discard(*directory_);
      return complain(measured.error(), interrupted ? kSignalBase + interrupted->signal : kCannotRun);
    }
    return conclude(*measured);
  }

 private:
  base::Result<void> prepare();
  base::Result<void> make_outputs();
  void make_live_feed();
  base::Result<void> make_exporter();
  [[nodiscard]] MeasurementPlan plan();
  void observe(std::size_t tick, const std::vector<meter::GpuReading>& readings);
  void draw_live_plot();
  int conclude(const Measured& measured);
  void collect_results();
  void finish_exports(record::RunRecord& run);
  void note_log_and_series();

  const Options& options_;
  const Environment& environment_;
  platform::SignalQueue signals_;  // before any thread
  platform::SystemClock clock_;
  platform::Terminal terminal_;
  base::ClockAnchor anchor_ = clock_.anchor();
  std::optional<CarbonLookup> carbon_;
  std::unique_ptr<meter::GpuMeter> meter_;
  std::optional<RunDirectory> directory_;
  std::shared_ptr<spdlog::logger> log_;
  std::vector<series::GpuSeries> series_;
  std::unique_ptr<BenchmarkLog> benchmark_log_;
  std::unique_ptr<LiveFeed> live_;
  std::unique_ptr<platform::HttpClient> export_http_;
  std::unique_ptr<sink::Sink> sink_;
  std::unique_ptr<Worker<record::Progress>> exporter_;
  std::unique_ptr<Worker<record::Progress>> plotter_;
  std::unique_ptr<workload::Workload> workload_;
  std::vector<record::Finding> findings_;
  std::optional<double> score_;
};

base::Result<void> BenchmarkRun::prepare() {
  const auto region = known_region(options_.carbon_region);
  if (!region) return base::failure(region.error());
  auto meter = make_meter(options_, environment_, clock_);
  if (!meter) return base::failure(meter.error());
  meter_ = std::move(*meter);
  if (const auto made = make_outputs(); !made) return made;
  workload_ = make_workload(options_, environment_, *meter_, *directory_, clock_, *benchmark_log_);
  if (const auto ready = workload_->prepare(); !ready) return ready;
  log_->info("run {} of {} on {}", directory_->run_id, workload_->description().name, platform::host_name());
  log_->info("meter: {}; GPUs: {}", meter_->source().description, meter_->gpus().size());
  carbon_.emplace(*region, environment_.carbon_url, environment_.ca_file, clock_);
  for (const std::string& note : workload_->description().notes) log_->info("{}", note);
  return options_.export_to_victoria ? make_exporter() : base::Result<void>();
}

base::Result<void> BenchmarkRun::make_outputs() {
  auto directory = make_run_directory(options_.results_dir, make_run_id(anchor_.wall, benchmark_name(options_)));
  if (!directory) return base::failure(directory.error());
  directory_ = std::move(*directory);
  try {
    log_ = std::make_shared<spdlog::logger>(
        "run", std::make_shared<spdlog::sinks::basic_file_sink_mt>(directory_->file("runtime.log").string()));
  } catch (const spdlog::spdlog_ex& error) {
    return base::failure(error.what());
  }
  log_->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
  log_->flush_on(spdlog::level::info);
  auto series = make_series(meter_->gpus().size(), directory_->path);
  if (!series) return base::failure(series.error());
  series_ = std::move(*series);
  make_live_feed();
  auto log =
      BenchmarkLog::create(directory_->file("benchmark.log"),
                           options_.monitor_benchmark_logs ? [this](std::string bytes) { live_->show_log(std::move(bytes)); }
                                                           : std::function<void(std::string)>());
  if (!log) return base::failure(log.error());
  benchmark_log_ = std::move(*log);
  return {};
}

void BenchmarkRun::make_live_feed() {
  live::ViewOptions view;
  view.show_metrics = options_.live_monitor;
  view.show_log = options_.monitor_benchmark_logs;
  view.escape_codes = terminal_.is_terminal() && !environment_.dumb_terminal;
  if (meter_->source().kind == meter::SourceKind::replay)
    view.notice = "REPLAY of a recorded trace: not a measurement of this machine";
  live_ = std::make_unique<LiveFeed>(terminal_, meter_->gpus(), view);
  if (options_.live_plot && options_.plot)
    plotter_ = std::make_unique<Worker<record::Progress>>(1, Worker<record::Progress>::WhenFull::replace_oldest,
                                                          [this](record::Progress&) { draw_live_plot(); });
}

base::Result<void> BenchmarkRun::make_exporter() {
  export_http_ = platform::make_http_client(environment_.ca_file);
  auto sink = make_sink(environment_, *export_http_, clock_);
  if (!sink) return base::failure(sink.error());
  sink_ = std::move(*sink);
  sink_->begin(
      {directory_->run_id, platform::host_name(), workload_->description().name, meter_->gpus(), meter_->source().kind});
  constexpr std::size_t kQueuedIntervals = 3600;
  exporter_ =
      std::make_unique<Worker<record::Progress>>(kQueuedIntervals, Worker<record::Progress>::WhenFull::replace_oldest,
                                                 [this](record::Progress& progress) { sink_->send(progress); });
  return {};
}

MeasurementPlan BenchmarkRun::plan() {
  MeasurementPlan plan;
  plan.sampling.interval = options_.interval;
  if (!options_.record_trace.empty()) plan.sampling = trace_sampling();
  plan.idle_roll = options_.idle_roll;
  plan.observer = [this](std::size_t tick, const std::vector<meter::GpuReading>& readings) { observe(tick, readings); };
  return plan;
}

void BenchmarkRun::observe(std::size_t tick, const std::vector<meter::GpuReading>& readings) {
  record::Progress progress;
  progress.tick = tick;
  progress.time = anchor_.to_wall(readings.empty() ? clock_.now() : readings.front().time);
  progress.readings = readings;
  if (exporter_) exporter_->post(progress);
  if (plotter_) plotter_->post(progress);
  live_->show(std::move(progress));
}

void BenchmarkRun::draw_live_plot() {
  report::PlotInput input;
  input.title = benchmark_name(options_);
  input.subtitle = "run under way";
  input.replay = meter_->source().kind == meter::SourceKind::replay;
  input.gpus = meter_->gpus();
  input.series = &series_;
  input.origin = anchor_.steady;
  if (const auto drawn = report::write_plot(directory_->file("metrics_plot.png"), input); !drawn)
    log_->warn("live plot: {}", drawn.error().message);
}

void BenchmarkRun::collect_results() {
  const auto results = directory_->file("benchmark_results");
  const auto collected = workload_->collect_results(results);
  if (!collected) {
    findings_.emplace_back(record::ResultsNotCollected{collected.error().message});
    log_->warn("{}", collected.error().message);
  } else if (*collected) {
    score_ = read_score(results);
  }
  if (const auto removed = workload_->cleanup(); !removed) {
    log_->error("{}", removed.error().message);
    complain(removed.error(), 0);
  }
}

void BenchmarkRun::note_log_and_series() {
  if (const auto closed = benchmark_log_->close(); !closed)
    findings_.emplace_back(record::LogIncomplete{closed.error().message});
  for (const std::string& trouble : series_trouble(series_)) findings_.emplace_back(record::SeriesIncomplete{trouble});
}

void BenchmarkRun::finish_exports(record::RunRecord& run) {
  if (plotter_) plotter_->finish();
  if (!exporter_) return;
  exporter_->finish();
  run.exported = sink_->finish(kExportBudget);
  if (run.exported.accepted < run.exported.recorded)
    run.findings.emplace_back(record::ExportIncomplete{run.exported.recorded, run.exported.accepted, run.exported.reason});
}

int BenchmarkRun::conclude(const Measured& measured) {
  collect_results();
  note_log_and_series();
  AccountInput input;
  input.run_id = directory_->run_id;
  input.host = platform::host_name();
  input.interval = options_.interval;
  input.anchor = anchor_;
  input.carbon_region = options_.carbon_region;
  input.meter = meter_.get();
  input.workload = &workload_->description();
  input.measured = &measured;
  input.series = &series_;
  input.score = score_;
  input.findings = findings_;
  record::RunRecord run = make_account(input, *carbon_);
  finish_exports(run);
  if (options_.plot) draw_plot(*directory_, run, series_);
  const platform::ResourceUse use = platform::own_resource_use();
  run.cost.cpu_seconds = use.cpu_seconds;
  run.cost.peak_resident = use.peak_resident;
  auto written = write_reports(*directory_, run, series_);
  if (written) written = finish_recording(*meter_);
  if (!live_->last_table().empty())
    static_cast<void>(platform::write_file_atomically(directory_->file("final_monitoring_output.txt"), live_->last_table()));
  if (const auto linked = link_latest(options_.results_dir, *directory_); !linked) log_->warn("{}", linked.error().message);
  for (const record::Finding& finding : run.findings) log_->warn("finding: {}", record::finding_text(finding));
  terminal_.write("\n" + report::formatted_tables(run) + "\n" + list_result_files(*directory_));
  if (!written) return complain(written.error(), kCannotRun);
  return exit_code(measured);
}

int run_benchmark(const Options& options, const Environment& environment) {
  if (const auto region = known_region(options.carbon_region); !region) return complain(region.error(), kUsageError);
  return BenchmarkRun(options, environment).go();
}

}  // namespace

int run_program(const std::vector<std::string>& arguments) {
  const auto command = parse_command_line(arguments);
  if (!command) return complain(command.error(), kUsageError);
  const Environment environment = read_environment();
  if (const auto* text = std::get_if<ShowText>(&*command)) {
    std::cout << text->text;
    return 0;
  }
  if (std::holds_alternative<ListRegions>(*command)) return list_regions();
  if (std::holds_alternative<ListImages>(*command)) return list_images(environment);
  return run_benchmark(std::get<Options>(*command), environment);
}

}  // namespace gpubench::app
