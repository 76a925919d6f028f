#include "live/view_state.h"

#include <algorithm>
#include <utility>

#include "meter/activity.h"

namespace gpubench::live {
namespace {

using meter::ValueKind;

constexpr std::size_t kKeptValues = 300;  // as wide as a screen
constexpr std::size_t kKeptLines = 20000;
constexpr std::size_t kKeptBytes = std::size_t{4} << 20;

std::optional<double> share(const meter::Field<double>& value, std::optional<double> whole) {
  if (!value || !whole || *whole <= 0) return std::nullopt;
  return std::clamp(*value / *whole, 0.0, 1.0);
}

// The limit that is enforced now goes before the one at the start; of temperatures the lowest threshold counts.
std::optional<double> highest_now(const meter::ValueFacts& facts, const meter::GpuDescription& gpu,
                                  const meter::GpuReading& reading) {
  if (facts.kind == ValueKind::power && reading.power_limit) return reading.power_limit->watts();
  if (facts.kind == ValueKind::temperature) {
    const auto threshold = temperature_threshold(gpu);
    return threshold ? std::optional(threshold->celsius()) : std::nullopt;
  }
  return facts.highest == nullptr ? std::nullopt : facts.highest(gpu);
}

void take_reading(GpuState& gpu, const meter::GpuReading& reading) {
  gpu.latest = reading;
  gpu.is_read = true;
  if (meter::has_activity(reading)) gpu.activity = reading.activity;
  if (!reading.power && reading.power.error() == meter::Absent::gpu_lost) gpu.activity.reset();
  for (const meter::ValueFacts& facts : meter::kValueFacts)
    gpu.history[facts.kind].add(share(facts.read(reading), highest_now(facts, gpu.gpu, reading)));
}

std::optional<base::Power> power_of(const std::vector<GpuState>& gpus) {
  std::optional<base::Power> sum;
  for (const GpuState& gpu : gpus)
    if (gpu.counts && gpu.latest.power) sum = sum.value_or(base::Power{}) + *gpu.latest.power;
  return sum;
}

// How far a key scrolls back.
int lines_of(Key key, int page) {
  constexpr int kAll = 1 << 20;
  switch (key) {
    case Key::up:
      return 1;
    case Key::down:
      return -1;
    case Key::page_up:
      return page;
    case Key::page_down:
      return -page;
    case Key::first:
      return kAll;
    case Key::last:
      return -kAll;
    default:
      return 0;
  }
}

}  // namespace

std::optional<base::Temperature> temperature_threshold(const meter::GpuDescription& gpu) {
  if (gpu.max_operating_temperature) return gpu.max_operating_temperature;
  return gpu.slowdown_temperature ? gpu.slowdown_temperature : gpu.shutdown_temperature;
}

void Sparkline::add(std::optional<double> share) {
  values_.push_back(share);
  if (values_.size() > kKeptValues) values_.pop_front();
}

ViewState::ViewState(std::vector<meter::GpuDescription> gpus, std::vector<std::size_t> counted, std::string benchmark,
                     std::string notice)
    : counted_(std::move(counted)), benchmark_(std::move(benchmark)), notice_(std::move(notice)) {
  for (std::size_t position = 0; position < gpus.size(); ++position) {
    gpus_.emplace_back();
    gpus_.back().gpu = std::move(gpus[position]);
    gpus_.back().counts = std::find(counted_.begin(), counted_.end(), position) != counted_.end();
  }
}

void ViewState::take(const record::Progress& progress) {
  for (std::size_t i = 0; i < std::min(gpus_.size(), progress.readings.size()); ++i)
    take_reading(gpus_[i], progress.readings[i]);
  totals_.power = power_of(gpus_);
  totals_.energy = progress.energy ? progress.energy->of(counted_) : std::nullopt;
  totals_.measured = progress.energy ? progress.energy->time : base::Duration{};
  moments_.emplace_back().time = progress.time;
  if (progress.phase) {
    moments_.back().phase = progress.phase->path;
    moments_.back().phase_begun = progress.time - progress.phase->time;
  }
  if (moments_.size() > kKeptValues) moments_.pop_front();
  latest_ = progress;
}

void ViewState::take_log(std::string_view bytes, base::WallTime now) {
  for (std::string& line : lines_.feed(bytes)) {
    pace_.take(line, now);
    log_bytes_ += line.size();
    log_.push_back(std::move(line));
    if (log_back_ > 0) ++log_back_;  // what is being read stays where it is
  }
  while (log_.size() > kKeptLines || log_bytes_ > kKeptBytes) {
    log_bytes_ -= log_.front().size();
    log_.pop_front();
  }
  log_back_ = std::min(log_back_, static_cast<int>(log_.size()));
  pace_.take(lines_.current(), now);
}

void ViewState::scroll(int lines) {
  if (pane_ == Pane::log)
    log_back_ = std::clamp(log_back_ + lines, 0, static_cast<int>(log_.size()));
  else
    first_gpu_ = std::clamp(first_gpu_ - lines, 0, std::max(0, static_cast<int>(gpus_.size()) - 1));
}

// Lines of the log that are longer than the screen is wide.
void ViewState::scroll_aside(Key key) {
  constexpr int kStep = 20;
  constexpr int kLastColumn = 4096;
  log_aside_ = std::clamp(log_aside_ + (key == Key::right ? kStep : -kStep), 0, kLastColumn);
}

void ViewState::press(Key key, int page) {
  message_.clear();
  if (help_) {
    help_ = false;
    return;
  }
  switch (key) {
    case Key::pause:
      paused_ = !paused_;
      return;
    case Key::pane:
      pane_ = pane_ == Pane::log ? Pane::gpus : Pane::log;
      return;
    case Key::help:
      help_ = true;
      return;
    case Key::left:
    case Key::right:
      scroll_aside(key);
      return;
    default:
      scroll(lines_of(key, page));
  }
}

}  // namespace gpubench::live
