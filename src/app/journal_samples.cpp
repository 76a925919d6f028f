#include "app/journal_samples.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <utility>

#include "app/export_results.h"

namespace gpubench::app {
namespace {

constexpr std::uint64_t kPart = std::uint64_t{1} << 20U;
constexpr std::uint64_t kAfterAll = std::uint64_t{1} << 62U;  // as the number of a record that is not in the journal
// Dashboards look back five minutes for the latest value of a series.
constexpr base::Duration kInfoPeriod = std::chrono::minutes(1);

std::int64_t milliseconds(base::WallTime time) {
  return std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

sink::RunLabels labels_of(const JournalledRun& run) {
  sink::RunLabels labels;
  labels.run_id = run.identity->run_id;
  labels.host = run.identity->host;
  labels.benchmark = run.workload.name;
  labels.tool_version = run.identity->tool_version;
  labels.driver_version = run.identity->source.driver_version;
  labels.gpus = run.identity->gpus;
  labels.source = run.identity->source.kind;
  return labels;
}

}  // namespace

// Turns each entry into samples at the end of a queue.
class JournalSamples::Translation final : public series::JournalVisitor {
 public:
  explicit Translation(sink::Names names) : names_(names) {}

  void record(std::uint64_t seq) override { place_ = {seq, 0}; }

  void reading(std::size_t gpu, const meter::GpuReading& value) override {
    if (gpu >= gpus_.size()) return;
    const std::int64_t time = milliseconds(anchor().to_wall(value.time));
    repeat_info(value.time);
    sink::visit_values(value, names_, [&](std::size_t position, double number) {
      add(static_cast<std::uint32_t>(gpus_[gpu].readings + position), time, number);
    });
  }
  void power(std::size_t gpu, const meter::PowerSample& value) override {
    if (gpu < gpus_.size()) add(gpus_[gpu].power, milliseconds(anchor().to_wall(value.time)), value.power.watts());
  }
  void counter(std::size_t gpu, const meter::CounterReading& value) override {
    if (gpu < gpus_.size()) add(gpus_[gpu].energy, milliseconds(anchor().to_wall(value.middle())), value.energy.joules());
  }
  void note(std::string_view text) override {
    const bool known = run.identity.has_value();
    const bool had_start = run.started.has_value();
    const bool had_end = run.ended.has_value();
    take_note(run, text);
    if (!run.identity) return;
    if (!known) make_series();
    if (!had_start && run.started) event("gpubench_run_start_timestamp_seconds", *run.started);
    if (!had_end && run.ended) {
      event("gpubench_run_start_timestamp_seconds", run.ended->outcome.ran.start);
      event("gpubench_run_end_timestamp_seconds", run.ended->outcome.ran.end);
    }
    for (const ResultSample& result : results_in(text)) {
      has_results = true;
      add(position_of(sink::make_series(result.name, result.labels)), result.time_ms, result.value);
    }
    if (const auto carbon = carbon_in(text)) grid(*carbon);
  }

  JournalledRun run;
  std::vector<sink::Series> series;
  std::size_t regular = 0;
  std::deque<sink::Sample> queue;
  bool has_results = false;

 private:
  // Positions in `series`.
  struct GpuPositions {
    std::size_t readings;  // the first of them
    std::uint32_t power;
    std::uint32_t energy;
  };

  [[nodiscard]] const base::ClockAnchor& anchor() const { return run.identity->anchor; }

  void make_series() {
    const sink::RunLabels labels = labels_of(run);
    series.push_back(sink::run_info_series(labels));
    for (const meter::GpuDescription& gpu : labels.gpus) {
      GpuPositions positions{series.size(), 0, 0};
      for (sink::Series& one : sink::reading_series(labels, gpu, names_)) series.push_back(std::move(one));
      positions.power = static_cast<std::uint32_t>(series.size());
      series.push_back(sink::power_sample_series(labels, gpu));
      positions.energy = static_cast<std::uint32_t>(series.size());
      series.push_back(sink::energy_series(labels, gpu));
      gpus_.push_back(positions);
    }
    regular = series.size();
  }

  void repeat_info(base::SteadyTime time) {
    if (info_at_ && time - *info_at_ < kInfoPeriod) return;
    info_at_ = time;
    add(0, milliseconds(anchor().to_wall(time)), 1);
  }

  void grid(const NotedCarbon& now) {
    const RunIdentity& identity = *run.identity;
    const std::int64_t time = milliseconds(anchor().to_wall(now.time));
    const sink::Labels labels{{"run_id", identity.run_id}, {"host", identity.host}};
    sink::Labels of_grid = labels;
    of_grid.insert(of_grid.end(), {{"region", identity.carbon_region}, {"kind", now.kind}, {"source", now.source}});
    add(position_of(sink::make_series("gpubench_carbon_intensity_grams_per_kilowatt_hour", of_grid)), time,
        now.intensity.grams_per_kilowatt_hour());
    if (now.emissions)
      add(position_of(sink::make_series("gpubench_emissions_grams_total", labels)), time, now.emissions->grams());
  }

  void event(std::string_view name, base::SteadyTime time) {
    const base::WallTime wall = anchor().to_wall(time);
    const auto& identity = *run.identity;
    const auto at = position_of(
        sink::make_series(name, {{"run_id", identity.run_id}, {"host", identity.host}, {"benchmark", run.workload.name}}));
    add(at, milliseconds(wall), base::to_seconds(wall.time_since_epoch()));
  }

  std::uint32_t position_of(sink::Series wanted) {
    const auto found = others_.find(wanted.json());
    if (found != others_.end()) return found->second;
    const auto position = static_cast<std::uint32_t>(series.size());
    others_.emplace(wanted.json(), position);
    series.push_back(std::move(wanted));
    return position;
  }

  // Two values of a series must not have the same millisecond: receivers keep one of them.
  void add(std::uint32_t of, std::int64_t time, double value) {
    if (!std::isfinite(value)) return;
    if (of >= last_time_.size()) last_time_.resize(of + 1, std::numeric_limits<std::int64_t>::min());
    if (time <= last_time_[of]) time = last_time_[of] + 1;
    last_time_[of] = time;
    queue.push_back({of, time, sink::rounded(value), place_});
    ++place_.position;
  }

  const sink::Names names_;
  std::vector<GpuPositions> gpus_;
  std::map<std::string, std::uint32_t> others_;  // series that are neither a GPU's nor the info
  std::vector<std::int64_t> last_time_;          // of each series
  std::optional<base::SteadyTime> info_at_;
  sink::Place place_;  // of the next sample
};

JournalSamples::JournalSamples(std::filesystem::path run_directory, sink::Names names)
    : run_directory_(std::move(run_directory)), translation_(std::make_unique<Translation>(names)) {}
JournalSamples::~JournalSamples() = default;
JournalSamples::JournalSamples(JournalSamples&&) noexcept = default;
JournalSamples& JournalSamples::operator=(JournalSamples&&) noexcept = default;

const std::vector<sink::Series>& JournalSamples::series() const {
  return translation_->series;
}
std::size_t JournalSamples::regular_series() const {
  return translation_->regular;
}
const JournalledRun& JournalSamples::run() const {
  return translation_->run;
}
bool JournalSamples::has_results() const {
  return translation_->has_results;
}

base::Result<void> JournalSamples::read_on() {
  const auto readout = series::read_journal(run_directory_, *translation_, cursor_, kPart);
  if (!readout) return base::failure(readout.error());
  cursor_ = readout->end;
  return {};
}

base::Result<void> JournalSamples::read(std::vector<sink::Sample>& out, std::size_t most, sink::Place until) {
  std::deque<sink::Sample>& queue = translation_->queue;
  for (const std::size_t wanted = out.size() + most; out.size() < wanted;) {
    if (queue.empty()) {
      const series::JournalCursor before = cursor_;
      if (const auto grown = read_on(); !grown) return grown;
      if (queue.empty() && cursor_ == before) break;
      continue;
    }
    if (queue.front().place >= until) break;
    out.push_back(queue.front());
    queue.pop_front();
    ++count_;
  }
  return {};
}

void JournalSamples::add_after(const std::string& results_note) {
  translation_->record(kAfterAll);
  translation_->note(results_note);
}

}  // namespace gpubench::app
