// From what was measured to the account: who counts, what is doubted, what stays unknown.
#include "record/account.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "record/costs.h"
#include "support/simulated_sampler.h"

namespace gpubench::record {
namespace {

using namespace std::chrono_literals;

constexpr base::SteadyTime kAccountStart{1000s};
constexpr base::Window kAccounted{kAccountStart, kAccountStart + 20s};

// Two GPUs at 300 and 400 W, sampled every 20 ms from before the run until after it.
std::vector<series::GpuSeries> two_gpus() {
  auto series = support::memory_series(2);
  for (std::size_t gpu = 0; gpu < 2; ++gpu) {
    const base::Power power = base::Power::from_watts(300 + 100.0 * static_cast<double>(gpu));
    for (base::SteadyTime at = kAccountStart - 2s; at < kAccounted.end + 2s; at += 20ms)
      series[gpu].power->append({at, power});
    for (base::SteadyTime at = kAccountStart - 1s; at < kAccounted.end + 2s; at += 1s) {
      meter::GpuReading reading;
      reading.time = at;
      reading.power = power;
      reading.utilization = base::Ratio::from_percent(90);
      series[gpu].readings->append(reading);
    }
  }
  return series;
}

RunFacts facts_of_two() {
  RunFacts facts;
  facts.run_id = "run";
  facts.anchor = {kAccountStart, base::WallTime(1790000000s)};
  facts.gpus.resize(2);
  facts.gpus[1].index = 1;
  facts.benchmark_gpus.positions = {0, 1};
  return facts;
}

Measured good_run() {
  Measured measured;
  measured.workload.name = "train";
  measured.outcome.ran = kAccounted;
  measured.outcome.exit_code = 0;
  return measured;
}

std::vector<std::string> finding_names(const RunRecord& run) {
  std::vector<std::string> all;
  for (const Finding& finding : run.findings) all.push_back(finding_name(finding));
  return all;
}

bool has_finding(const RunRecord& run, const std::string& name) {
  const auto all = finding_names(run);
  return std::find(all.begin(), all.end(), name) != all.end();
}

TEST(Account, TotalsAreOfTheBenchmarksGpus) {
  const auto series = two_gpus();
  const RunRecord both = make_account(facts_of_two(), good_run(), series);
  ASSERT_TRUE(both.total_energy);
  EXPECT_NEAR(both.total_energy->joules(), 700 * 20, 30);
  EXPECT_EQ(both.facts.run_id, "run");
  EXPECT_EQ(both.benchmark.name, "train");
  EXPECT_EQ(both.gpus.size(), 2U);

  RunFacts one = facts_of_two();
  one.benchmark_gpus = {{1}, "--gpus 1", ""};
  const RunRecord second = make_account(one, good_run(), series);
  ASSERT_TRUE(second.total_energy);
  EXPECT_NEAR(second.total_energy->joules(), 400 * 20, 20);
  ASSERT_EQ(second.other_gpus.size(), 1U);
  EXPECT_EQ(second.gpus.at(0).position, 1U);
  EXPECT_EQ(second.all_gpus().front()->position, 0U);
}

TEST(Account, AGpuWithoutEnergyLeavesTheTotalUnknown) {
  auto series = two_gpus();
  series[1] = std::move(support::memory_series(1)[0]);
  const RunRecord run = make_account(facts_of_two(), good_run(), series);
  EXPECT_FALSE(run.total_energy);
  EXPECT_TRUE(has_finding(run, "energy_unknown"));
  RunRecord costed = run;
  cost(costed, series, {});
  EXPECT_FALSE(costed.emissions || costed.footprint);
  EXPECT_FALSE(has_finding(costed, "carbon_unknown")) << "without energy nothing is to be said of its carbon";

  RunFacts first = facts_of_two();
  first.benchmark_gpus.positions = {0};
  EXPECT_FALSE(has_finding(make_account(first, good_run(), series), "energy_unknown"))
      << "another's GPU is no doubt of this run";
}

TEST(Account, NoGpuGivenAndGpusUnclearAreSaid) {
  const auto series = two_gpus();
  RunFacts none = facts_of_two();
  none.benchmark_gpus = {{}, "--gpus none", ""};
  const RunRecord without = make_account(none, good_run(), series);
  EXPECT_FALSE(without.total_energy);
  EXPECT_TRUE(has_finding(without, "no_gpu_given"));
  RunFacts unclear = facts_of_two();
  unclear.benchmark_gpus.unclear = "why";
  EXPECT_TRUE(has_finding(make_account(unclear, good_run(), series), "gpus_unclear"));
}

TEST(Account, HowTheRunEndedIsSaidOnce) {
  const auto series = two_gpus();
  const auto account = [&](const std::function<void(Measured&)>& change) {
    Measured measured = good_run();
    change(measured);
    return make_account(facts_of_two(), measured, series);
  };
  const auto interrupted = account([](Measured& m) {
    m.interrupted_by = 2;
    m.outcome.exit_code = 130;
  });
  EXPECT_TRUE(interrupted.benchmark.interrupted && has_finding(interrupted, "interrupted"));
  EXPECT_FALSE(has_finding(interrupted, "workload_failed"));
  const auto timed_out = account([](Measured& m) { m.timed_out = 20s; });
  EXPECT_TRUE(timed_out.benchmark.interrupted && has_finding(timed_out, "timed_out"));
  const auto failed = account([](Measured& m) { m.outcome.exit_code = 1; });
  EXPECT_TRUE(!failed.benchmark.interrupted && has_finding(failed, "workload_failed"));
  EXPECT_TRUE(has_finding(account([](Measured& m) { m.outcome.exit_code.reset(); }), "workload_failed"))
      << "unknown is not 0";
  EXPECT_TRUE(has_finding(account([](Measured& m) { m.outcome.out_of_memory = true; }), "workload_failed"));
}

TEST(Account, OfWhatWasWatchedOnlyAContainerThatEndedNeedsAnExitCode) {
  const auto series = two_gpus();
  const auto failed = [&](workload::WorkloadDescription::Kind kind, bool detached) {
    Measured measured = good_run();
    measured.workload.attached = true;
    measured.workload.kind = kind;
    measured.outcome.exit_code.reset();
    measured.outcome.stopped_by_us = detached;
    return has_finding(make_account(facts_of_two(), measured, series), "workload_failed");
  };
  using Kind = workload::WorkloadDescription::Kind;
  EXPECT_TRUE(failed(Kind::container, false));
  EXPECT_FALSE(failed(Kind::container, true)) << "it goes on";
  EXPECT_FALSE(failed(Kind::command, false)) << "only its parent knows";
}

TEST(Account, DoubtsAreInTheOrderInWhichTheyArose) {
  Measured measured = good_run();
  measured.findings = {LogIncomplete{"seen on the way"}};
  measured.outcome.exit_code = 1;
  measured.outcome.log_trouble = "full";
  measured.health.late = 2;
  measured.health.wall_clock_step = -1s;
  measured.workload.gpu_trouble = "no driver in the container";
  RunFacts facts = facts_of_two();
  facts.source = {meter::kReplay, "REPLAY", "", "x.trace"};
  auto expected = std::vector<std::string>{"log_incomplete",   "replayed",           "workload_failed",    "log_incomplete",
                                           "deadlines_missed", "wall_clock_stepped", "no_gpu_in_container"};
  auto found = finding_names(make_account(facts, measured, two_gpus()));
  found.resize(expected.size());
  EXPECT_EQ(found, expected);
}

TEST(Account, ASmallClockStepIsKeptAndNotSaid) {
  Measured measured = good_run();
  measured.health.wall_clock_step = 400ms;
  const RunRecord run = make_account(facts_of_two(), measured, two_gpus());
  EXPECT_FALSE(has_finding(run, "wall_clock_stepped"));
  EXPECT_EQ(run.sampling.wall_clock_step, 400ms);
}

// Idle before and after the run.
TEST(Account, EndsThatAreKnownLessWellAreLessCertain) {
  auto series = support::memory_series(2);
  for (auto& gpu : series)
    for (base::SteadyTime at = kAccountStart - 2s; at < kAccounted.end + 2s; at += 20ms)
      gpu.power->append({at, base::Power::from_watts(at >= kAccounted.start && at < kAccounted.end ? 400 : 100)});
  const auto ends_term = [&](std::optional<base::Duration> ends_within) {
    Measured measured = good_run();
    measured.outcome.ends_within = ends_within;
    const RunRecord run = make_account(facts_of_two(), measured, series);
    const auto& terms = run.gpus.front().energy.best()->uncertainty.terms;
    return *std::find_if(terms.begin(), terms.end(), [](const auto& term) { return term.name == "start_and_end"; });
  };
  const energy::UncertaintyTerm own = ends_term({});
  EXPECT_GT(own.standard.joules(), 0.1);
  EXPECT_NE(own.explanation.find("known to 1 ms"), std::string::npos) << own.explanation;
  const energy::UncertaintyTerm compared = ends_term(20500us);
  EXPECT_NEAR(compared.standard.joules(), 20.5 * own.standard.joules(), 1e-6);
  EXPECT_NE(compared.explanation.find("known to 21 ms"), std::string::npos) << compared.explanation;
}

TEST(Account, ALostGpuIsSaid) {
  auto series = two_gpus();
  meter::GpuReading lost;
  lost.time = kAccounted.end + 3s;
  lost.power = meter::absent(meter::Absent::gpu_lost);
  series[0].readings->append(lost);
  EXPECT_TRUE(has_finding(make_account(facts_of_two(), good_run(), series), "gpu_lost"));
}

// Each of several containers: its own GPUs over its own time.
TEST(Account, PartsHaveTheirOwnTimeGpusAndScore) {
  Measured measured = good_run();
  measured.workload.parts.resize(3);
  measured.workload.parts[0].gpus = {0};
  measured.workload.parts[1].gpus = {1};
  measured.workload.parts[2].gpus = {0};
  measured.outcome.parts.resize(3);
  measured.outcome.parts[0].ran = {kAccountStart, kAccountStart + 10s};
  measured.outcome.parts[1].ran = kAccounted;
  measured.outcome.parts[1].stopped_by_us = true;
  measured.scores = {{1.5, {}}, {{}, Work{6, "images"}}};
  const RunRecord run = make_account(facts_of_two(), measured, two_gpus());
  ASSERT_EQ(run.parts.size(), 3U);
  EXPECT_NEAR(run.parts[0].energy.value().joules(), 3000, 20);
  EXPECT_NEAR(run.parts[1].energy.value().joules(), 8000, 20);
  EXPECT_FALSE(run.parts[2].energy) << "it never ran";
  EXPECT_TRUE(run.parts[1].benchmark.interrupted);
  EXPECT_EQ(run.parts[0].benchmark.score, 1.5);
  EXPECT_EQ(run.parts[1].benchmark.work.value().unit, "images");
  EXPECT_EQ(run.parts[2].log, "benchmark_3.log");
  EXPECT_FALSE(run.benchmark.score) << "the scores are the parts'";
}

TEST(Account, OneScoreIsTheBenchmarks) {
  Measured measured = good_run();
  measured.scores = {{12.5, Work{8, "steps"}}};
  const RunRecord run = make_account(facts_of_two(), measured, two_gpus());
  EXPECT_EQ(run.benchmark.score, 12.5);
  EXPECT_EQ(run.benchmark.work.value().amount, 8);
}

TEST(Account, EventsBelongToTheirGpu) {
  Measured measured = good_run();
  measured.events.resize(2);
  measured.events[1].xids_told = true;
  measured.events[1].xids = {79};
  const RunRecord run = make_account(facts_of_two(), measured, two_gpus());
  EXPECT_TRUE(run.gpus[0].events.xids.empty());
  EXPECT_EQ(run.gpus[1].events.xids, std::vector<std::uint64_t>{79});
  EXPECT_TRUE(has_finding(run, "xid_errors"));
}

}  // namespace
}  // namespace gpubench::record
