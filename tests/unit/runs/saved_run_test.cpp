// Runs read back from their folders: finished, killed, damaged.
#include "runs/saved_run.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <fstream>

#include "runs/journal_notes.h"
#include "series/journal/journal.h"

namespace gpubench::runs {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr base::SteadyTime kSavedStart{1000s};
constexpr base::Window kSaved{kSavedStart, kSavedStart + 10s};

class SavedRunTest : public testing::Test {
 protected:
  void SetUp() override {
    fs::remove_all(root_);
    fs::create_directories(root_ / "run");
    journal_ = series::Journal::create(root_ / "run", "run").value();
  }
  void TearDown() override {
    journal_.reset();
    fs::remove_all(root_);
  }

  static record::RunFacts facts() {
    record::RunFacts facts;
    facts.run_id = "run";
    facts.tool_version = "0.9";
    facts.anchor = {kSavedStart, base::WallTime(1790000000s)};
    facts.gpus.resize(1);
    facts.gpus[0].name = "NVIDIA H200";
    facts.benchmark_gpus.positions = {0};
    facts.carbon_region = "South England";
    return facts;
  }
  // 200 W from a second before the start until `end`.
  void values(base::SteadyTime end) {
    journal_->note(facts_note(facts(), {}));
    for (base::SteadyTime at = kSavedStart - 1s; at < end; at += 20ms)
      journal_->append(0, meter::PowerSample{at, base::Power::from_watts(200)});
  }
  void ended() {
    record::Measured measured;
    measured.workload.name = "train";
    measured.outcome.ran = kSaved;
    measured.outcome.exit_code = 0;
    journal_->note(ended_note(measured));
    record::GpuEvents events;
    events.xids_told = true;
    events.xids = {79};
    journal_->note(events_note({events}));
  }
  void closed() {
    record::RunRecord run;
    run.facts.invocation = "iris-gpubench -- train";
    run.benchmark.score = 4.5;
    run.benchmark.work = record::Work{9, "images"};
    run.carbon_place = "South England";
    run.findings = {record::ResultsNotCollected{"as it was worded"}};
    run.cost = {1.5, base::Bytes::from_mebibytes(20)};
    run.exported.requested = true;
    run.emissions.emplace();
    carbon::SlotEmissions slot;
    slot.intensity = {base::WallTime(1789999000s),
                      base::WallTime(1790001000s),
                      base::CarbonIntensity::from_grams_per_kilowatt_hour(360),
                      carbon::IntensityKind::forecast,
                      "a source",
                      base::WallTime(1789990000s)};
    run.emissions->slots = {slot};
    journal_->note(closing_note(run));
  }
  [[nodiscard]] base::Result<SavedRun> load() {
    journal_->close();
    journal_.reset();
    return load_run(root_ / "run");
  }

  fs::path root_ = fs::path(testing::TempDir()) / ("gpubench-saved-run-" + std::to_string(getpid()));
  std::unique_ptr<series::Journal> journal_;
};

TEST_F(SavedRunTest, AFinishedRunIsWhatItWas) {
  values(kSaved.end + 1s);
  journal_->note(started_note(kSavedStart));
  ended();
  closed();
  const auto saved = load();
  ASSERT_TRUE(saved) << saved.error().message;
  const record::RunRecord& run = saved->run;
  EXPECT_TRUE(saved->finished && saved->damage.empty());
  EXPECT_EQ(run.facts.run_id, "run");
  EXPECT_EQ(run.facts.tool_version, "0.9") << "the version that measured";
  EXPECT_EQ(run.facts.invocation, "iris-gpubench -- train");
  EXPECT_EQ(run.benchmark.name, "train");
  EXPECT_EQ(run.benchmark.score, 4.5);
  EXPECT_EQ(run.benchmark.work.value().unit, "images");
  EXPECT_EQ(run.cost.cpu_seconds, 1.5);
  EXPECT_TRUE(run.exported.requested);
  EXPECT_NEAR(run.total_energy.value().joules(), 2000, 10);
  EXPECT_NEAR(run.emissions.value().total.grams(), 2000 / 3.6e6 * 360, 0.01) << "by the intensities that it had";
  EXPECT_EQ(run.carbon_place, "South England");
  ASSERT_EQ(run.findings.size(), 1U) << "all are in the journal";
  EXPECT_EQ(record::finding_name(run.findings[0]), "results_not_collected");
  EXPECT_EQ(run.gpus.at(0).events.xids.at(0), 79U);
  EXPECT_EQ(saved->series.at(0).power->size(), 600U);
}

TEST_F(SavedRunTest, AKilledRunEndsAtItsLastValueAndHasNoCosts) {
  values(kSavedStart + 5s);
  journal_->note(started_note(kSavedStart));
  const auto saved = load();
  ASSERT_TRUE(saved) << saved.error().message;
  EXPECT_FALSE(saved->finished);
  EXPECT_EQ(saved->run.elapsed(), 5s - 20ms);
  EXPECT_NEAR(saved->run.total_energy.value().joules(), 200 * 4.98, 10);
  EXPECT_FALSE(saved->run.emissions || saved->run.footprint);
  EXPECT_EQ(record::finding_name(saved->run.findings.at(0)), "recovered");
  EXPECT_FALSE(saved->run.benchmark.exit_code);
}

// Killed between the benchmark's end and the tool's own.
TEST_F(SavedRunTest, AnEndWithoutAClosingKeepsItsEnd) {
  values(kSaved.end + 1s);
  journal_->note(started_note(kSavedStart));
  ended();
  const auto saved = load();
  ASSERT_TRUE(saved);
  EXPECT_FALSE(saved->finished);
  EXPECT_EQ(saved->run.elapsed(), 10s);
  EXPECT_EQ(saved->run.benchmark.exit_code, 0);
}

// Killed while the engine, the grid's forecast or a database was waited for.
TEST_F(SavedRunTest, WhatWasNotedBeforeTheWaitsIsKept) {
  values(kSaved.end + 1s);
  journal_->note(runs::started_note(kSavedStart));
  ended();
  record::RunRecord run;
  run.facts.invocation = "iris-gpubench -- train";
  run.benchmark.score = 4.5;
  run.benchmark.work = record::Work{9, "images"};
  run.findings = {record::ResultsNotCollected{"as it was worded"}};
  journal_->note(runs::so_far_note(run));
  const auto saved = load();
  ASSERT_TRUE(saved) << saved.error().message;
  EXPECT_FALSE(saved->finished) << "its carbon is still to be asked for";
  EXPECT_FALSE(saved->run.emissions);
  EXPECT_EQ(saved->run.benchmark.score, 4.5);
  EXPECT_EQ(saved->run.benchmark.work.value().amount, 9);
  EXPECT_EQ(saved->run.facts.invocation, "iris-gpubench -- train");
  ASSERT_EQ(saved->run.findings.size(), 2U);
  EXPECT_EQ(record::finding_name(saved->run.findings[0]), "recovered");
  EXPECT_EQ(record::finding_name(saved->run.findings[1]), "results_not_collected");
}

TEST_F(SavedRunTest, TheScoreOfAKilledRunIsReadFromItsFile) {
  values(kSavedStart + 5s);
  journal_->note(runs::started_note(kSavedStart));
  fs::create_directories(root_ / "run" / "benchmark_results");
  std::ofstream(root_ / "run" / "benchmark_results" / "metrics.yml") << "time: 12.5\nwork: 640\nwork_unit: images\n";
  const auto saved = load();
  ASSERT_TRUE(saved);
  EXPECT_EQ(saved->run.benchmark.score, 12.5);
  EXPECT_EQ(saved->run.benchmark.work.value().amount, 640);
}

// Whatever happens to the note that says what the values are of: it is not the only one.
TEST_F(SavedRunTest, TheRunIsKnownAlthoughItsFirstNoteIsDamaged) {
  values(kSavedStart + 2s);
  journal_->note(runs::started_note(kSavedStart));
  journal_->note(runs::facts_note(facts(), {}));
  for (base::SteadyTime at = kSavedStart + 2s; at < kSavedStart + 5s; at += 20ms)
    journal_->append(0, meter::PowerSample{at, base::Power::from_watts(200)});
  journal_->close();
  std::fstream file(root_ / "run" / "journal" / "00000001.journal", std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(200);
  file.put('\x7f');
  file.close();
  const auto saved = load();
  ASSERT_TRUE(saved) << saved.error().message;
  EXPECT_EQ(saved->series.at(0).power->size(), 300U) << "also those before the note that is whole";
  EXPECT_NEAR(saved->run.total_energy.value().joules(), 200 * 4.98, 10);
  EXPECT_EQ(record::finding_name(saved->run.findings.back()), "journal_incomplete");
}

// A journal is a file: what it says is not what a driver said.
TEST_F(SavedRunTest, ValuesThatCannotBeAreLeftOutAndCounted) {
  values(kSavedStart + 5s);
  journal_->note(runs::started_note(kSavedStart));
  journal_->append(0, meter::PowerSample{kSavedStart + 1s, base::Power::from_watts(std::nan(""))});
  journal_->append(0, meter::PowerSample{kSavedStart + 2s, base::Power::from_watts(1e9)});
  journal_->append(0, meter::PowerSample{base::SteadyTime::max() - 1ns, base::Power::from_watts(200)});
  journal_->append(0, meter::CounterReading{base::SteadyTime::min(), kSavedStart, base::Energy::from_joules(1)});
  journal_->append(7, meter::PowerSample{kSavedStart + 2s, base::Power::from_watts(200)});
  const auto saved = load();
  ASSERT_TRUE(saved) << saved.error().message;
  EXPECT_NEAR(saved->run.total_energy.value().joules(), 200 * 4.98, 10);
  EXPECT_EQ(saved->series.at(0).power->size(), 300U);
  EXPECT_NE(saved->damage.find("3 values cannot be of this run"), std::string::npos) << saved->damage;
  EXPECT_EQ(record::finding_name(saved->run.findings.back()), "impossible_values");
}

TEST_F(SavedRunTest, AJournalWithoutStartOrBeginningIsRefused) {
  values(kSavedStart + 1s);
  const auto saved = load();
  ASSERT_FALSE(saved);
  EXPECT_NE(saved.error().message.find("ends before the benchmark started"), std::string::npos);
  EXPECT_FALSE(load_run(root_ / "nowhere"));
}

TEST_F(SavedRunTest, DamageIsSaid) {
  values(kSaved.end + 1s);
  journal_->note(started_note(kSavedStart));
  ended();
  journal_->close();
  const fs::path segment = root_ / "run" / "journal" / "00000001.journal";
  const auto middle = static_cast<std::streamoff>(fs::file_size(segment) / 2);
  journal_.reset();
  std::fstream(segment, std::ios::in | std::ios::out | std::ios::binary).seekp(middle).write("damage", 6);
  const auto saved = load_run(root_ / "run");
  ASSERT_TRUE(saved) << saved.error().message;
  EXPECT_NE(saved->damage.find("are damaged"), std::string::npos);
}

// The last segment, cut short or of anything else, after the run had ended well.
TEST_F(SavedRunTest, WhatFollowsAFinishedRunIsDamage) {
  values(kSaved.end + 1s);
  journal_->note(started_note(kSavedStart));
  ended();
  closed();
  journal_->close();
  journal_.reset();
  std::ofstream(root_ / "run" / "journal" / "00000002.journal") << std::string(500, 'x');
  const auto saved = load_run(root_ / "run");
  ASSERT_TRUE(saved) << saved.error().message;
  EXPECT_EQ(record::finding_name(saved->run.findings.back()), "journal_incomplete");
}

TEST_F(SavedRunTest, ARunUnderWayIsNotLoadedAsAPastOne) {
  values(kSavedStart + 1s);
  const auto directory = find_run(root_, "run");
  ASSERT_TRUE(directory);
  const auto busy = load_past_run(*directory);
  ASSERT_FALSE(busy);
  EXPECT_NE(busy.error().message.find("still running"), std::string::npos);
}

TEST_F(SavedRunTest, RunsAreFoundByIdPathAndLink) {
  fs::create_directory_symlink("run", root_ / "latest");
  for (const std::string& name : {std::string("run"), (root_ / "run").string(), std::string("latest")}) {
    const auto found = find_run(root_, name);
    ASSERT_TRUE(found) << name;
    EXPECT_EQ(found->run_id, "run");
  }
  const auto missing = find_run(root_, "other");
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().remedy.find("iris-gpubench list"), std::string::npos);
}

}  // namespace
}  // namespace gpubench::runs
