#include "app/saved_run.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "app/account.h"
#include "app/carbon_choice.h"
#include "app/carbon_lookup.h"
#include "app/export_state.h"
#include "platform/process.h"
#include "series/journal/read_journal.h"
#include "series/open.h"

namespace gpubench::app {
namespace {

namespace fs = std::filesystem;

// The GPUs of a run that is over: they are described, and cannot be read.
class RecordedMeter final : public meter::GpuMeter {
 public:
  RecordedMeter(meter::MeterSource source, std::vector<meter::GpuDescription> gpus)
      : source_(std::move(source)), gpus_(std::move(gpus)) {}
  [[nodiscard]] const meter::MeterSource& source() const override { return source_; }
  [[nodiscard]] const std::vector<meter::GpuDescription>& gpus() const override { return gpus_; }
  meter::GpuReading read(std::size_t /*gpu*/) override { return {}; }
  meter::Field<meter::CounterReading> read_energy_counter(std::size_t /*gpu*/) override {
    return meter::absent(meter::Absent::unsupported);
  }
  meter::Field<std::vector<meter::PowerSample>> drain_power(std::size_t /*gpu*/) override {
    return meter::absent(meter::Absent::unsupported);
  }

 private:
  meter::MeterSource source_;
  std::vector<meter::GpuDescription> gpus_;
};

// Puts a journal's values into series and its notes into a JournalledRun.
class Loader final : public series::JournalVisitor {
 public:
  explicit Loader(fs::path spool_directory) : spool_directory_(std::move(spool_directory)) {}

  void reading(std::size_t gpu, const meter::GpuReading& value) override {
    if (gpu < series.size()) series[gpu].readings->append(value);
    last = std::max(last, value.time);
  }
  void power(std::size_t gpu, const meter::PowerSample& value) override {
    if (gpu < series.size()) series[gpu].power->append(value);
    last = std::max(last, value.time);
  }
  void counter(std::size_t gpu, const meter::CounterReading& value) override {
    if (gpu < series.size()) series[gpu].counter->append(value);
    last = std::max(last, value.after);
  }
  void note(std::string_view text) override {
    take_note(notes, text);
    if (notes.identity && series.empty()) make_room();
  }

  JournalledRun notes;
  std::vector<series::GpuSeries> series;
  base::SteadyTime last;  // time of the latest value
  std::optional<base::Error> trouble;

 private:
  void make_room() {
    auto made = series::open_series(notes.identity->gpus.size(), spool_directory_);
    if (!made)
      made = series::open_series(notes.identity->gpus.size(), fs::temp_directory_path());  // a folder that is read-only
    if (made) {
      series = std::move(*made);
    } else {
      trouble = made.error();
    }
  }

  fs::path spool_directory_;
};

std::string damage_text(const series::JournalReadout& readout) {
  if (readout.missing_records == 0 && readout.skipped_bytes == 0) return {};
  return std::to_string(readout.missing_records) + " records are missing from the journal (" +
         std::to_string(readout.skipped_bytes) + " bytes are damaged)";
}

// The run's own intensities, asked of nobody.
CarbonChoice choice_of(const RunClosing& closing) {
  CarbonChoice choice;
  choice.place = closing.carbon_place;
  choice.ask = [slots = closing.intensities](base::WallTime /*from*/, base::WallTime /*to*/, base::Duration /*patience*/) {
    return CarbonChoice::Slots(slots);
  };
  return choice;
}

// A source that cannot be asked any more (its token is not there) is replaced by its fallback.
CarbonChoice carbon_choice(const JournalledRun& notes, const Environment& environment, const platform::Clock& clock) {
  auto own = choose_carbon(notes.identity->carbon, notes.identity->carbon_region, environment, clock);
  if (!notes.closing) {
    if (own) return *std::move(own);
    CarbonChoice none;
    none.place = notes.identity->carbon_region;
    none.fallback = carbon::great_britain();
    return none;
  }
  CarbonChoice choice = choice_of(*notes.closing);
  choice.fallback = own ? own->fallback : carbon::great_britain();
  return choice;
}

base::Result<void> check(const Loader& loader, const fs::path& directory) {
  if (loader.trouble) return base::failure(*loader.trouble);
  if (!loader.notes.identity) return base::failure("the beginning of the journal in " + directory.string() + " is lost");
  if (!loader.notes.started && !loader.notes.ended)
    return base::failure("the journal in " + directory.string() +
                         " tells of no start of the benchmark: there is nothing to make of it");
  return {};
}

// Where the journal stops without an end, the run is taken to end at its last value.
Measured measured_until(const Loader& loader) {
  if (loader.notes.ended) return *loader.notes.ended;
  Measured measured;
  measured.outcome.ran = {*loader.notes.started, std::max(*loader.notes.started, loader.last)};
  measured.outcome.note = "the tool was ended first";
  return measured;
}

record::RunRecord account(const Loader& loader, const Environment& environment, const platform::Clock& clock) {
  const RunIdentity& identity = *loader.notes.identity;
  const RecordedMeter meter(identity.source, identity.gpus);
  const Measured measured = measured_until(loader);
  AccountInput input;
  input.run_id = identity.run_id;
  input.host = identity.host;
  input.interval = identity.interval;
  input.anchor = identity.anchor;
  input.carbon = identity.carbon;
  input.meter = &meter;
  input.workload = &loader.notes.workload;
  input.measured = &measured;
  input.series = &loader.series;
  input.gpus = identity.workload_gpus;
  input.events = loader.notes.events;
  if (loader.notes.closing) input.scores = loader.notes.closing->scores;
  CarbonLookup carbon(carbon_choice(loader.notes, environment, clock), clock);
  record::RunRecord run = make_account(input, carbon);
  run.tool_version = identity.tool_version;
  return run;
}

void add_closing(record::RunRecord& run, const RunClosing& closing) {
  run.findings = closing.findings;
  run.cost.cpu_seconds = closing.cost.cpu_seconds;
  run.cost.peak_resident = closing.cost.peak_resident;
  run.exported = closing.exported;  // as it was at the end of the run
  run.invocation = closing.invocation;
}

}  // namespace

base::Result<SavedRun> load_run(const fs::path& directory, const Environment& environment, const platform::Clock& clock) {
  Loader loader(directory);
  const auto readout = series::read_journal(directory, loader);
  if (!readout) return base::failure(readout.error());
  platform::give_back_freed_memory();  // a segment's bytes are not needed after it is read
  if (const auto good = check(loader, directory); !good) return base::failure(good.error());
  SavedRun saved;
  saved.run = account(loader, environment, clock);
  saved.carbon = loader.notes.identity->carbon;
  saved.carbon_region = loader.notes.identity->carbon_region;
  saved.finished = loader.notes.closing.has_value();
  saved.damage = damage_text(*readout);
  if (saved.finished) {
    add_closing(saved.run, *loader.notes.closing);
  } else {
    const std::string until = base::utc_text_milliseconds(saved.run.anchor.to_wall(loader.last));
    saved.run.findings.insert(saved.run.findings.begin(), record::Recovered{until, readout->missing_records});
  }
  if (!saved.damage.empty() && saved.finished) saved.run.findings.emplace_back(record::JournalIncomplete{saved.damage});
  if (auto outcome = last_export(directory)) saved.run.exported = *std::move(outcome);
  saved.series = std::move(loader.series);
  return saved;
}

base::Result<RunDirectory> find_run(const fs::path& results_dir, const std::string& name) {
  std::error_code error;
  for (const fs::path& path : {results_dir / name, fs::path(name)}) {
    if (!fs::is_directory(path, error)) continue;
    const fs::path real = fs::canonical(path, error);
    return RunDirectory{real, real.filename().string()};
  }
  return base::failure("there is no run \"" + name + "\" in " + results_dir.string(),
                       "name a run's folder or its id; iris-gpubench list shows them");
}

base::Result<SavedRun> load_past_run(const RunDirectory& directory, const Environment& environment) {
  if (series::journal_in_use(directory.path))
    return base::failure("the run " + directory.run_id + " is still under way", "wait for its end");
  const platform::SystemClock clock;
  return load_run(directory.path, environment, clock);
}

}  // namespace gpubench::app
