#include "app/run_journal.h"

#include <gtest/gtest.h>

namespace gpubench::app {
namespace {

using namespace std::chrono_literals;

record::RunFacts facts() {
  record::RunFacts run;
  run.run_id = "20261122t120000z-test";
  run.tool_version = "1.2.3";
  run.host = "host";
  run.interval = 1500ms;
  run.anchor = {base::SteadyTime(5s), base::WallTime(base::Duration(1790000000123456789))};
  run.carbon_region = "South England";
  run.carbon.source = "fixed";
  run.carbon.intensity = base::CarbonIntensity::from_grams_per_kilowatt_hour(123.25);
  run.carbon.embodied = base::Emissions::from_grams(150000);
  run.source = {meter::SourceKind::replay, "REPLAY of x", "580", "x"};
  run.gpus.resize(2);
  run.gpus[1].index = 1;
  run.gpus[1].name = "GPU \xff";
  run.gpus[1].power_limit = base::Power::from_watts(700);
  run.gpus[1].memory_total = base::Bytes::from_bytes(150754820096.0);
  run.gpus[1].max_sm_clock = base::Frequency::from_megahertz(1980);
  return run;
}

TEST(RunJournal, FactsComeBack) {
  workload::WorkloadDescription workload;
  workload.kind = workload::WorkloadDescription::Kind::container;
  workload.name = "image";
  workload.command_line = "python3 \"a b\"";
  JournalledRun back;
  take_note(back, facts_note(facts(), workload));
  ASSERT_TRUE(back.facts);
  EXPECT_EQ(back.facts->anchor.wall, facts().anchor.wall);
  EXPECT_EQ(back.facts->interval, 1500ms);
  EXPECT_EQ(back.facts->carbon.intensity, facts().carbon.intensity);
  EXPECT_EQ(back.facts->carbon.embodied, facts().carbon.embodied);
  EXPECT_EQ(back.facts->source.kind, meter::SourceKind::replay);
  EXPECT_EQ(back.facts->source.trace, "x");
  ASSERT_EQ(back.facts->gpus.size(), 2U);
  EXPECT_EQ(back.facts->gpus[0].power_limit, std::nullopt);
  EXPECT_EQ(back.facts->gpus[1].power_limit, base::Power::from_watts(700));
  EXPECT_EQ(back.facts->gpus[1].max_sm_clock, base::Frequency::from_megahertz(1980));
  EXPECT_EQ(back.facts->gpus[1].name, "GPU \xef\xbf\xbd") << "broken bytes are replaced, not the end of the note";
  EXPECT_EQ(back.workload.kind, workload::WorkloadDescription::Kind::container);
  EXPECT_EQ(back.workload.command_line, workload.command_line);
}

TEST(RunJournal, StartAndEndComeBack) {
  record::Measured measured;
  measured.outcome.ran = {base::SteadyTime(10s), base::SteadyTime(20s + 1ns)};
  measured.outcome.exit_code = 137;
  measured.outcome.out_of_memory = true;
  measured.outcome.note = "killed";
  measured.interrupted_by = 2;
  measured.health = {100, 3, 12ms, -2s};
  JournalledRun back;
  take_note(back, started_note(base::SteadyTime(10s)));
  EXPECT_EQ(back.started, base::SteadyTime(10s));
  EXPECT_FALSE(back.ended);
  take_note(back, ended_note(measured));
  ASSERT_TRUE(back.ended);
  EXPECT_EQ(back.ended->outcome.ran, measured.outcome.ran);
  EXPECT_EQ(back.ended->outcome.exit_code, 137);
  EXPECT_EQ(back.ended->outcome.note, "killed");
  EXPECT_EQ(back.ended->interrupted_by, 2);
  EXPECT_EQ(back.ended->health.late, 3U);
  EXPECT_EQ(back.ended->health.wall_clock_step, -2s);
}

TEST(RunJournal, ClosingKeepsWhatCannotBeComputed) {
  record::RunRecord run;
  run.benchmark.score = 12.4366;
  run.benchmark.work = record::Work{60000, "images"};
  run.carbon_place = "South England";
  run.findings = {record::LogIncomplete{"disk full"}};
  run.exported = {true, 10, 9, "http://db", "refused"};
  run.facts.invocation = "iris-gpubench -- true";
  carbon::IntensitySlot slot;
  slot.from = base::WallTime(1h);
  slot.to = base::WallTime(3h);
  slot.intensity = base::CarbonIntensity::from_grams_per_kilowatt_hour(143);
  slot.source = "source";
  run.emissions.emplace();
  run.emissions->slots.resize(3);
  run.emissions->slots[0].intensity = slot;
  run.emissions->slots[1].intensity = slot;  // cut by a half-hour
  run.emissions->slots[2].intensity.kind = carbon::IntensityKind::yearly_factor;
  JournalledRun back;
  take_note(back, closing_note(run));
  ASSERT_TRUE(back.closing);
  EXPECT_EQ(back.closing->scores.at(0).seconds, 12.4366);
  EXPECT_EQ(back.closing->scores.at(0).work->amount, 60000);
  EXPECT_EQ(back.closing->scores.at(0).work->unit, "images");
  ASSERT_EQ(back.closing->intensities.size(), 1U) << "once, and without what stood in";
  EXPECT_EQ(back.closing->intensities[0].to, base::WallTime(3h));
  ASSERT_EQ(back.closing->findings.size(), 1U);
  EXPECT_EQ(record::finding_name(back.closing->findings[0]), "log_incomplete");
  EXPECT_EQ(record::finding_text(back.closing->findings[0]), record::finding_text(run.findings[0]));
  EXPECT_EQ(back.closing->exported.accepted, 9U);
  EXPECT_EQ(back.closing->invocation, run.facts.invocation);
}

TEST(RunJournal, WorkOfEachContainerComesBack) {
  record::RunRecord run;
  run.parts.resize(3);
  run.parts[0].benchmark.score = 1.5;
  run.parts[2].benchmark.work = record::Work{0.25, "steps\xff"};
  JournalledRun back;
  take_note(back, closing_note(run));
  ASSERT_TRUE(back.closing);
  ASSERT_EQ(back.closing->scores.size(), 3U);
  EXPECT_EQ(back.closing->scores[0].seconds, 1.5);
  EXPECT_FALSE(back.closing->scores[0].work || back.closing->scores[1].work || back.closing->scores[2].seconds);
  EXPECT_EQ(back.closing->scores[2].work.value().amount, 0.25);
  EXPECT_EQ(back.closing->scores[2].work->unit, "steps\xEF\xBF\xBD");
}

TEST(RunJournal, ClosingOfAVersionWithoutWorkAndOneWithImpossibleWork) {
  record::RunRecord run;
  run.benchmark.score = 12.5;
  run.benchmark.work = record::Work{8, "images"};
  const std::string note = closing_note(run);
  const auto with_works = [&](const std::string& works) {
    const std::string ours = R"("works":[{"amount":8.0,"unit":"images"}],)";
    std::string changed = note;
    EXPECT_NE(changed.find(ours), std::string::npos) << note;
    JournalledRun back;
    take_note(back, changed.replace(changed.find(ours), ours.size(), works));
    return back.closing;
  };
  const auto older = with_works("");
  ASSERT_TRUE(older);
  EXPECT_EQ(older->scores.at(0).seconds, 12.5);
  EXPECT_FALSE(older->scores[0].work);
  for (const char* amount : {"0", "-1", "\"many\"", "null"})
    EXPECT_FALSE(with_works(R"("works":[{"amount":)" + std::string(amount) + R"(,"unit":"images"}],)")) << amount;
}

TEST(RunJournal, UnknownAndBrokenNotesSayNothing) {
  JournalledRun back;
  for (const char* note :
       {"", "{", "[]", "null", "{\"note\":\"of a later version\"}", "{\"note\":\"started\"}", "{\"note\":5}"})
    take_note(back, note);
  EXPECT_FALSE(back.facts || back.started || back.ended || back.closing);
}

}  // namespace
}  // namespace gpubench::app
