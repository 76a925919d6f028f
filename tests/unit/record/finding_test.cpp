#include "record/finding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <vector>

namespace gpubench::record {
namespace {

using namespace std::chrono_literals;

std::vector<Finding> one_of_each() {
  return {Replayed{"traces/h200.trace"},
          Interrupted{"SIGINT"},
          TimedOut{90s},
          WorkloadFailed{137, true, "OOM"},
          EnergyUnknown{0, "no counter and no power samples"},
          CounterUnusable{1, "it restarted"},
          MethodsDisagree{2, base::Energy::from_joules(1000), base::Energy::from_joules(1100)},
          PowerGap{3, base::Ratio::from_percent(93.2), 412ms},
          DeadlinesMissed{3, 120, 2500ms},
          WallClockStepped{-3s},
          GpuLost{4},
          Throttled{5, "hardware thermal slowdown", base::Ratio::from_percent(12.5)},
          CarbonFallback{"no answer within 10 s"},
          CarbonUnknown{"no answer within 10 s"},
          ResultsNotCollected{"/root/results is not there"},
          PlotNotMade{"gnuplot was not found"},
          ExportIncomplete{1000, 990, "connection refused"},
          NoGpuInContainer{"no NVIDIA runtime and no device nodes"},
          LogIncomplete{"disk full"},
          SeriesIncomplete{"disk full"},
          Recovered{"2026-11-22T12:00:00.000Z", 2},
          JournalIncomplete{"disk full"},
          NoGpuGiven{"--gpus none"},
          GpusUnclear{"CUDA_VISIBLE_DEVICES=1 by numbers"},
          ForeignProcess{6, "python3 (process 4711)"},
          UnknownProcess{7, "process 4712"},
          SharedByMig{8},
          XidErrors{9, "31, 79"},
          MemoryErrors{10, 3, 1, 2},
          ScoreUnusable{"time in metrics.yml is no number"},
          ImpossibleValues{3, 2, "a power of 70000 W"},
          DriverSilent{},
          LeftRunning{0, "load (process 812)"},
          MarksIncomplete{"1 begin without an end"},
          PhasesNotFound{"--nvtx", 12},
          PhasesNotSynchronised{3, 15ms},
          BegunInMidRun{},
          SavedFinding{"gpu_shared", "Somebody else used the GPU."}};
}

TEST(Finding, EveryKindHasItsOwnNameAndOneLine) {
  const auto findings = one_of_each();
  ASSERT_EQ(findings.size(), std::variant_size_v<AnyFinding>);
  std::set<std::string> names;
  for (const Finding& finding : findings) {
    names.insert(finding_name(finding));
    const std::string text = finding_text(finding);
    EXPECT_EQ(text.back(), '.') << text;
    EXPECT_EQ(text.find('\n'), std::string::npos) << text;
    EXPECT_LT(text.size(), 250U) << text;
  }
  EXPECT_EQ(names.size(), findings.size());
}

TEST(Finding, NamesBelongToTheirKinds) {
  std::vector<std::string> names;
  for (const Finding& finding : one_of_each()) names.push_back(finding_name(finding));
  EXPECT_EQ(names, (std::vector<std::string>{"replayed",           "interrupted",       "timed_out",
                                             "workload_failed",    "energy_unknown",    "counter_unusable",
                                             "methods_disagree",   "power_gap",         "deadlines_missed",
                                             "wall_clock_stepped", "gpu_lost",          "throttled",
                                             "carbon_fallback",    "carbon_unknown",    "results_not_collected",
                                             "plot_not_made",      "export_incomplete", "no_gpu_in_container",
                                             "log_incomplete",     "series_incomplete", "recovered",
                                             "journal_incomplete", "no_gpu_given",      "gpus_unclear",
                                             "foreign_process",    "unknown_process",   "shared_by_mig",
                                             "xid_errors",         "memory_errors",     "score_unusable",
                                             "impossible_values",  "driver_silent",     "left_running",
                                             "marks_incomplete",   "phases_not_found",  "phases_not_synchronised",
                                             "begun_in_mid_run",   "gpu_shared"}));
}

TEST(Finding, SaysNumbersWithUnits) {
  EXPECT_EQ(finding_text(MethodsDisagree{2, base::Energy::from_joules(1000), base::Energy::from_joules(1100)}),
            "The energy of GPU 2 is 1000.0 J by its counter and 1100.0 J by its power samples (+10.0 %). This is more than "
            "their uncertainties allow, so the interval was widened by the difference.");
  EXPECT_EQ(
      finding_text(PowerGap{3, base::Ratio::from_percent(93.2), 412ms}),
      "Power samples of GPU 3 are missing. They cover 93.2 % of the run, and the longest gap is 412 ms. Peaks within gaps "
      "are not seen.");
  EXPECT_EQ(
      finding_text(WallClockStepped{-3s}),
      "The clock of this machine was set back by 3.00 s during the run: times of day follow the clock as it was at the "
      "start; durations and energy are not affected.");
}

TEST(Finding, SaysWhatWasDecided) {
  EXPECT_NE(finding_text(CounterUnusable{0, "", "power readings"}).find("comes from its power readings instead"),
            std::string::npos);
  EXPECT_EQ(finding_text(CounterUnusable{0, "", ""}),
            "The energy counter of GPU 0 could not be used: its energy is not known.");
  EXPECT_NE(finding_text(GpuLost{0, true}).find("is an estimate"), std::string::npos);
  EXPECT_NE(finding_text(GpuLost{0, false}).find("Its energy is not known"), std::string::npos);
  const std::string jump = finding_text(MethodsDisagree{
      0, base::Energy::from_joules(206.1), base::Energy::from_joules(205.8), "it jumps against the power samples"});
  EXPECT_EQ(jump.find("more than their"), std::string::npos) << jump;
  EXPECT_NE(jump.find("it jumps"), std::string::npos) << jump;
  EXPECT_EQ(finding_text(ImpossibleValues{3, 1, "a power of 70000 W"}),
            "The driver reported an impossible value for GPU 3 (a power of 70000 W). It is left out of all figures.");
  EXPECT_EQ(finding_text(ImpossibleValues{3, 2, "a power of 70000 W"}),
            "The driver reported 2 impossible values for GPU 3 (the first: a power of 70000 W). They are left out of all "
            "figures.");
}

TEST(Finding, SaysWhetherAnyResultFileWasCopied) {
  EXPECT_EQ(finding_text(ResultsNotCollected{"the disk is full"}),
            "The benchmark's result files could not be copied (the disk is full). There may be no benchmark score.");
  EXPECT_EQ(finding_text(ResultsNotCollected{"", true}),
            "Some of the benchmark's result files were not copied. benchmark_results/skipped.txt lists them.");
}

TEST(Finding, CountsDamagedRecords) {
  EXPECT_THAT(finding_text(Recovered{"12:00", 1}), testing::HasSubstr("; 1 damaged record of the journal is left out."));
  EXPECT_THAT(finding_text(Recovered{"12:00", 2}), testing::HasSubstr("; 2 damaged records of the journal are left out."));
  EXPECT_THAT(finding_text(Recovered{"12:00", 0}), testing::HasSubstr("ends at 12:00."));
}

TEST(Finding, NearlyAllIsNotAll) {
  const std::string text = finding_text(PowerGap{0, base::Ratio::from_percent(99.99), 60ms});
  EXPECT_NE(text.find("99.9 %"), std::string::npos) << text;
}

TEST(Finding, UnknownExitCodeIsSaidSo) {
  const std::string text = finding_text(WorkloadFailed{std::nullopt, false, ""});
  EXPECT_NE(text.find("unknown exit code"), std::string::npos);
  EXPECT_EQ(text.find("()"), std::string::npos);
}

TEST(Finding, CounterOfZeroDoesNotDivide) {
  const std::string text = finding_text(MethodsDisagree{0, base::Energy(), base::Energy::from_joules(5)});
  EXPECT_EQ(text.find("inf"), std::string::npos) << text;
  EXPECT_EQ(text.find("nan"), std::string::npos) << text;
}

}  // namespace
}  // namespace gpubench::record
