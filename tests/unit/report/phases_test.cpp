// Phases in the tables, the documents and the page.
#include "report/phases.h"

#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "report/formatted_tables.h"
#include "report/html/phase_section.h"
#include "report/metrics_document.h"
#include "support/contains.h"
#include "unit/report/example_run.h"

namespace gpubench::report {
namespace {

using namespace std::chrono_literals;
using support::contains;

phases::Phase phase(const std::string& name, std::size_t depth, double joules) {
  phases::Phase phase;
  phase.name = name;
  phase.depth = depth;
  phase.count = 3;
  phase.time = 2s;
  phase.self_time = 1s;
  phase.basis = phases::EnergyBasis::cuts;
  phase.energy = base::Energy::from_joules(joules);
  phase.self_energy = phase.energy;
  phase.uncertainty.terms = {{"marks", base::Energy::from_joules(1.5), "samples"}, energy::gain_term(*phase.energy)};
  return phase;
}

record::RunRecord run_with_phases() {
  record::RunRecord run = example::container_run(1);
  phases::PhaseAccount account;
  account.lane = "7/8";
  account.phases = {phase("train", 0, 900), phase("step <b>", 1, 600), phase("blink", 0, 1)};
  account.phases[1].parent = 0;
  account.phases[1].works = {{"images", 64}};
  account.phases[2].energy.reset();
  account.phases[2].basis = phases::EnergyBasis::refused;
  account.unmarked = phase("", 0, 100);
  account.unmarked.count = 0;
  account.lags = {{30ms, 2ms, 6}};
  account.bars = {{{example::kStart, example::kStart + 2s}, 0}, {{example::kStart, example::kStart + 1s}, 1}};
  account.others = {{"7/9", "load", 5, 3s}};
  run.phases = account;
  return run;
}

TEST(Phases, TableIsIndentedAndNamesTheRest) {
  const std::string text = formatted_tables(run_with_phases());
  EXPECT_TRUE(contains(text, "| train "));
  EXPECT_TRUE(contains(text, "|   step <b> "));
  EXPECT_TRUE(contains(text, "900.0 ± 3.0"));
  EXPECT_TRUE(contains(text, "too short"));
  EXPECT_TRUE(contains(text, "(unmarked)"));
  EXPECT_TRUE(contains(text, "64 images, 9.375 J each"));
  EXPECT_TRUE(contains(text, "Phases of other threads"));
}

TEST(Phases, DocumentHasThemInOrderAndTheRestLast) {
  const Document document = metrics_document(run_with_phases());
  const auto& list = document.at("phases");
  ASSERT_EQ(list.size(), 4U);
  EXPECT_EQ(list[1].at("path"), "train/step <b>");
  EXPECT_EQ(list[1].at("work")[0].at("joules_per_unit"), 600.0 / 64);
  EXPECT_TRUE(list[2].at("energy_joules").is_null());
  EXPECT_EQ(list[2].at("energy_basis"), "refused");
  EXPECT_EQ(list[3].at("path"), kUnmarked);
  EXPECT_EQ(document.at("phases_by").at("sensor_lags")[0].at("seconds"), 0.03);
  EXPECT_FALSE(metrics_document(example::container_run(1)).contains("phases"));
}

TEST(Phases, ABlankNameIsARowOfThePage) {
  record::RunRecord run = run_with_phases();
  run.phases->phases[0].name = " ";
  run.phases->phases[1].name = "";
  const std::string page = html_phases(run);
  EXPECT_TRUE(contains(page, "<th scope=\"row\">\u00a0</th>"));
  EXPECT_TRUE(contains(page, "<th scope=\"row\">\u00a0\u00a0</th>"));
}

TEST(Phases, NamesAreNoMarkupOnThePage) {
  const record::RunRecord run = run_with_phases();
  EXPECT_FALSE(contains(html_phases(run), "<b>"));
  std::ostringstream bars;
  write_phase_bars(bars, run);
  EXPECT_FALSE(contains(bars.str(), "</"));
  EXPECT_TRUE(contains(bars.str(), ",0,\"2.0 s\"]")) << bars.str();
}

TEST(Phases, RowsThatAreLeftOutAreCounted) {
  const record::RunRecord run = run_with_phases();
  EXPECT_EQ(phase_rows(run, 1).size(), 2U);
  EXPECT_TRUE(contains(phase_remarks(run, 1).at(1), "2 more phases"));
}

}  // namespace
}  // namespace gpubench::report
