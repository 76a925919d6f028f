#include "compare/formats/formats.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/text.h"
#include "compare/words.h"
#include "support/golden.h"
#include "unit/compare/example_sides.h"

namespace gpubench::compare {
namespace {

using namespace examples;

Report example() {
  Side base = side_of("main", kBaseJoules, "set");
  Side changed = side_of("against", kNewJoules, "set");
  for (SideRun& run : base.runs) run.values.grams_per_kwh = 120;
  for (SideRun& run : changed.runs) {
    run.values.grams_per_kwh = 210;
    run.values.driver = "560.35";
  }
  SideRun warmup = run_of("main0", 2900);
  warmup.warmup = true;
  base.runs.insert(base.runs.begin(), warmup);
  return report_of(base, changed, with_gates({"energy +2%", "time +1%"}));
}

// Names that a format could take for its own syntax.
Report hostile() {
  const std::string name = "x|y<script>&\"'`*_#\n::error::pwned\x1b[31m%0A](http://a)@all";
  Side base = side_of(name, kBaseJoules, "set");
  Side changed = side_of("new " + name, kNewJoules, "set");
  for (Side* side : {&base, &changed})
    for (SideRun& run : side->runs) {
      run.values.benchmark = name;
      run.values.driver = side == &base ? name : "560";
      run.values.findings = {name};
    }
  Report report = report_of(base, changed, with_gates({"energy +2%"}));
  report.notes.push_back(name);
  return report;
}

TEST(Formats, Text) {
  const std::string text = as_text(example());
  support::expect_golden("text", text);
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(base::columns_of(line), 80) << line;
}

// As the folders of two sets of one benchmark.
TEST(Formats, NamesThatBeginAlikeStandBelowTheColumns) {
  const std::string text = as_text(report_of(side_of("20261129t211816-165217590z-set-kernel", kBaseJoules),
                                             side_of("20261129t213050-059982490z-set-kernel", kNewJoules)));
  EXPECT_NE(text.find("       BASE (5)        NEW (5) "), std::string::npos) << text;
  EXPECT_NE(text.find("BASE        20261129t211816-165217590z-set-kernel: 3,016"), std::string::npos) << text;
  EXPECT_NE(text.find("NEW         20261129t213050-059982490z-set-kernel: 3,078"), std::string::npos) << text;
}

TEST(Formats, FiguresHaveTheDigitsOfTheirInterval) {
  MeanOfSide side;
  side.mean.sample.mean = 2000.123456;
  EXPECT_EQ(mean_text(side, "J"), "2,000.1 J") << "without an interval five";
  side.mean.budget.add({"meter", 20});
  EXPECT_GT(side.mean.half_width(), 10);
  EXPECT_EQ(mean_text(side), "2,000");
  side.mean.sample.mean = 2e200;
  EXPECT_EQ(mean_text(side), "2e+200");

  Row row;
  row.metric = Metric::energy_above_idle;
  row.unit = "J";
  row.change = MetricChange{Method::runs, 7, {-11.082, {}}, {}};
  row.change->change.budget.add({"meter", 247});
  EXPECT_EQ(change_text(row), "-11 J");
  EXPECT_EQ(interval_text(row), "-500 to +470 J");
  EXPECT_EQ(percent_text(-0.00001), "+0.00 %");
}

TEST(Formats, EachAsItWas) {
  for (const auto& [name, format] : all_formats()) {
    if (name == "html" || name == "text") continue;
    support::expect_golden(std::string(name), format(example()));
  }
}

Report report_of_several(const Side& base, const std::vector<Side>& changed) {
  return make_report(base, changed, {}, [](const Side&, const Side&) { return KnownScatter{}; });
}

TEST(Formats, SeveralNewHaveNames) {
  const Report report =
      report_of_several(side_of("base", kBaseJoules), {side_of("a", kNewJoules), side_of("b", kNewJoules)});
  const auto all = nlohmann::json::parse(as_bencher(report));
  EXPECT_EQ(all.size(), 2U);
  for (const char* name : {"simulate, a", "simulate, b"}) EXPECT_TRUE(all.contains(name)) << all.dump(1);
  const std::string lines = as_benchfmt(report);
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 3 + 15) << "BASE once\n" << lines;
}

// The first NEW is a replay, which has no figures; the second has only times.
TEST(Formats, BaseHasItsFiguresWhicheverNewHasThem) {
  Side replay = side_of("a", kNewJoules);
  for (SideRun& run : replay.runs) run.values.replayed = true;
  Side timed = side_of("b", kNewJoules);
  for (SideRun& run : timed.runs) run.values.figures[index_of(Metric::energy)].reset();
  const std::string lines =
      as_benchfmt(report_of_several(side_of("base", kBaseJoules), {replay, timed, side_of("c", kNewJoules)}));
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 3 + 15) << "a line has figures\n" << lines;
  EXPECT_TRUE(lines.starts_with("side: base\nBenchmarkSimulate 1 3012 J-energy 4 s-time ")) << lines;
  EXPECT_NE(lines.find("side: b\nBenchmarkSimulate 1 4 s-time"), std::string::npos) << lines;
}

TEST(Formats, CommandLinesOfOneBenchmarkHaveNames) {
  const auto both = [](const std::string& name, const std::vector<double>& joules) {
    Side side = side_of(name, joules);
    for (SideRun& run : side_of(name + " other", joules).runs) {
      run.values.command = "simulate 2";
      side.runs.push_back(run);
    }
    return side;
  };
  const Report report = report_of_several(both("base", kBaseJoules), {both("new", kNewJoules)});
  const auto all = nlohmann::json::parse(as_bencher(report));
  for (const char* name : {"simulate, 1 GPU", "simulate [simulate 2], 1 GPU"})
    EXPECT_TRUE(all.contains(name)) << all.dump(1);
  EXPECT_NE(as_gitlab(report).find("{benchmark=\"simulate [simulate 2], 1 GPU\""), std::string::npos);
  EXPECT_NE(as_benchfmt(report).find("BenchmarkSimulate__simulate_2___1_GPU 1 3012"), std::string::npos)
      << as_benchfmt(report);
}

TEST(Formats, HostileNamesAreHarmless) {
  const Report report = hostile();
  for (const auto& [name, format] : all_formats()) {
    const std::string text = format(report);
    EXPECT_EQ(text.find("\n::error::"), std::string::npos) << name;
    EXPECT_EQ(text.find('\x1b'), std::string::npos) << name;
    if (name == "html" || name == "junit" || name == "markdown") {
      EXPECT_EQ(text.find("<script"), std::string::npos) << name;
    }
    if (name == "markdown") {
      EXPECT_EQ(text.find("x|y"), std::string::npos);
      EXPECT_EQ(text.find("](http"), std::string::npos);
      EXPECT_EQ(text.find("@all"), std::string::npos);
    }
    if (name == "json" || name == "bencher") {
      EXPECT_TRUE(nlohmann::json::accept(text)) << name;
    }
  }
  std::istringstream lines(as_github(report));
  for (std::string line; std::getline(lines, line);) EXPECT_TRUE(line.starts_with("::warning title=")) << line;
}

TEST(Formats, PagesAreOffline) {
  const std::string page = as_html(example());
  for (const char* word : {"http://", "https://", "src=", "<script", "@import", "url("})
    EXPECT_EQ(page.find(word), std::string::npos) << word;
  EXPECT_NE(page.find("<svg"), std::string::npos);
}

TEST(Formats, ManyBenchmarksStaySmall) {
  Side base{"base", {}, {}};
  Side changed{"new", {}, {}};
  for (int benchmark = 0; benchmark < 170; ++benchmark)
    for (Side* side : {&base, &changed})
      for (const double joules : {100., 101., 102.}) {
        side->runs.push_back(run_of(side == &base ? "r" : "s", joules));
        side->runs.back().values.benchmark = "benchmark " + std::to_string(benchmark);
      }
  const Report report = report_of(base, changed, with_gates({"energy +0%"}));
  EXPECT_EQ(report.comparisons.size(), 170U) << "510 rows";
  EXPECT_LT(as_markdown(report).size(), std::size_t{1} << 20U);
  const std::string github = as_github(report);
  EXPECT_LE(std::count(github.begin(), github.end(), '\n'), 20);
}

}  // namespace
}  // namespace gpubench::compare
