#include "meter/replay/replay_meter.h"

#include <chrono>
#include <optional>
#include <utility>

#include "meter/replay/timeline.h"
#include "meter/replay/trace.h"

namespace gpubench::meter {
namespace {

constexpr int kMostReplayed = 64;
// Copies of one GPU are this far apart, so that their curves are distinct.
constexpr base::Duration kAhead = std::chrono::milliseconds(3700);
// What the first drain gives: as much as the ring of an H200 holds.
constexpr base::Duration kRing = std::chrono::milliseconds(2360);

// One GPU of the replay.
struct Player {
  std::shared_ptr<const Timeline> timeline;  // shared by the copies
  base::Duration ahead{};
  std::optional<base::Duration> drained;  // until when, in time played
};

class ReplayMeter final : public GpuMeter {
 public:
  ReplayMeter(MeterSource source, std::vector<GpuDescription> gpus, std::vector<Player> players,
              const platform::Clock& clock)
      : source_(std::move(source)), gpus_(std::move(gpus)), players_(std::move(players)), clock_(clock) {}

  [[nodiscard]] const MeterSource& source() const override { return source_; }
  [[nodiscard]] const std::vector<GpuDescription>& gpus() const override { return gpus_; }
  GpuReading read(std::size_t gpu) override;
  Field<CounterReading> read_energy_counter(std::size_t gpu) override;
  Field<std::vector<PowerSample>> drain_power(std::size_t gpu) override;

 private:
  base::Duration played(const Player& player, base::SteadyTime now) {
    if (!start_) start_ = now;
    return now - *start_ + player.ahead;
  }

  MeterSource source_;
  std::vector<GpuDescription> gpus_;
  std::vector<Player> players_;
  const platform::Clock& clock_;
  std::optional<base::SteadyTime> start_;
};

GpuReading ReplayMeter::read(std::size_t gpu) {
  const Player& player = players_.at(gpu);
  const base::SteadyTime now = clock_.now();
  GpuReading reading = player.timeline->reading_at(played(player, now));
  reading.time = now;
  return reading;
}

Field<CounterReading> ReplayMeter::read_energy_counter(std::size_t gpu) {
  const Player& player = players_.at(gpu);
  const base::SteadyTime now = clock_.now();
  return player.timeline->energy_at(played(player, now)).map([&](base::Energy energy) {
    return CounterReading{now, clock_.now(), energy};
  });
}

Field<std::vector<PowerSample>> ReplayMeter::drain_power(std::size_t gpu) {
  Player& player = players_.at(gpu);
  const base::Duration until = played(player, clock_.now());
  const base::Duration from = player.drained.value_or(until - kRing);
  std::vector<TracePower> found;
  const auto there = player.timeline->power_between(from, until, found);
  player.drained = until;
  if (!there) return absent(there.error());
  std::vector<PowerSample> samples;
  samples.reserve(found.size());
  for (const TracePower& sample : found) {
    samples.push_back({*start_ + (sample.time.time_since_epoch() - player.ahead), *sample.power});
  }
  return samples;
}

// The descriptions of `count` GPUs: those recorded, then copies. With copies all are numbered again.
std::vector<GpuDescription> descriptions_of(const Trace& trace, std::size_t count) {
  std::vector<GpuDescription> result;
  for (std::size_t i = 0; i < count; ++i) {
    result.push_back(trace.gpus[i % trace.gpus.size()].description);
    if (count > trace.gpus.size()) result.back().index = static_cast<int>(i);
    if (i >= trace.gpus.size()) result.back().uuid += "-copy" + std::to_string(i);
  }
  return result;
}

std::vector<Player> players_of(const Trace& trace, std::size_t count) {
  const std::size_t recorded = trace.gpus.size();
  std::vector<std::shared_ptr<const Timeline>> timelines;
  timelines.reserve(recorded);
  for (const TraceOfGpu& gpu : trace.gpus) timelines.push_back(std::make_shared<const Timeline>(gpu));
  std::vector<Player> players;
  for (std::size_t i = 0; i < count; ++i) {
    const auto& timeline = timelines[i % recorded];
    players.push_back({timeline, static_cast<int>(i / recorded) * kAhead % timeline->length(), std::nullopt});
  }
  return players;
}

MeterSource source_of(const TraceOrigin& recorded, const std::string& path) {
  return {
      kReplay,
      "REPLAY of " + path + " (recorded on " + recorded.gpu + ", " + recorded.date + "): not a measurement of this machine",
      recorded.driver, path};
}

}  // namespace

base::Result<std::unique_ptr<GpuMeter>> open_replay_meter(const std::string& path, int gpus, const platform::Clock& clock) {
  if (gpus < 0 || gpus > kMostReplayed)
    return base::failure("a replay can have 1 to " + std::to_string(kMostReplayed) + " GPUs");
  const auto trace = load_trace(path);
  if (!trace) return base::failure(trace.error());
  const std::size_t count = gpus == 0 ? trace->gpus.size() : static_cast<std::size_t>(gpus);
  return std::make_unique<ReplayMeter>(source_of(trace->recorded, path), descriptions_of(*trace, count),
                                       players_of(*trace, count), clock);
}

}  // namespace gpubench::meter
