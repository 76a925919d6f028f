// Runs over every seam that a calendar has, by an injected clock: from power samples to grams, against a hand calculation.
#include "record/costs.h"

#include <gtest/gtest.h>

#include <memory>

#include "carbon/utc_time.h"

namespace gpubench::record {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

struct Seam {
  const char* name;
  const char* start;
  base::Duration length;
};

class CalendarRuns : public testing::TestWithParam<Seam> {};

// Power that steps up once a minute, sampled ten times a second; `minute` counts from the start.
double watts(std::int64_t minute) {
  return 100.0 + static_cast<double>(minute);
}

// The half-hours have 100, 110, 120 ... g/kWh, counted since 1970 as the clock shows them.
double grams_at(base::WallTime time) {
  return 100.0 + 10 * static_cast<double>(time.time_since_epoch() / minutes(30) % 10);
}

std::vector<carbon::IntensitySlot> forecast(base::WallTime from, base::WallTime to) {
  std::vector<carbon::IntensitySlot> slots;
  for (base::WallTime at = from - from.time_since_epoch() % minutes(30); at < to; at += minutes(30))
    slots.push_back({at, at + minutes(30), base::CarbonIntensity::from_grams_per_kilowatt_hour(grams_at(at)),
                     carbon::IntensityKind::forecast, "a service", from});
  return slots;
}

TEST_P(CalendarRuns, AgreeWithAHandCalculation) {
  const base::WallTime wall = carbon::parse_utc_time(GetParam().start).value();
  const base::Duration length = GetParam().length;
  const base::SteadyTime start(std::chrono::hours(5) + std::chrono::nanoseconds(7));
  std::vector<series::GpuSeries> series;
  series.push_back({std::make_unique<series::MemorySeries<meter::GpuReading>>(),
                    std::make_unique<series::MemorySeries<meter::PowerSample>>(),
                    std::make_unique<series::MemorySeries<meter::CounterReading>>()});
  // Two samples at each minute make the power a staircase: its integral is exact.
  series[0].power->append({start - seconds(1), base::Power::from_watts(watts(0))});
  for (base::Duration at{}; at < length + minutes(1); at += minutes(1)) {
    for (int i = 0; i < 600; ++i)
      series[0].power->append(
          {start + at + i * std::chrono::milliseconds(100), base::Power::from_watts(watts(at / minutes(1)))});
    series[0].power->append(
        {start + at + minutes(1) - std::chrono::nanoseconds(1), base::Power::from_watts(watts(at / minutes(1)))});
  }

  RunRecord run;
  run.facts.anchor = {start, wall};
  run.ran = {start, start + length};
  run.gpus.emplace_back();
  run.gpus[0].energy = energy::measure_energy(series[0], run.ran);
  ASSERT_NE(run.gpus[0].energy.best(), nullptr);
  const auto account = account_emissions(run, series, forecast(wall, wall + length));

  double by_hand = 0;  // grams
  double joules = 0;
  for (base::Duration at{}; at < length; at += minutes(1)) {
    const double energy = watts(at / minutes(1)) * 60;
    joules += energy;
    by_hand += energy / 3.6e6 * grams_at(wall + at);
  }
  // The integral's own account of the whole may differ by the steps' 1 ns ramps.
  EXPECT_NEAR(run.gpus[0].energy.best()->energy.joules(), joules, 1e-4);
  EXPECT_NEAR(account.total.grams(), by_hand, 1e-9 * by_hand + 1e-9);
  EXPECT_FALSE(account.used_yearly_factor);
  double sum = 0;
  for (const carbon::SlotEmissions& slot : account.slots)
    sum += slot.energy.joules() / 3.6e6 * slot.intensity.intensity.grams_per_kilowatt_hour();
  EXPECT_NEAR(account.total.grams(), sum, 1e-9);
}

INSTANTIATE_TEST_SUITE_P(Calendar, CalendarRuns,
                         testing::Values(Seam{"one_boundary", "2026-11-22T12:20Z", minutes(20)},
                                         Seam{"three_slots", "2026-11-22T12:20Z", minutes(50)},
                                         Seam{"midnight", "2026-11-22T23:45Z", minutes(30)},
                                         Seam{"new_year", "2026-12-31T23:40Z", minutes(70)},
                                         Seam{"clocks_forward", "2026-03-29T00:40Z", minutes(60)},
                                         Seam{"clocks_back", "2026-10-25T00:40Z", minutes(90)},
                                         Seam{"leap_day", "2028-02-28T23:50Z", minutes(20)}),
                         [](const auto& one) { return std::string(one.param.name); });

// A run of one GPU, 100 W for an hour, whose energy is known.
class Costs : public testing::Test {
 protected:
  Costs() {
    series_.push_back({std::make_unique<series::MemorySeries<meter::GpuReading>>(),
                       std::make_unique<series::MemorySeries<meter::PowerSample>>(),
                       std::make_unique<series::MemorySeries<meter::CounterReading>>()});
    for (base::Duration at = -seconds(1); at <= minutes(61); at += std::chrono::milliseconds(500))
      series_[0].power->append({kBegin + at, base::Power::from_watts(100)});
    run_.facts.anchor = {kBegin, carbon::parse_utc_time("2026-11-22T12:00Z").value()};
    run_.ran = {kBegin, kBegin + minutes(60)};
    run_.gpus.emplace_back();
    run_.gpus[0].gpu.name = "NVIDIA H100";
    run_.gpus[0].energy = energy::measure_energy(series_[0], run_.ran);
    run_.total_energy = run_.gpus[0].energy.best()->energy;
    run_.total_uncertainty = run_.gpus[0].energy.best()->uncertainty;
  }

  [[nodiscard]] carbon::Answer whole_answer() const {
    carbon::Answer answer;
    answer.place = "South England";
    answer.slots = forecast(run_.start_time(), run_.end_time());
    answer.fallback = carbon::great_britain();
    return answer;
  }
  [[nodiscard]] std::vector<std::string> findings() const {
    std::vector<std::string> names;
    for (const Finding& finding : run_.findings) names.push_back(finding_name(finding));
    return names;
  }

  static constexpr base::SteadyTime kBegin{std::chrono::hours(5)};
  std::vector<series::GpuSeries> series_;
  RunRecord run_;
};

TEST_F(Costs, OfAWholeAnswerHaveNoDoubt) {
  run_.facts.carbon.pue = base::Ratio::from_fraction(1.5);
  run_.facts.carbon.embodied = base::Emissions::from_grams(150000);
  cost(run_, series_, whole_answer());
  ASSERT_TRUE(run_.emissions && run_.footprint);
  EXPECT_EQ(run_.carbon_place, "South England");
  EXPECT_TRUE(findings().empty());
  EXPECT_NEAR(run_.footprint->operational.grams(), 1.5 * run_.emissions->total.grams(), 1e-9);
  EXPECT_NEAR(run_.footprint->embodied.value().grams(), 150000.0 / (4 * 365 * 24), 1e-6);
  EXPECT_TRUE(run_.emissions->uncertainty) << "the energy's";
}

TEST_F(Costs, AHoleTakesTheYearlyFactorAndIsSaid) {
  carbon::Answer answer = whole_answer();
  answer.slots.erase(answer.slots.begin());
  answer.trouble = "no network";
  cost(run_, series_, answer);
  ASSERT_TRUE(run_.emissions);
  EXPECT_TRUE(run_.emissions->used_yearly_factor);
  ASSERT_EQ(findings(), std::vector<std::string>{"carbon_fallback"});
  EXPECT_NE(finding_text(run_.findings[0]).find("no network"), std::string::npos);
}

TEST_F(Costs, AFactorThatWasAskedForIsNoDoubt) {
  carbon::Answer answer;
  answer.fallback = carbon::great_britain();
  answer.fallback_was_chosen = true;
  cost(run_, series_, answer);
  EXPECT_TRUE(run_.emissions->used_yearly_factor);
  EXPECT_TRUE(findings().empty());
}

TEST_F(Costs, WithoutAFallbackAHoleLeavesThemUnknown) {
  carbon::Answer answer = whole_answer();
  answer.fallback.reset();
  answer.slots.pop_back();
  answer.trouble = "the source has no values for part of the run";
  cost(run_, series_, answer);
  EXPECT_FALSE(run_.emissions || run_.footprint);
  EXPECT_EQ(findings(), std::vector<std::string>{"carbon_unknown"});
}

// What a run costs is replaced as a whole, doubts included.
TEST_F(Costs, AnotherAnswerReplacesTheFirst) {
  run_.findings = {LogIncomplete{"full"}};
  cost(run_, series_, {});
  EXPECT_EQ(findings(), (std::vector<std::string>{"log_incomplete", "carbon_unknown"}));
  cost(run_, series_, whole_answer());
  EXPECT_EQ(findings(), std::vector<std::string>{"log_incomplete"});
  EXPECT_TRUE(run_.emissions);
}

TEST_F(Costs, EmbodiedOfAnUnknownGpuIsUnknown) {
  run_.gpus[0].gpu.name = "a GPU that nobody has written about";
  cost(run_, series_, whole_answer());
  EXPECT_FALSE(run_.footprint->embodied || run_.footprint->total || run_.footprint->sci);
}

}  // namespace
}  // namespace gpubench::record
