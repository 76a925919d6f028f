#include "commands/plan_question.h"

#include <gtest/gtest.h>

#include <memory>

#include "carbon/utc_time.h"
#include "run/wait_until.h"

namespace gpubench::commands {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

base::WallTime utc(std::string_view text) {
  return carbon::parse_utc_time(text).value();
}

TEST(ParseDeadline, TakesATimeOrHoursFromNow) {
  const base::WallTime now = utc("2026-11-22T12:00Z");
  EXPECT_EQ(parse_deadline("2026-11-23T06:00Z", now).value(), utc("2026-11-23T06:00Z"));
  EXPECT_EQ(parse_deadline("8h", now).value(), now + hours(8));
  EXPECT_EQ(parse_deadline("1.5h", now).value(), now + std::chrono::minutes(90));
  for (const char* wrong : {"", "h", "8", "-1h", "0h", "8 h", "1e9h", "nanh", "tomorrow"})
    EXPECT_FALSE(parse_deadline(wrong, now)) << wrong;
}

TEST(WaitingText, ReadsWell) {
  EXPECT_EQ(run::waiting_text(milliseconds(400)), "1 s");
  EXPECT_EQ(run::waiting_text(seconds(61)), "1 min 01 s");
  EXPECT_EQ(run::waiting_text(seconds(3 * 3600 + 309)), "3 h 05 min 09 s");
}

// 300 W for ten minutes, 100 W for ten, by samples a second apart.
runs::SavedRun saved_run() {
  runs::SavedRun saved;
  const base::SteadyTime start(hours(1));
  const base::Duration length = std::chrono::minutes(20);
  series::GpuSeries gpu{std::make_unique<series::MemorySeries<meter::GpuReading>>(),
                        std::make_unique<series::MemorySeries<meter::PowerSample>>(),
                        std::make_unique<series::MemorySeries<meter::CounterReading>>()};
  for (base::Duration at = -seconds(2); at <= length + seconds(2); at += milliseconds(100))
    gpu.power->append({start + at, base::Power::from_watts(at < length / 2 ? 300 : 100)});
  saved.run.ran = {start, start + length};
  saved.run.gpus.emplace_back();
  saved.run.gpus[0].energy = energy::measure_energy(gpu, saved.run.ran);
  saved.run.total_energy = saved.run.gpus[0].energy.best()->energy;
  saved.series.push_back(std::move(gpu));
  return saved;
}

TEST(EnergySteps, AddUpToTheRunAndKeepItsShape) {
  const runs::SavedRun saved = saved_run();
  const auto steps = energy_steps(saved);
  ASSERT_TRUE(steps);
  EXPECT_EQ(steps->size(), 96u);
  base::Energy sum;
  base::Duration length{};
  for (const carbon::EnergyStep& step : *steps) {
    sum += step.energy;
    length += step.length;
  }
  EXPECT_EQ(length, saved.run.elapsed());
  EXPECT_NEAR(sum.joules(), saved.run.total_energy->joules(), 1e-6);
  EXPECT_NEAR(sum.joules(), 600 * 300 + 600 * 100, 50);
  EXPECT_NEAR(steps->front().energy.joules(), 300 * 12.5, 5);
  EXPECT_NEAR(steps->back().energy.joules(), 100 * 12.5, 5);
}

TEST(EnergySteps, AreOfTheBenchmarksOwnGpus) {
  runs::SavedRun saved = saved_run();
  // Another GPU comes first among the series, and is not the benchmark's.
  saved.series.insert(saved.series.begin(),
                      series::GpuSeries{std::make_unique<series::MemorySeries<meter::GpuReading>>(),
                                        std::make_unique<series::MemorySeries<meter::PowerSample>>(),
                                        std::make_unique<series::MemorySeries<meter::CounterReading>>()});
  saved.run.gpus[0].position = 1;
  const auto steps = energy_steps(saved);
  ASSERT_TRUE(steps);
  EXPECT_NEAR(steps->front().energy.joules(), 300 * 12.5, 5);
}

TEST(EnergySteps, OfAnUnknownEnergyThereAreNone) {
  runs::SavedRun saved = saved_run();
  saved.run.total_energy.reset();
  EXPECT_FALSE(energy_steps(saved));
}

}  // namespace
}  // namespace gpubench::commands
