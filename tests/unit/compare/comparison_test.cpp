#include <gtest/gtest.h>

#include "compare/formats/formats.h"
#include "compare/temperature.h"
#include "statistics/budget.h"
#include "unit/compare/example_sides.h"

namespace gpubench::compare {
namespace {

using namespace examples;

statistics::Interval percent(const Row& row) {
  const auto bounds = shown(row, statistics::interval(row.change->change.value, row.change->change.budget));
  return {bounds.low * 100, bounds.high * 100};
}

bool has_term(const Row& row, std::string_view name) {
  for (const auto& term : row.change->change.budget.terms())
    if (term.name == name) return true;
  return false;
}

Verdict verdict_of(const Side& base, const Side& changed, const std::string& gate) {
  return report_of(base, changed, with_gates({gate})).comparisons.at(0).gates.at(0).verdict;
}

TEST(Comparison, BlocksOfOneSetArePairs) {
  const Side base = side_of("base", kBaseJoules, "set");
  const Side changed = side_of("new", kNewJoules, "set");
  const Report report = report_of(base, changed, with_gates({"energy +1%", "energy +2%", "energy +3%"}));
  const Row& energy = energy_of(report);
  EXPECT_EQ(energy.change->method, Method::pairs);
  EXPECT_NEAR(percent(energy).low, 1.968105, 1e-6);
  EXPECT_NEAR(percent(energy).high, 2.143141, 1e-6);
  const auto& gates = report.comparisons[0].gates;
  EXPECT_EQ(gates[0].verdict, Verdict::fail);
  EXPECT_EQ(gates[1].verdict, Verdict::undecided);
  EXPECT_EQ(gates[2].verdict, Verdict::pass);
  EXPECT_TRUE(gates[1].more_pairs);
  EXPECT_EQ(exit_status(report), kGateFailed);
}

// Nine pairs of a set with --until: half the degrees of freedom (statistics/stopping.h), as `show` has them.
TEST(Comparison, SetsThatStopByTheirValues) {
  const std::vector<double> joules{3012, 3020, 3008, 3016, 3024, 3011, 3019, 3009, 3017};
  const auto until = [&](const std::string& name, const std::string& set, double factor) {
    Side side = side_of(name, joules, set);
    for (SideRun& run : side.runs) {
      run.until = true;
      auto& energy = run.values.figures[index_of(Metric::energy)];
      energy->value *= 1 + factor * (run.block % 2 == 0 ? 1 : 1.1);
    }
    return side;
  };
  const auto degrees = [](const statistics::Budget& budget) { return budget.terms().at(0).degrees; };
  const Report pairs = report_of(until("a", "set", 0), until("b", "set", 0.01));
  EXPECT_EQ(degrees(energy_of(pairs).change->change.budget), 4);
  EXPECT_EQ(degrees(energy_of(pairs).base->mean.budget), 4);
  const Report sets = report_of(until("a", "one", 0), until("b", "other", 0.01));
  EXPECT_EQ(degrees(energy_of(sets).change->change.budget), 4);
  const Report one = report_of(until("a", "one", 0), side_of("b", {3050}));
  EXPECT_EQ(degrees(energy_of(one).change->change.budget), 4);
}

TEST(Comparison, EnergyIsPowerTimesTime) {
  Side changed = side_of("new", kNewJoules, "set");
  for (SideRun& run : changed.runs) {
    run.values.figures[index_of(Metric::time)] = Figure{5};
    run.values.figures[index_of(Metric::power)] = Figure{run.values.figure(Metric::energy)->value / 5};
  }
  const Report report = report_of(side_of("base", kBaseJoules, "set"), changed);
  const auto log_of = [&](Metric metric) { return report.comparisons[0].find(metric)->change->change.value; };
  EXPECT_NEAR(log_of(Metric::energy), log_of(Metric::power) + log_of(Metric::time), 1e-12);
}

TEST(Comparison, TwoSittingsHaveTheAssumedTerm) {
  const Report report = report_of(side_of("base", kBaseJoules), side_of("new", kNewJoules));
  EXPECT_EQ(energy_of(report).change->method, Method::runs);
  EXPECT_TRUE(has_term(energy_of(report), kAssumedSittingTerm));
  EXPECT_TRUE(has_doubt(report.comparisons[0], "sitting_assumed"));
}

TEST(Comparison, OnlyAnotherBoardTurnsFailIntoUndecided) {
  const Side base = side_of("base", kBaseJoules);
  Side changed = side_of("new", kNewJoules);
  EXPECT_EQ(verdict_of(base, changed, "energy +0.5%"), Verdict::fail);
  for (SideRun& run : changed.runs) run.values.boards[0].uuid = "GPU-b";
  EXPECT_EQ(verdict_of(base, changed, "energy +0.5%"), Verdict::undecided);
  const Report report = report_of(base, changed);
  EXPECT_TRUE(has_term(energy_of(report), kBoardTerm));
  EXPECT_FALSE(has_term(*report.comparisons[0].find(Metric::time), kBoardTerm)) << "a clock has no such error";
  EXPECT_TRUE(has_doubt(report.comparisons[0], "other_board"));
}

TEST(Comparison, OneRunASideKnowsOnlyTheMeter) {
  Side base = side_of("base", {3012});
  Side changed = side_of("new", {3071});
  base.runs[0].values.figures[index_of(Metric::energy)]->meter = 3;
  changed.runs[0].values.figures[index_of(Metric::energy)]->meter = 3;
  const Report report = report_of(base, changed, with_gates({"energy +1%", "energy +5%"}));
  EXPECT_NEAR(percent(energy_of(report)).low, 1.674739, 1e-6);
  EXPECT_NEAR(percent(energy_of(report)).high, 2.243717, 1e-6);
  for (const GateResult& gate : report.comparisons[0].gates) EXPECT_EQ(gate.verdict, Verdict::undecided);
  EXPECT_TRUE(has_doubt(report.comparisons[0], "one_run"));
  EXPECT_EQ(exit_status(report), kGateUndecided);
}

TEST(Comparison, OneRunWithHistory) {
  KnownScatter known;
  known[index_of(Metric::energy)].within = statistics::Repeatability{0.001, 20};
  const Report report = make_report(side_of("base", {3012}), {side_of("new", {3200})}, with_gates({"energy +2%"}),
                                    [&](const Side&, const Side&) { return known; });
  EXPECT_EQ(energy_of(report).change->method, Method::history);
  EXPECT_EQ(report.comparisons[0].gates[0].verdict, Verdict::fail);
}

TEST(Comparison, OneRunWithAHistoryOfSingleRuns) {
  KnownScatter known;
  known[index_of(Metric::energy)].sittings = statistics::Repeatability{0.002, 20};
  const Report report = make_report(side_of("base", {3000}), {side_of("new", {3100})}, with_gates({"energy +1%"}),
                                    [&](const Side&, const Side&) { return known; });
  EXPECT_EQ(energy_of(report).change->method, Method::history);
  EXPECT_FALSE(has_term(energy_of(report), kKnownSittingTerm)) << "it is in their scatter";
  EXPECT_NEAR(energy_of(report).change->change.budget.standard(), 0.002 * std::sqrt(2.0), 1e-9);
  EXPECT_EQ(report.comparisons[0].gates[0].verdict, Verdict::fail);
}

// The means of sittings of many runs scatter less than one run.
TEST(Comparison, OneRunWithAHistoryOfSets) {
  KnownScatter known;
  known[index_of(Metric::energy)] = {statistics::Repeatability{0.01, 80}, statistics::Repeatability{0.0033, 9},
                                     std::vector<std::size_t>(10, 9)};
  const Report report =
      make_report(side_of("base", {3000}), {side_of("new", {3050})}, {}, [&](const Side&, const Side&) { return known; });
  EXPECT_EQ(energy_of(report).change->method, Method::history);
  const double standard = energy_of(report).change->change.budget.standard();
  EXPECT_NEAR(standard, std::sqrt(2.0) * std::hypot(0.01 * std::sqrt(8. / 9), 0.0033), 1e-9);
  EXPECT_GE(standard, 0.0141) << "of one run a side";
}

// The scatter of single runs is in the scatter of nearly all sittings already.
TEST(Comparison, OneRunWithAHistoryOfSingleRunsAndASet) {
  KnownScatter known;
  std::vector<std::size_t> runs(20, 1);
  runs.push_back(9);
  known[index_of(Metric::energy)] = {statistics::Repeatability{0.005, 8}, statistics::Repeatability{0.005, 20}, runs};
  const Report report =
      make_report(side_of("base", {3000}), {side_of("new", {3050})}, {}, [&](const Side&, const Side&) { return known; });
  EXPECT_EQ(energy_of(report).change->method, Method::history);
  EXPECT_NEAR(energy_of(report).change->change.budget.standard(), 0.0071, 0.0002);
}

// Four sittings of three runs, of which each mean is 3000, against a sitting of one run.
TEST(Comparison, ASittingOfFewerRunsScattersMore) {
  Side base{"base", {}, {}};
  for (const char* sitting : {"a", "b", "c", "d"})
    for (SideRun& run : side_of(sitting, {3000 / 1.01, 3000, 3000 * 1.01}).runs) base.runs.push_back(run);
  const Report against_one = report_of(base, side_of("new", {3000}));
  EXPECT_EQ(energy_of(against_one).change->method, Method::sittings);
  EXPECT_NEAR(energy_of(against_one).change->change.budget.standard(), std::log(1.01) * std::sqrt(1 - 1.0 / 3), 1e-9);
  const Report against_three = report_of(base, side_of("new", {3000, 3000, 3000}));
  EXPECT_NEAR(energy_of(against_three).change->change.budget.standard(), 0, 1e-9);
}

TEST(Comparison, SingleRunsAreTheirOwnSittings) {
  Side base = side_of("base", kBaseJoules);
  for (SideRun& run : base.runs) run.sitting = run.values.id;
  const Report against_one = report_of(base, side_of("new", {3071}));
  EXPECT_NEAR(percent(energy_of(against_one)).low, 1.176429, 1e-6);
  EXPECT_NEAR(percent(energy_of(against_one)).high, 2.475286, 1e-6);
  EXPECT_FALSE(has_term(energy_of(against_one), kAssumedSittingTerm)) << "the scatter of sittings is in the scatter of BASE";
}

TEST(Comparison, RunsAreLeftOutByCauseWithTheirPair) {
  Side base = side_of("base", kBaseJoules, "set");
  base.runs[1].values.findings = {"foreign_process"};
  base.runs[2].warmup = true;
  const Report report = report_of(base, side_of("new", kNewJoules, "set"));
  EXPECT_EQ(report.comparisons[0].base.counted, 3U);
  EXPECT_EQ(report.comparisons[0].changed.counted, 3U);
  EXPECT_EQ(report.comparisons[0].changed.left_out.size(), 2U);
  EXPECT_EQ(report.comparisons[0].base.left_out[0].why, "foreign_process");
}

TEST(Comparison, HeatExcludesUnlessAllAreHot) {
  Side base = side_of("base", kBaseJoules);
  base.runs[0].values.slowed_by_heat = true;
  exclude_by_cause(base);
  EXPECT_FALSE(base.runs[0].counts());
  Side hot = side_of("hot", kBaseJoules);
  for (SideRun& run : hot.runs) run.values.slowed_by_heat = true;
  exclude_by_cause(hot);
  EXPECT_TRUE(hot.runs[0].counts());
}

TEST(Comparison, WhatCannotBeCompared) {
  const Side base = side_of("base", kBaseJoules);
  Side replay = side_of("replay", kNewJoules);
  for (SideRun& run : replay.runs) run.values.replayed = true;
  EXPECT_EQ(exit_status(report_of(base, replay)), kNotComparable);
  Side other_replay = side_of("other", kNewJoules);
  for (SideRun& run : other_replay.runs) run.values.replayed = true;
  EXPECT_EQ(exit_status(report_of(replay, other_replay)), 0);
  Side failed = side_of("failed", kNewJoules);
  for (SideRun& run : failed.runs) run.values.findings = {"workload_failed"};
  EXPECT_EQ(exit_status(report_of(base, failed)), kNotComparable);
  Side zero = side_of("zero", {3000, 0});
  const Report report = report_of(base, zero, with_gates({"energy +2%"}));
  EXPECT_EQ(exit_status(report), kNotComparable);
  EXPECT_NE(energy_of(report).not_comparable.find("zero2"), std::string::npos) << energy_of(report).not_comparable;
  EXPECT_EQ(exit_status(report_of(base, side_of("new", kNewJoules), with_gates({"score +1%"}))), kNotComparable);
}

TEST(Comparison, OtherUnitsOfWork) {
  const auto working = [](Side side, const std::string& unit) {
    for (SideRun& run : side.runs) {
      run.values.work_unit = unit;
      run.values.figures[index_of(Metric::work)] = Figure{100};
    }
    return side;
  };
  const Side images = working(side_of("base", kBaseJoules), "images");
  EXPECT_EQ(exit_status(report_of(images, working(side_of("new", kNewJoules), "steps"), with_gates({"work -2%"}))),
            kNotComparable);
  EXPECT_EQ(exit_status(report_of(images, working(side_of("new", kNewJoules), "images"), with_gates({"work -2%"}))), 0);
}

TEST(Comparison, EqualScoresHaveTheirLastDigit) {
  const auto scored = [](Side side, double score) {
    for (SideRun& run : side.runs) run.values.figures[index_of(Metric::score)] = Figure{score, 0, 0, 1};
    return side;
  };
  const Report report =
      report_of(scored(side_of("base", kBaseJoules, "set"), 12.5), scored(side_of("new", kNewJoules, "set"), 12.5));
  const Row& score = *report.comparisons[0].find(Metric::score);
  EXPECT_GT(percent(score).high, 0.1);
  EXPECT_LT(percent(score).low, -0.1);
}

// Equal energies at 120 and 210 g/kWh: the weather is no regression.
TEST(Comparison, CarbonAtOneIntensity) {
  const auto at = [](Side side, double intensity) {
    for (SideRun& run : side.runs) run.values.grams_per_kwh = intensity;
    return side;
  };
  const Report report = report_of(at(side_of("base", kBaseJoules, "set"), 120), at(side_of("new", kBaseJoules, "set"), 210),
                                  with_gates({"carbon +1%"}));
  const Comparison& comparison = report.comparisons[0];
  EXPECT_NEAR(comparison.find(Metric::carbon)->change->change.value, 0, 1e-12);
  EXPECT_NEAR(comparison.carbon->new_grams_per_kwh / comparison.carbon->base_grams_per_kwh, 1.750, 1e-9);
  EXPECT_EQ(comparison.gates[0].verdict, Verdict::pass);
}

TEST(Comparison, ExitStatuses) {
  const Side base = side_of("base", kBaseJoules, "set");
  const Side changed = side_of("new", kNewJoules, "set");
  Options options = with_gates({"energy +2%"});
  EXPECT_EQ(exit_status(report_of(base, changed, options)), kGateUndecided);
  options.undecided_passes = true;
  EXPECT_EQ(exit_status(report_of(base, changed, options)), 0);
  options.undecided_passes = false;
  options.undecided_fails = true;
  EXPECT_EQ(exit_status(report_of(base, changed, options)), kGateFailed);
  EXPECT_EQ(exit_status(report_of(base, changed)), 0) << "no gate";
  EXPECT_EQ(exit_status(report_of(base, changed, with_gates({"energy +2%", "score +1%"}))), kNotComparable);
  EXPECT_EQ(exit_status(report_of(base, changed, with_gates({"energy +1%", "score +1%"}))), kGateFailed);
}

TEST(Comparison, SeveralBenchmarks) {
  const auto both = [](const std::string& name, const std::vector<double>& joules, const std::string& more) {
    Side side = side_of(name, joules, "set");
    Side other = side_of(name, joules, "other set");
    Side third = side_of(name, joules, "third");
    for (SideRun& run : other.runs) run.values.benchmark = "train";
    for (SideRun& run : third.runs) run.values.benchmark = more;
    side.runs.insert(side.runs.end(), other.runs.begin(), other.runs.end());
    side.runs.insert(side.runs.end(), third.runs.begin(), third.runs.end());
    return side;
  };
  const Report report = report_of(both("base", kBaseJoules, "only here"), both("new", kNewJoules, "only there"));
  EXPECT_EQ(report.comparisons.size(), 2U);
  ASSERT_EQ(report.suites.size(), 1U);
  EXPECT_EQ(report.suites[0].benchmarks, 2U);
  EXPECT_NEAR(std::exp(report.suites[0].rows[0].change.value), 1.02055585, 1e-8);
  EXPECT_EQ(report.suites[0].only_base.size(), 1U);
  EXPECT_EQ(report.suites[0].only_new.size(), 1U);
  EXPECT_EQ(exit_status(report), 0) << "nothing asks for the others";
}

// Two benchmarks of BASE, of which NEW has one.
TEST(Comparison, AGateDoesNotPassWhatNewLacks) {
  Side base = side_of("base", kBaseJoules, "set");
  Side lost = side_of("lost", kBaseJoules, "lost set");
  for (SideRun& run : lost.runs) run.values.benchmark = "train";
  base.runs.insert(base.runs.end(), lost.runs.begin(), lost.runs.end());
  const Side changed = side_of("new", kNewJoules, "set");
  const Report report = report_of(base, changed, with_gates({"energy +3%"}));
  EXPECT_EQ(exit_status(report), kNotComparable);
  EXPECT_NE(as_junit(report).find("<error message=\"energy +3 %: NOT COMPARABLE (new has no run"), std::string::npos)
      << as_junit(report);
  EXPECT_NE(as_github(report).find("::error title=train"), std::string::npos) << as_github(report);
  EXPECT_EQ(exit_status(report_of(base, changed)), 0) << "no gate";
  EXPECT_EQ(exit_status(report_of(changed, base, with_gates({"energy +3%"}))), 0) << "NEW may have more";
}

TEST(Comparison, AGateDoesNotPassWhatCouldNotBeRead) {
  const Side base = side_of("base", kBaseJoules);
  Side changed = side_of("new", kNewJoules);
  changed.notes = {"a/metrics.json is damaged"};
  EXPECT_EQ(exit_status(report_of(base, changed, with_gates({"energy +5%"}))), 0) << "it is of no run that counts";
  changed.unread = changed.notes;
  const Report report = report_of(base, changed, with_gates({"energy +5%"}));
  EXPECT_EQ(exit_status(report), kNotComparable);
  for (const std::string& text : {as_junit(report), as_github(report), as_text(report)})
    EXPECT_NE(text.find("a/metrics.json is damaged"), std::string::npos) << text;
  EXPECT_EQ(exit_status(report_of(changed, base, with_gates({"energy +5%"}))), 0) << "BASE has enough";
  EXPECT_EQ(exit_status(report_of(base, changed)), 0) << "no gate";
}

TEST(Comparison, ARunIsNotComparedWithItself) {
  const Side base = side_of("base", kBaseJoules, "set");
  const Report same = report_of(base, base, with_gates({"energy +2%"}));
  EXPECT_EQ(exit_status(same), kNotComparable);
  EXPECT_EQ(same.comparisons[0].not_comparable, "BASE and NEW are the same runs");
  Side changed = side_of("new", kNewJoules);
  changed.runs.push_back(base.runs[0]);
  EXPECT_EQ(report_of(base, changed).comparisons[0].not_comparable, "a run counts on both sides: base1");
  changed.runs.back().warmup = true;
  EXPECT_EQ(report_of(base, changed).comparisons[0].not_comparable, "") << "it does not count";
}

TEST(Comparison, CovariatesThatDiffer) {
  Side changed = side_of("new", kNewJoules);
  for (SideRun& run : changed.runs) {
    run.values.driver = "560";
    run.values.boards[0].mean_celsius = 53;
    run.values.boards[0].power_limit_watts = 600;
    run.values.boards[0].sm_clock_mhz = 1990;  // half a percent
  }
  const Report report = report_of(side_of("base", kBaseJoules), changed);
  std::vector<std::string> names;
  for (const Covariate& one : report.comparisons[0].covariates) names.push_back(one.name);
  EXPECT_EQ(names, (std::vector<std::string>{"driver", "power limit", "mean temperature"}));
}

Side made_of(Side side, const std::string& kind, const std::string& image) {
  for (SideRun& run : side.runs) {
    run.values.kind = kind;
    run.values.image = image;
  }
  return side;
}

TEST(Comparison, ACommandHasNoImageToDiffer) {
  const auto covariates = [](const Side& base, const Side& changed) {
    std::vector<std::string> texts;
    const Report report = report_of(base, changed);
    for (const Covariate& one : report.comparisons[0].covariates)
      texts.push_back(one.name + ": " + one.base + " | " + one.changed);
    return texts;
  };
  const Side container = made_of(side_of("base", kBaseJoules), "container", "sha256:1");
  const Side command = made_of(side_of("new", kNewJoules), "command", "");
  using Texts = std::vector<std::string>;
  EXPECT_EQ(covariates(container, command), Texts{"workload: container | command"});
  EXPECT_EQ(covariates(made_of(container, "command", ""), command), Texts{});
  EXPECT_EQ(covariates(container, made_of(command, "container", "")), Texts{"image: sha256:1 | not known"});
}

TEST(Comparison, PairsByOrderOnlyWithEqualNumbers) {
  Options options;
  options.pair = true;
  EXPECT_EQ(exit_status(report_of(side_of("base", kBaseJoules), side_of("new", {3071}), options)), kNotComparable);
  const Report report = report_of(side_of("base", kBaseJoules), side_of("new", kNewJoules), options);
  EXPECT_EQ(energy_of(report).change->method, Method::pairs);
}

// Eight pairs whose changes follow their temperatures: 0.2 % a degree, and 1 % at equal temperature.
TEST(Comparison, AtEqualTemperature) {
  Side base = side_of("base", std::vector<double>(8, 3000), "set");
  Side changed = side_of("new", std::vector<double>(8, 3000), "set");
  for (std::size_t i = 0; i < 8; ++i) {
    SideRun& run = changed.runs[i];
    const double warmer = static_cast<double>(i);
    run.values.boards[0].mean_celsius = 50 + warmer;
    run.values.figures[index_of(Metric::energy)] = Figure{3000 * std::exp(0.01 + 0.002 * warmer)};
  }
  const Report report = report_of(base, changed);
  ASSERT_TRUE(has_doubt(report.comparisons[0], "temperature"));
  EXPECT_NEAR(at_equal_temperature(report.comparisons[0], Metric::energy)->change, std::expm1(0.01), 1e-9);
}

TEST(Comparison, PhasesThatAllRunsHave) {
  Side base = side_of("a", kBaseJoules);
  Side changed = side_of("b", kNewJoules);
  for (Side* side : {&base, &changed})
    for (SideRun& run : side->runs) {
      const double energy = run.values.figure(Metric::energy)->value;
      run.values.phases = {{"train", 3, Figure{energy - 500, 2}}, {"load", 1, std::nullopt}};
    }
  changed.runs.back().values.phases.push_back({"only here", 1, std::nullopt});
  const Comparison comparison = report_of(base, changed).comparisons.at(0);
  ASSERT_EQ(comparison.phases.size(), 2U);
  EXPECT_EQ(comparison.phases[0].path, "train");
  const Row& energy = comparison.phases[0].rows.at(0);
  ASSERT_TRUE(energy.change);
  EXPECT_NEAR(shown(energy, energy.change->change.value), 62.0 / 2516, 0.0001);
  EXPECT_NEAR(comparison.phases[0].rows.at(1).change->change.value, 0, 1e-12);
  EXPECT_FALSE(comparison.phases[1].rows.at(0).change);
  EXPECT_FALSE(comparison.phases[1].rows.at(0).not_comparable.empty());
  base.runs.front().values.phases.erase(base.runs.front().values.phases.begin());
  EXPECT_EQ(report_of(base, changed).comparisons.at(0).phases.size(), 1U) << "one run lacks it";
}

TEST(Gate, WhatMayBeWritten) {
  EXPECT_EQ(parse_gate("energy +2%")->text, "energy +2 %");
  EXPECT_DOUBLE_EQ(parse_gate("energy+2%")->tolerance, 0.02);
  EXPECT_DOUBLE_EQ(parse_gate(" time  0.5 % ")->tolerance, 0.005);
  EXPECT_DOUBLE_EQ(parse_gate("work -2%")->tolerance, 0.02);
  EXPECT_DOUBLE_EQ(parse_gate("energy-per-work +2%")->tolerance, 0.02);
  EXPECT_DOUBLE_EQ(parse_gate("energy_above_idle +50J")->tolerance, 50);
  EXPECT_DOUBLE_EQ(parse_gate("energy +0%")->tolerance, 0);
  for (const char* bad : {"energy", "energy -2%", "work +2%", "energy 2", "energy two%", "enery +2%", "", "energy +50J",
                          "energy_above_idle +2%", "energy +nan%", "energy +-2%", "energy +1e300%", "work -100%"})
    EXPECT_FALSE(parse_gate(bad)) << bad;
  EXPECT_NE(parse_gate("enery +2%").error().remedy.find("energy"), std::string::npos);
}

}  // namespace
}  // namespace gpubench::compare
