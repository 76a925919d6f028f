// What those who watch a run are shown while it lasts: its phase, the grid, scrapes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>

#include "run/audience.h"
#include "run/phase_watch.h"
#include "run/run_carbon.h"
#include "runs/journal_notes.h"
#include "series/journal/read_journal.h"
#include "support/manual_clock.h"
#include "support/scripted_meter.h"

namespace gpubench::run {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr base::SteadyTime kRunBegins{1000s};
const base::ClockAnchor kWatchAnchor{kRunBegins, base::WallTime(1'790'000'000s)};

record::EnergyNow used(std::vector<std::optional<double>> joules) {
  record::EnergyNow energy;
  for (const auto& one : joules) energy.gpus.push_back(one ? std::optional(base::Energy::from_joules(*one)) : std::nullopt);
  return energy;
}

class PhaseWatchTest : public testing::Test {
 protected:
  PhaseWatchTest() {
    fs::remove_all(folder_);
    fs::create_directories(folder_ / "marks");
    record::RunFacts facts;
    facts.anchor = kWatchAnchor;
    watch_.emplace(runs::MarksFollower(folder_, facts), std::vector<std::size_t>{0, 1});
  }
  ~PhaseWatchTest() override { fs::remove_all(folder_); }
  void mark(const std::string& op, base::Duration at, const std::string& name) const {
    std::ofstream(folder_ / "marks/1", std::ios::app)
        << op << " " << (kRunBegins + at).time_since_epoch().count() << " 7/7 " << name << "\n";
  }
  std::optional<record::PhaseNow> at(base::Duration time, const std::optional<record::EnergyNow>& energy) {
    return watch_->at(kRunBegins + time, energy);
  }
  fs::path folder_ = fs::path(testing::TempDir()) / ("gpubench-phase-watch-" + std::to_string(getpid()));
  std::optional<PhaseWatch> watch_;
};

TEST_F(PhaseWatchTest, NoMarkIsNoPhase) {
  EXPECT_FALSE(at(1s, used({100, 100})));
  mark("b", 1s, "train");
  mark("e", 2s, "train");
  EXPECT_FALSE(at(3s, used({100, 100}))) << "it has ended";
}

TEST_F(PhaseWatchTest, EnergyBetweenTwoReadingsRisesEvenly) {
  ASSERT_FALSE(at(0s, used({0, 0})));
  mark("b", 5s, "train");
  const auto phase = at(10s, used({600, 400}));
  ASSERT_TRUE(phase);
  EXPECT_EQ(phase->path, "train");
  EXPECT_EQ(phase->time, 5s);
  ASSERT_TRUE(phase->energy);
  EXPECT_DOUBLE_EQ(phase->energy->joules(), 500) << "half of 1000 J";
  EXPECT_DOUBLE_EQ(at(20s, used({1200, 800}))->energy->joules(), 1500);
}

TEST_F(PhaseWatchTest, APhaseWithinAPhaseHasAPathAndItsOwnBegin) {
  at(0s, used({0, 0}));
  mark("b", 2s, "epoch");
  mark("b", 6s, "step");
  const auto inner = at(10s, used({100, 0}));
  ASSERT_TRUE(inner);
  EXPECT_EQ(inner->path, "epoch/step");
  EXPECT_EQ(inner->time, 4s);
  EXPECT_DOUBLE_EQ(inner->energy->joules(), 40);
}

TEST_F(PhaseWatchTest, WhatIsNotKnownIsNotNought) {
  mark("b", 5s, "train");
  EXPECT_FALSE(at(10s, std::nullopt)->energy) << "no readings";
  EXPECT_FALSE(at(11s, used({100, std::nullopt}))->energy) << "of one of them";
  EXPECT_FALSE(at(12s, used({100, 100}))->energy) << "what it had used at its begin was missed";
  mark("b", 20s, "step");
  EXPECT_DOUBLE_EQ(at(22s, used({200, 200}))->energy->joules(), 40) << "of the next it is known again: 200 J in 10 s";
}

TEST_F(PhaseWatchTest, AMarkAheadOfTheReadingHasLastedNoTime) {
  at(0s, used({0, 0}));
  mark("b", 15s, "train");
  const auto phase = at(10s, used({100, 0}));
  ASSERT_TRUE(phase);
  EXPECT_EQ(phase->time, 0s);
  EXPECT_EQ(phase->energy, base::Energy{});
}

class RunCarbonTest : public testing::Test {
 protected:
  RunCarbonTest() {
    fs::remove_all(results_);
    spec_.results_dir = results_;
    spec_.workload.benchmarks.emplace_back().arguments = {"demo"};
    recording_ = Recording::create(spec_, kWatchAnchor.wall, {meter::GpuDescription{}}).value();
    record::RunFacts facts;
    facts.anchor = kWatchAnchor;
    recording_->note_facts(facts, {});
  }
  ~RunCarbonTest() override {
    recording_.reset();
    fs::remove_all(results_);
  }
  // 100 g/kWh from an hour before the start to `until`.
  [[nodiscard]] carbon::Source source(base::Duration until) const {
    carbon::Source source;
    source.place = "here";
    source.ask = [until](base::WallTime, base::WallTime, base::Duration) -> carbon::Source::Slots {
      return std::vector<carbon::IntensitySlot>{{kWatchAnchor.wall - 1h, kWatchAnchor.wall + until,
                                                 base::CarbonIntensity::from_grams_per_kilowatt_hour(100),
                                                 carbon::IntensityKind::forecast, "test", kWatchAnchor.wall}};
    };
    return source;
  }
  static record::Progress progress_at(base::Duration time) {
    record::Progress progress;
    progress.time = kWatchAnchor.wall + time;
    progress.energy = used({3.6e6 * base::to_seconds(time) / 3600});  // a kilowatt
    return progress;
  }
  // Of the journal, once the run has closed it.
  std::vector<runs::NotedCarbon> noted() {
    class Visitor final : public series::JournalVisitor {
     public:
      void reading(std::size_t /*gpu*/, const meter::GpuReading& /*value*/) override {}
      void power(std::size_t /*gpu*/, const meter::PowerSample& /*value*/) override {}
      void counter(std::size_t /*gpu*/, const meter::CounterReading& /*value*/) override {}
      void note(std::string_view text) override {
        if (const auto carbon = runs::carbon_in(text)) all.push_back(*carbon);
      }
      std::vector<runs::NotedCarbon> all;
    } visitor;
    record::RunRecord run;
    recording_->close(run);
    EXPECT_TRUE(series::read_journal(recording_->directory().path, visitor));
    return visitor.all;
  }
  // Waits for the source's thread.
  static bool settles(RunCarbon& carbon, record::Progress& progress) {
    const platform::SystemClock clock;
    for (int tries = 0; tries < 3000; ++tries) {
      carbon.add_to(progress);
      if (progress.carbon) return true;
      clock.sleep_until(clock.now() + 10ms);
    }
    return false;
  }

  const fs::path results_ = fs::path(testing::TempDir()) / ("gpubench-run-carbon-" + std::to_string(getpid()));
  cli::RunSpec spec_;
  std::unique_ptr<Recording> recording_;
  support::ManualClock clock_{kWatchAnchor.wall};
};

TEST_F(RunCarbonTest, TheGridIsNotedOnceASecondHoweverShortTheInterval) {
  RunCarbon carbon(source(24h), clock_, kWatchAnchor, {0}, *recording_);
  record::Progress first = progress_at(0s);
  ASSERT_TRUE(settles(carbon, first));
  for (int tick = 1; tick <= 60; ++tick) {
    record::Progress progress = progress_at(tick * 50ms);
    carbon.add_to(progress);
    EXPECT_TRUE(progress.carbon) << "who watches sees each";
  }
  const auto notes = noted();
  ASSERT_EQ(notes.size(), 4U) << "at 0, 1, 2 and 3 s";
  EXPECT_EQ(notes[3].time - notes[0].time, 3s);
  EXPECT_EQ(notes[0].intensity.grams_per_kilowatt_hour(), 100);
  EXPECT_EQ(notes[0].source, "test");
}

TEST_F(RunCarbonTest, WhereTheEnergyIsNotKnownTheRunIsNotCosted) {
  RunCarbon carbon(source(24h), clock_, kWatchAnchor, {0}, *recording_);
  record::RunRecord run;
  run.facts.anchor = kWatchAnchor;
  run.ran = {kRunBegins, kRunBegins + 10s};
  carbon.add_to(run);
  EXPECT_FALSE(run.emissions);
}

class AudienceTest : public RunCarbonTest {
 protected:
  AudienceTest() {
    spec_.quiet = true;
    spec_.live.style = live::LiveStyle::none;
  }
  Audience make() { return Audience(spec_, {terminal_, clock_, kWatchAnchor, meter_, gpus_, *recording_, -1}); }

  platform::Terminal terminal_;
  support::ScriptedMeter meter_{clock_, {}};
  gpus::WorkloadGpus gpus_;
};

TEST_F(AudienceTest, NobodyWatchesTheLogUnlessItIsShown) {
  EXPECT_FALSE(make().log_watcher());
  spec_.live.show_log = true;
  EXPECT_TRUE(make().log_watcher());
}

TEST_F(AudienceTest, TwoRunsCannotAnswerAtOneAddress) {
  Audience first = make();
  EXPECT_TRUE(first.serve({})) << "not asked for";
  spec_.serve = platform::ListenAddress{"127.0.0.1", 0};
  Audience second = make();
  ASSERT_TRUE(second.serve({}));
  const std::string log = [&] {
    std::ifstream in(recording_->directory().file("runtime.log"));
    return std::string{std::istreambuf_iterator<char>(in), {}};
  }();
  const std::string url = "http://127.0.0.1:";
  const std::size_t port = log.find(url);
  ASSERT_NE(port, std::string::npos) << log;
  spec_.serve->port = static_cast<std::uint16_t>(std::stoi(log.substr(port + url.size())));
  Audience third = make();
  const auto taken = third.serve({});
  ASSERT_FALSE(taken);
  EXPECT_THAT(taken.error().message, HasSubstr("--serve"));
  second.leave();
  EXPECT_TRUE(third.serve({})) << "the first has left";
}

}  // namespace
}  // namespace gpubench::run
