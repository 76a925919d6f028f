#include "history/series.h"

#include <gtest/gtest.h>

#include <cmath>

#include "history/formats/formats.h"
#include "history/index_line.h"
#include "unit/compare/example_sides.h"

namespace gpubench::history {
namespace {

using compare::Metric;
using compare::SideRun;

// Sittings of one run each; a step of 2 % at `step`.
std::vector<SideRun> runs_with_step(std::size_t count, std::size_t step, const std::string& uuid = "GPU-a") {
  std::vector<SideRun> runs;
  for (std::size_t i = 0; i < count; ++i) {
    const double scatter = i % 2 == 0 ? 1 : -1;
    const double joules = (3000 + scatter) * (i >= step ? 1.02 : 1);
    runs.push_back(compare::examples::run_of(uuid + "-" + std::to_string(i), joules, 4, uuid));
    runs.back().values.start_seconds = 1.7e9 + static_cast<double>(i) * 86400;
    runs.back().values.driver = i < step ? "550" : "560";
  }
  return runs;
}

TEST(Series, FindsAStepAndWhatChanged) {
  const auto all = make_series(runs_with_step(20, 12), {});
  ASSERT_EQ(all.size(), 1U);
  ASSERT_EQ(all[0].steps.size(), 1U);
  EXPECT_EQ(all[0].steps[0].first, 12U);
  EXPECT_NEAR(std::expm1(all[0].steps[0].change), 0.02, 1e-3);
  EXPECT_EQ(all[0].points[12].marks, std::vector<std::string>{"driver 550 -> 560"});
  EXPECT_EQ(all[0].newest->before, 7U) << "only those of the new level";
}

TEST(Series, AnotherBoardIsAnotherSeriesAndNoStep) {
  auto runs = runs_with_step(12, 99, "GPU-a");
  for (SideRun& run : runs_with_step(12, 0, "GPU-b")) runs.push_back(run);
  const auto all = make_series(runs, {});
  ASSERT_EQ(all.size(), 2U);
  for (const Series& series : all) EXPECT_TRUE(series.steps.empty());
}

TEST(Series, RunsOfOneSittingAreOnePoint) {
  auto runs = runs_with_step(6, 99);
  for (SideRun& run : runs) run.sitting = "one";
  runs[5].excluded = {"foreign_process"};
  const auto all = make_series(runs, {});
  ASSERT_EQ(all[0].points.size(), 1U);
  EXPECT_EQ(all[0].points[0].runs, 5U);
  EXPECT_FALSE(all[0].newest);
}

TEST(Series, NewestAgainstThoseBefore) {
  auto runs = runs_with_step(9, 8);
  const auto all = make_series(runs, {});
  EXPECT_TRUE(all[0].steps.empty()) << "one point is no step yet";
  EXPECT_EQ(judge_newest(all[0], *compare::parse_gate("energy +1%")).verdict, compare::Verdict::fail);
  EXPECT_EQ(judge_newest(all[0], *compare::parse_gate("energy +3%")).verdict, compare::Verdict::pass);
  runs.resize(3);
  EXPECT_EQ(judge_newest(make_series(runs, {})[0], *compare::parse_gate("energy +1%")).verdict, compare::Verdict::undecided);
}

// Sittings of four runs that scatter by 1 %, and a newest one of a single run.
TEST(Series, ANewestPointOfFewerRunsScattersMore) {
  const double spread = std::exp(0.01 * std::sqrt(0.75));
  std::vector<SideRun> runs;
  for (int sitting = 0; sitting < 6; ++sitting)
    for (int i = 0; i < (sitting == 5 ? 1 : 4); ++i) {
      runs.push_back(compare::examples::run_of("r", 3000 * (i % 2 == 0 ? spread : 1 / spread)));
      runs.back().sitting = "s" + std::to_string(sitting);
    }
  const auto all = make_series(runs, {});
  ASSERT_TRUE(all.at(0).newest);
  EXPECT_NEAR(all[0].newest->change.budget.standard(), 0.01 * std::sqrt(0.75), 1e-9);
  EXPECT_EQ(judge_newest(all[0], *compare::parse_gate("energy +2%")).verdict, compare::Verdict::undecided);
  runs.back().values.figures[compare::index_of(Metric::energy)] = compare::Figure{3000};
  EXPECT_EQ(judge_newest(make_series(runs, {})[0], *compare::parse_gate("energy +2%")).verdict, compare::Verdict::pass);
}

TEST(Series, ChoiceOfKeyAndLast) {
  const auto runs = runs_with_step(20, 99);
  EXPECT_TRUE(make_series(runs, {"other", Metric::energy, 0}).empty());
  EXPECT_EQ(make_series(runs, {"simul", Metric::energy, 5})[0].points.size(), 5U);
  EXPECT_TRUE(make_series(runs, {"", Metric::score, 0}).empty());
}

TEST(KnownScatter, OfOtherSittings) {
  std::vector<SideRun> runs;
  for (int sitting = 0; sitting < 5; ++sitting)
    for (int i = 0; i < 5; ++i) {
      runs.push_back(compare::examples::run_of("r", 3000 + sitting * 10 + i));
      runs.back().sitting = "s" + std::to_string(sitting);
    }
  compare::Side base{"base", {runs[0]}, {}};
  const auto known = known_scatter(runs, base, {"new", {runs[24]}, {}});
  const compare::Known& energy = known[compare::index_of(Metric::energy)];
  EXPECT_EQ(energy.within->degrees, 12) << "not of the two sittings that are compared";
  EXPECT_NEAR(energy.within->deviation, 1.58 / 3020, 1e-5);
  EXPECT_EQ(energy.sittings->degrees, 2);
  EXPECT_FALSE(known[compare::index_of(Metric::score)].within);
}

// Sittings with two variants of one key, as of --env "N={N}": N=2 uses 10 % more.
std::vector<SideRun> sweeps(int sittings) {
  std::vector<SideRun> runs;
  for (int sitting = 0; sitting < sittings; ++sitting)
    for (const char* variant : {"N=1", "N=2"})
      for (int i = 0; i < 3; ++i) {
        const double joules = (variant == std::string("N=1") ? 3000 : 3300) + sitting + i;
        runs.push_back(compare::examples::run_of("r", joules));
        runs.back().set = "set" + std::to_string(sitting);
        runs.back().sitting = runs.back().set + " 1";
        runs.back().variant = variant;
      }
  return runs;
}

TEST(Series, VariantsOfOneKeyAreSeries) {
  const auto all = make_series(sweeps(2), {});
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].key, "simulate, 1 GPU, N=1");
  EXPECT_EQ(all[0].points.size(), 2U);
  EXPECT_NEAR(all[0].points[1].value, 3002, 0.1);
  EXPECT_NEAR(all[1].points[1].value, 3302, 0.1);
  EXPECT_TRUE(has_key(sweeps(2), "N=2"));
  EXPECT_EQ(make_series(sweeps(2), {"N=2", Metric::energy, 0}).size(), 1U);
}

TEST(Series, AGatePassesOverVariantsOfFewSittings) {
  EXPECT_TRUE(gate_passes_over(make_series(sweeps(3), {}).at(0)));
  EXPECT_FALSE(gate_passes_over(make_series(sweeps(4), {}).at(0)));
  EXPECT_FALSE(gate_passes_over(make_series(sweeps(4), {"", Metric::energy, 2}).at(0))) << "there are more than --last";
  EXPECT_FALSE(gate_passes_over(make_series(runs_with_step(2, 99), {}).at(0))) << "no variant";
}

TEST(Series, VariantsOfOtherCommandsShareTheSeriesOfTheirs) {
  auto runs = sweeps(1);
  for (SideRun& run : runs)
    if (run.variant == "N=2") run.values.command = "other";
  for (SideRun& run : runs_with_step(1, 99)) runs.push_back(run);
  const auto all = make_series(runs, {});
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[1].points.size(), 2U) << "of the set and by itself";
}

TEST(KnownScatter, OfSittingsIsOfOneVariant) {
  const auto runs = sweeps(6);
  compare::Side base{"base", {runs[0]}, {}};
  const auto known = known_scatter(runs, base, {"new", {runs[3]}, {}});
  const compare::Known& energy = known[compare::index_of(Metric::energy)];
  EXPECT_EQ(energy.sittings->degrees, 4) << "five sittings of N=1, without that of BASE";
  EXPECT_LT(energy.sittings->deviation, 0.001) << "not the 10 % between the variants";
  EXPECT_EQ(energy.within->degrees, 20) << "of both variants";
}

// Runs of one sitting that scatter by 0.5 %.
std::vector<SideRun> sitting_of(const std::string& name, std::size_t count, double joules) {
  std::vector<SideRun> runs;
  for (std::size_t i = 0; i < count; ++i) {
    const double sign = i + 1 == count && count % 2 == 1 ? 0 : i % 2 == 0 ? 1 : -1;
    runs.push_back(compare::examples::run_of(name + std::to_string(i), joules * std::exp(0.005 * sign)));
    runs.back().sitting = name;
  }
  return runs;
}

// Many nights of a run and one set: their means scatter as single runs do, and hold what differs between sittings, too.
TEST(KnownScatter, OfSingleRunsAndASetCountsTheScatterOfARunOnce) {
  std::vector<SideRun> runs = sitting_of("set", 9, 3000);
  for (const std::size_t nights : {6U, 20U}) {
    for (std::size_t i = 0; i < nights; ++i)
      for (const SideRun& run :
           sitting_of("night" + std::to_string(nights + i), 1, 3000 * std::exp(i % 2 == 0 ? 0.005 : -0.005)))
        runs.push_back(run);
    const compare::Report report = compare::make_report(
        {"base", sitting_of("base", 1, 3000), {}}, {{"new", sitting_of("new", 1, 3000), {}}}, {},
        [&](const compare::Side& base, const compare::Side& changed) { return known_scatter(runs, base, changed); });
    const auto& change = *compare::examples::energy_of(report).change;
    EXPECT_EQ(change.method, compare::Method::history);
    EXPECT_NEAR(change.change.budget.standard(), 0.0071, 0.0005) << nights;
  }
}

TEST(IndexEntry, ReadsBack) {
  IndexEntry entry{"20260101-a", {1234, 5678}, runs_with_step(1, 9)[0].values, {}};
  entry.listed.benchmark = "train\t";
  entry.listed.joules = 2.5;
  entry.listed.outcome = "REPLAY";
  entry.values.findings = {"throttled"};
  entry.values.command = "a \"b\"\n\xff";
  const auto back = parse_entry(entry_text(entry), Part::values);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->folder, entry.folder);
  EXPECT_EQ(back->state, entry.state);
  EXPECT_EQ(back->values.findings, entry.values.findings);
  EXPECT_EQ(back->values.figure(Metric::energy)->value, entry.values.figure(Metric::energy)->value);
  EXPECT_FALSE(back->values.figure(Metric::score));
  EXPECT_EQ(back->values.boards.at(0).uuid, "GPU-a");
  EXPECT_EQ(back->line, entry_text(entry));
  const auto listed = parse_entry(entry_text(entry), Part::listed);
  ASSERT_TRUE(listed);
  EXPECT_EQ(listed->listed.id, entry.folder);
  EXPECT_EQ(listed->listed.benchmark, "train\t");
  EXPECT_EQ(listed->listed.joules, 2.5);
  EXPECT_EQ(listed->listed.outcome, "REPLAY");
  EXPECT_FALSE(listed->listed.grams);
  for (const char* damaged : {"", "{", "[]", "{}", R"({"folder": 1})", "{}\t{}\t{}"})
    EXPECT_FALSE(parse_entry(damaged, Part::values)) << damaged;
}

TEST(HistoryFormats, TextFitsAndIsHarmless) {
  auto runs = runs_with_step(120, 60);
  for (SideRun& run : runs) run.values.benchmark = "x<script>\x1b[31m|" + std::string(200, 'y');
  const Report report{make_series(runs, {}), {}, {"a\nb"}};
  const std::string text = as_text(report);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  for (const auto& format : {as_json(report), as_html(report)}) EXPECT_EQ(format.find('\x1b'), std::string::npos);
  EXPECT_EQ(as_html(report).find("<script"), std::string::npos);
  EXPECT_NE(text.find("step"), std::string::npos);
}

}  // namespace
}  // namespace gpubench::history
