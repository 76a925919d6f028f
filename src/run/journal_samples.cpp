#include "run/journal_samples.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <utility>

#include "carbon/source.h"
#include "exporting/journal/results.h"

namespace gpubench::run {
namespace {

constexpr std::uint64_t kPart = std::uint64_t{1} << 20U;
constexpr std::uint64_t kAfterAll = std::uint64_t{1} << 62U;  // as the number of a record that is not in the journal
constexpr std::int64_t kNoTime = std::numeric_limits<std::int64_t>::min();
// An engine says later when it has started a container: sent again only where a graph would show the difference.
constexpr base::Duration kAnotherMoment = std::chrono::milliseconds(100);
// Dashboards look back five minutes for the latest value of a series.
constexpr base::Duration kInfoPeriod = std::chrono::minutes(1);

std::int64_t to_milliseconds(base::WallTime time) {
  return std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

}  // namespace

exporting::RunLabels run_labels(const record::RunFacts& run, const std::string& benchmark) {
  exporting::RunLabels labels;
  labels.run_id = run.run_id;
  labels.host = run.host;
  labels.benchmark = run.name.empty() ? benchmark : run.name;
  labels.tool_version = run.tool_version;
  labels.driver_version = run.source.driver_version;
  labels.gpus = run.gpus;
  labels.source = run.source.name;
  return labels;
}

// Turns each entry into samples at the end of a queue.
class JournalSamples::Translation final : public series::JournalVisitor {
 public:
  explicit Translation(exporting::Names names) : names_(names) {}

  void record(std::uint64_t seq) override { place_ = {seq, 0}; }

  void reading(std::size_t gpu, const meter::GpuReading& value) override {
    if (gpu >= gpus_.size()) return;
    const std::int64_t time = to_milliseconds(anchor().to_wall(value.time));
    repeat_info(value.time);
    exporting::visit_values(value, names_, [&](std::size_t position, double number) {
      add(static_cast<std::uint32_t>(gpus_[gpu].readings + position), time, number);
    });
  }
  void power(std::size_t gpu, const meter::PowerSample& value) override {
    if (gpu < gpus_.size()) add(gpus_[gpu].power, to_milliseconds(anchor().to_wall(value.time)), value.power.watts());
  }
  void counter(std::size_t gpu, const meter::CounterReading& value) override {
    if (gpu < gpus_.size()) add(gpus_[gpu].energy, to_milliseconds(anchor().to_wall(value.middle())), value.energy.joules());
  }
  void note(std::string_view text) override {
    const bool known = run.facts.has_value();
    const std::optional<base::SteadyTime> start_told = run.started;
    const bool had_end = run.ended.has_value();
    runs::take_note(run, text);
    if (!run.facts) return;
    if (!known) make_series();
    if (!start_told && run.started) event(exporting::kRunStart, *run.started);
    if (!had_end && run.ended) {
      const base::SteadyTime start = run.ended->outcome.ran.start;
      if (!start_told || std::chrono::abs(start - *start_told) >= kAnotherMoment) event(exporting::kRunStart, start);
      event(exporting::kRunEnd, run.ended->outcome.ran.end);
    }
    for (const exporting::ResultSample& result : exporting::results_in(text)) {
      has_results = true;
      add_moment(exporting::make_series(result.name, result.labels), result.time_ms, result.value);
    }
    if (const auto carbon = runs::carbon_in(text)) grid(*carbon);
  }

  [[nodiscard]] std::vector<exporting::Sample> end_markers() const {
    std::vector<exporting::Sample> markers;
    std::int64_t last = kNoTime;
    for (std::uint32_t of = 0; of < last_time_.size(); ++of) {
      if (last_time_[of] == kNoTime || moments_.contains(of)) continue;
      last = std::max(last, last_time_[of]);
      markers.push_back({of, 0, exporting::end_of_series(), {}});
    }
    for (exporting::Sample& marker : markers) marker.time_ms = last + 1;
    return markers;
  }

  // What is told after the journal's end; false: nothing, or it was told.
  bool tell_after() {
    if (after.empty()) return false;
    record(kAfterAll);
    note(std::exchange(after, {}));
    return true;
  }

  runs::JournalledRun run;
  std::string added;  // after the journal's end ...
  std::string after;  // ... and not yet read
  std::vector<exporting::Series> series;
  std::size_t regular = 0;
  // Samples not yet handed out; a part of the journal is translated only when none is left.
  [[nodiscard]] std::span<const exporting::Sample> waiting() const { return std::span(queue_).subspan(handed_out_); }
  void hand_out(std::size_t count) {
    handed_out_ += count;
    if (handed_out_ < queue_.size()) return;
    queue_.clear();
    handed_out_ = 0;
  }
  bool has_results = false;

 private:
  // Positions in `series`.
  struct GpuPositions {
    std::size_t readings;  // the first of them
    std::uint32_t power;
    std::uint32_t energy;
  };

  [[nodiscard]] exporting::RunLabels labels() const { return run_labels(*run.facts, run.workload.name); }
  [[nodiscard]] const base::ClockAnchor& anchor() const { return run.facts->anchor; }

  void make_series() {
    const exporting::RunLabels labels = this->labels();
    series.push_back(exporting::run_info_series(labels));
    for (const meter::GpuDescription& gpu : labels.gpus) {
      GpuPositions positions{series.size(), 0, 0};
      for (exporting::Series& one : exporting::reading_series(labels, gpu, names_)) series.push_back(std::move(one));
      positions.power = static_cast<std::uint32_t>(series.size());
      series.push_back(exporting::power_sample_series(labels, gpu));
      positions.energy = static_cast<std::uint32_t>(series.size());
      series.push_back(exporting::energy_series(labels, gpu));
      gpus_.push_back(positions);
    }
    regular = series.size();
  }

  void repeat_info(base::SteadyTime time) {
    if (info_at_ && time - *info_at_ < kInfoPeriod) return;
    info_at_ = time;
    add(0, to_milliseconds(anchor().to_wall(time)), 1);
  }

  void grid(const runs::NotedCarbon& now) {
    const record::RunFacts& facts = *run.facts;
    const std::int64_t time = to_milliseconds(anchor().to_wall(now.time));
    const exporting::RunLabels labels = this->labels();
    add(position_of(exporting::carbon_intensity_series(labels, carbon::place_name(facts.carbon, facts.carbon_region),
                                                       now.kind, now.source)),
        time, now.intensity.grams_per_kilowatt_hour());
    if (now.emissions) add(position_of(exporting::emissions_series(labels)), time, now.emissions->grams());
  }

  void event(std::string_view name, base::SteadyTime time) {
    const base::WallTime wall = anchor().to_wall(time);
    add_moment(exporting::event_series(labels(), name), to_milliseconds(wall), base::to_seconds(wall.time_since_epoch()));
  }

  std::uint32_t position_of(exporting::Series wanted) {
    const auto found = others_.find(wanted.json());
    if (found != others_.end()) return found->second;
    const auto position = static_cast<std::uint32_t>(series.size());
    others_.emplace(wanted.json(), position);
    series.push_back(std::move(wanted));
    return position;
  }

  void add_moment(exporting::Series wanted, std::int64_t time, double value) {
    const std::uint32_t of = position_of(std::move(wanted));
    moments_.insert(of);
    add(of, time, value);
  }

  // Two values of a series must not have the same millisecond: receivers keep one of them.
  void add(std::uint32_t of, std::int64_t time, double value) {
    if (!std::isfinite(value)) return;
    if (of >= last_time_.size()) last_time_.resize(of + 1, kNoTime);
    if (time <= last_time_[of]) time = last_time_[of] + 1;
    last_time_[of] = time;
    queue_.push_back({of, time, of < regular ? exporting::rounded(value) : exporting::rounded_result(value), place_});
    ++place_.position;
  }

  const exporting::Names names_;
  std::vector<exporting::Sample> queue_;
  std::size_t handed_out_ = 0;  // of the queue
  std::vector<GpuPositions> gpus_;
  std::map<std::string, std::uint32_t> others_;  // series that are neither a GPU's nor the info
  std::vector<std::int64_t> last_time_;          // of each series, or kNoTime
  std::set<std::uint32_t> moments_;              // series of results and events
  std::optional<base::SteadyTime> info_at_;
  exporting::Place place_;  // of the next sample
};

JournalSamples::JournalSamples(std::filesystem::path run_directory, exporting::Names names)
    : run_directory_(std::move(run_directory)), names_(names), translation_(std::make_unique<Translation>(names)) {}
JournalSamples::~JournalSamples() = default;

void JournalSamples::rewind() {
  auto again = std::make_unique<Translation>(names_);
  again->after = translation_->added;
  again->added = translation_->added;
  translation_ = std::move(again);
  cursor_ = {};
  count_ = 0;
}

const std::vector<exporting::Series>& JournalSamples::series() const {
  return translation_->series;
}
std::size_t JournalSamples::regular_series() const {
  return translation_->regular;
}
std::string JournalSamples::run_id() const {
  return translation_->run.facts ? translation_->run.facts->run_id : "";
}
bool JournalSamples::has_results() const {
  return translation_->has_results;
}

std::vector<exporting::Sample> JournalSamples::end_markers() const {
  return translation_->end_markers();
}

base::Result<void> JournalSamples::read_on() {
  const auto readout = series::read_journal(run_directory_, *translation_, cursor_, kPart);
  if (!readout) return base::failure(readout.error());
  cursor_ = readout->end;
  return {};
}

base::Result<void> JournalSamples::read(std::vector<exporting::Sample>& out, std::size_t most, exporting::Place until) {
  for (const std::size_t wanted = out.size() + most; out.size() < wanted;) {
    if (translation_->waiting().empty()) {
      const series::JournalCursor before = cursor_;
      if (const auto grown = read_on(); !grown) return grown;
      if (translation_->waiting().empty() && cursor_ == before && !translation_->tell_after()) break;
      continue;
    }
    const auto next = translation_->waiting().first(std::min(wanted - out.size(), translation_->waiting().size()));
    const auto end =
        std::partition_point(next.begin(), next.end(), [&](const auto& sample) { return sample.place < until; });
    if (end == next.begin()) break;
    const auto count = static_cast<std::size_t>(end - next.begin());
    out.insert(out.end(), next.begin(), end);
    translation_->hand_out(count);
    count_ += count;
  }
  return {};
}

void JournalSamples::add_after(const std::string& results_note) {
  translation_->after = translation_->added = results_note;
}

std::unique_ptr<exporting::Source> make_journal_samples(const std::filesystem::path& run_directory, exporting::Names names) {
  return std::make_unique<JournalSamples>(run_directory, names);
}

}  // namespace gpubench::run
