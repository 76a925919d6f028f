#include "runs/journal_notes.h"

#include <gtest/gtest.h>

#include <fstream>

#include "support/golden.h"

namespace gpubench::runs {
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
  run.source = {meter::kReplay, "REPLAY of x", "580", "x"};
  run.gpus.resize(2);
  run.gpus[1].index = 1;
  run.gpus[1].name = "GPU \xff";
  run.gpus[1].power_limit = base::Power::from_watts(700);
  run.gpus[1].memory_total = base::Bytes::from_bytes(150754820096.0);
  run.gpus[1].max_sm_clock = base::Frequency::from_megahertz(1980);
  return run;
}

TEST(JournalNotes, FactsComeBack) {
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
  EXPECT_EQ(back.facts->source.name, meter::kReplay);
  EXPECT_EQ(back.facts->source.trace, "x");
  ASSERT_EQ(back.facts->gpus.size(), 2U);
  EXPECT_EQ(back.facts->gpus[0].power_limit, std::nullopt);
  EXPECT_EQ(back.facts->gpus[1].power_limit, base::Power::from_watts(700));
  EXPECT_EQ(back.facts->gpus[1].max_sm_clock, base::Frequency::from_megahertz(1980));
  EXPECT_EQ(back.facts->gpus[1].name, "GPU \xef\xbf\xbd") << "broken bytes are replaced, not the end of the note";
  EXPECT_EQ(back.workload.kind, workload::WorkloadDescription::Kind::container);
  EXPECT_EQ(back.workload.command_line, workload.command_line);
}

// A note of more than 1 MiB would not reach the journal.
TEST(JournalNotes, ACommandLineOfAnyLengthCostsNoNote) {
  const std::string endless(std::size_t{3} << 20, 'x');
  workload::WorkloadDescription workload;
  workload.name = "train";
  workload.command_line = endless;
  workload.parts = {workload};
  record::Measured measured;
  measured.workload = workload;
  record::RunRecord run;
  run.facts.invocation = "iris-gpubench -- " + endless;
  JournalledRun back;
  for (const std::string& note : {facts_note(run.facts, workload), ended_note(measured), closing_note(run)}) {
    EXPECT_LT(note.size(), std::size_t{1} << 20);
    take_note(back, note);
  }
  ASSERT_TRUE(back.facts && back.ended && back.closing);
  EXPECT_TRUE(back.workload.command_line.ends_with("xxx ..."));
  EXPECT_EQ(back.closing->invocation, "") << "cut it would be another command";
}

TEST(JournalNotes, StartAndEndComeBack) {
  record::Measured measured;
  measured.outcome.ran = {base::SteadyTime(10s), base::SteadyTime(20s + 1ns)};
  measured.outcome.exit_code = 137;
  measured.outcome.out_of_memory = true;
  measured.outcome.note = "killed";
  measured.interrupted_by = 2;
  measured.health = {100, 3, 12ms, -2s};
  measured.health.impossible = {{1, 7, "a power of 70000 W"}};
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
  EXPECT_EQ(back.ended->health.impossible.at(0).count, 7U);
  EXPECT_EQ(back.ended->health.impossible.at(0).first, "a power of 70000 W");
}

TEST(JournalNotes, ClosingKeepsWhatCannotBeComputed) {
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
  EXPECT_EQ(back.closing->scores.at(0), 12.4366);
  EXPECT_EQ(back.closing->works.at(0)->amount, 60000);
  EXPECT_EQ(back.closing->works.at(0)->unit, "images");
  ASSERT_EQ(back.closing->intensities.size(), 1U) << "once, and without what stood in";
  EXPECT_EQ(back.closing->intensities[0].to, base::WallTime(3h));
  ASSERT_EQ(back.closing->findings.size(), 1U);
  EXPECT_EQ(record::finding_name(back.closing->findings[0]), "log_incomplete");
  EXPECT_EQ(record::finding_text(back.closing->findings[0]), record::finding_text(run.findings[0]));
  EXPECT_EQ(back.closing->exported.accepted, 9U);
  EXPECT_EQ(back.closing->invocation, run.facts.invocation);
}

TEST(JournalNotes, WorkOfEachContainerComesBack) {
  record::RunRecord run;
  run.parts.resize(3);
  run.parts[0].benchmark.score = 1.5;
  run.parts[2].benchmark.work = record::Work{0.25, "steps\xff"};
  JournalledRun back;
  take_note(back, closing_note(run));
  ASSERT_TRUE(back.closing);
  ASSERT_EQ(back.closing->scores.size(), 3U);
  EXPECT_EQ(back.closing->scores[0], 1.5);
  EXPECT_FALSE(back.closing->works.at(0) || back.closing->works[1] || back.closing->scores[2]);
  EXPECT_EQ(back.closing->works.at(2).value().amount, 0.25);
  EXPECT_EQ(back.closing->works[2]->unit, "steps\xEF\xBF\xBD");
}

TEST(JournalNotes, ClosingOfAVersionWithoutWorkAndOneWithImpossibleWork) {
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
  EXPECT_EQ(older->scores.at(0), 12.5);
  EXPECT_TRUE(older->works.empty());
  for (const char* amount : {"0", "-1", "\"many\"", "null"})
    EXPECT_FALSE(with_works(R"("works":[{"amount":)" + std::string(amount) + R"(,"unit":"images"}],)")) << amount;
}

workload::WorkloadDescription two_containers() {
  workload::WorkloadDescription workload;
  workload.kind = workload::WorkloadDescription::Kind::container;
  workload.name = "a + b";
  workload.command_line = "a; b";
  workload.gpus = {0, 1};
  for (const char* name : {"a", "b"}) {
    workload::WorkloadDescription part;
    part.kind = workload::WorkloadDescription::Kind::container;
    part.name = name;
    part.image_id = "sha256:1";
    part.engine = "Docker 27";
    part.gpu_access = "cdi";
    part.gpu_trouble = "none";
    workload.parts.push_back(part);
  }
  return workload;
}

record::Measured measured_containers() {
  record::Measured measured;
  measured.workload = two_containers();
  measured.outcome.ran = {base::SteadyTime(10s), base::SteadyTime(20s)};
  measured.outcome.exit_code = 3;
  measured.outcome.parts.resize(2);
  measured.outcome.parts[1].out_of_memory = true;
  measured.outcome.parts[1].log_trouble = "full";
  measured.interrupted_by = 15;
  measured.timed_out = 90s;
  measured.health = {10, 1, 3ms, -1ms, {{100, 2ms}, {20, 1ms}, {3, 9ms}}};
  return measured;
}

std::vector<record::GpuEvents> some_events() {
  record::GpuEvents events;
  events.checks = 4;
  events.throttle_times_known = true;
  events.throttle_times = {{"software_power_cap", 5s, false}, {"hardware_thermal", 1s, true}};
  events.corrected_errors = 7;
  events.remapped_rows = 0;
  events.xids_told = true;
  events.xids = {79, 48};
  events.users = {{4711, "python3", record::UserKind::foreign, base::Bytes::from_bytes(1e9)}, {}};
  events.more_users = 2;
  events.users_untold = "why";
  return {events, {}};
}

record::RunRecord closed_run() {
  record::RunRecord run;
  run.parts.resize(2);
  run.parts[0].benchmark.score = 1.5;
  run.parts[1].benchmark.work = record::Work{0.25, "steps"};
  run.carbon_place = "South England";
  run.facts.invocation = "iris-gpubench -- true";
  run.findings = {record::SavedFinding{"log_incomplete", "The disk was full."},
                  record::SavedFinding{"interrupted", "By SIGINT."}};
  run.cost = {0.5, base::Bytes::from_bytes(2e7)};
  run.exported = {true, 10, 9, "http://db", "refused", 8, 1, 0};
  carbon::SlotEmissions slot;
  slot.intensity = {base::WallTime(1h),
                    base::WallTime(3h),
                    base::CarbonIntensity::from_grams_per_kilowatt_hour(143.5),
                    carbon::IntensityKind::actual,
                    "a source",
                    base::WallTime(2h)};
  run.emissions.emplace();
  run.emissions->slots = {slot};
  return run;
}

// Keys, their order and how each value is written are a format that older and newer versions read.
TEST(JournalNotes, NotesAreWrittenAsTheyAlwaysWere) {
  record::RunFacts known = facts();
  known.benchmark_gpus = {{0, 1}, "--gpus all", "why"};
  known.gpus[0].slowdown_temperature = base::Temperature::from_celsius(92);
  known.gpus[0].partitioned = true;
  record::CarbonNow carbon;
  carbon.intensity.intensity = base::CarbonIntensity::from_grams_per_kilowatt_hour(200);
  carbon.intensity.source = "a source";
  record::RunRecord one;
  one.benchmark.score = 12.5;
  const std::string notes = facts_note(known, two_containers()) + "\n" + started_note(base::SteadyTime(10s)) + "\n" +
                            ended_note(measured_containers()) + "\n" + ended_note({}) + "\n" + events_note(some_events()) +
                            "\n" + carbon_note(base::SteadyTime(11s), carbon) + "\n" + closing_note(closed_run()) + "\n" +
                            closing_note(one) + "\n";
  support::expect_golden("notes", notes);
}

// What one version has written another reads, and writes again as it was.
TEST(JournalNotes, EveryNoteComesBackAsAWhole) {
  JournalledRun back;
  take_note(back, facts_note(facts(), two_containers()));
  ASSERT_TRUE(back.facts);
  EXPECT_EQ(facts_note(*back.facts, back.workload), facts_note(facts(), two_containers()));
  take_note(back, ended_note(measured_containers()));
  ASSERT_TRUE(back.ended);
  back.ended->workload = back.workload;
  EXPECT_EQ(ended_note(*back.ended), ended_note(measured_containers()));
  take_note(back, events_note(some_events()));
  EXPECT_EQ(events_note(back.events), events_note(some_events()));
  take_note(back, closing_note(closed_run()));
  ASSERT_TRUE(back.closing);
  EXPECT_EQ(back.closing->exported.verified, 8U);
}

TEST(JournalNotes, HowWellAnAgentKnowsItsEndsComesBack) {
  record::Measured measured;
  measured.outcome.ends_within = 1200us;
  JournalledRun back;
  take_note(back, ended_note(measured));
  ASSERT_TRUE(back.ended);
  EXPECT_EQ(back.ended->outcome.ends_within, 1200us);
}

// The journal of a run that a version before those keys wrote.
TEST(JournalNotes, KeysThatOlderJournalsLack) {
  std::ifstream corpus(support::source_folder() + "/tests/fuzz/corpus/run_note/whole");
  JournalledRun back;
  for (std::string line; std::getline(corpus, line);) take_note(back, line);
  ASSERT_TRUE(back.facts && back.ended);
  EXPECT_EQ(back.facts->benchmark_gpus.positions, (std::vector<std::size_t>{0})) << "all GPUs count";
  EXPECT_FALSE(back.facts->gpus.at(0).partitioned);
  EXPECT_FALSE(back.ended->timed_out);
  EXPECT_EQ(back.ended->health.driver.readings.calls, 0U);
}

TEST(JournalNotes, EventsComeBack) {
  record::GpuEvents events;
  events.checks = 3;
  events.throttle_times_known = true;
  events.throttle_times = {{"software_thermal", 1234567ns, true}, {"board_limit", 0ns, false}};
  events.corrected_errors = 4;
  events.xids_told = true;
  events.xids = {31, 79};
  events.users = {{77, "a\xff", record::UserKind::foreign, base::Bytes::from_mebibytes(3)},
                  {78, "", record::UserKind::unknown, {}}};
  events.more_users = 2;
  events.users_untold = "why";
  JournalledRun run;
  take_note(run, events_note({events, {}}));
  const auto& back = run.events;
  ASSERT_EQ(back.size(), 2U);
  EXPECT_EQ(back[0].throttle_times.at(0).time, base::Duration(1234567ns));
  EXPECT_EQ(back[0].throttle_times.at(1).reason, "board_limit");
  EXPECT_EQ(back[0].corrected_errors, 4U);
  EXPECT_FALSE(back[0].remapped_rows);
  EXPECT_EQ(back[0].xids, events.xids);
  EXPECT_EQ(back[0].users.at(0).kind, record::UserKind::foreign);
  EXPECT_EQ(back[0].users.at(0).most_memory, events.users[0].most_memory);
  EXPECT_FALSE(back[0].users.at(1).most_memory);
  EXPECT_EQ(back[0].users_untold, "why");
  EXPECT_EQ(back[1].checks, 0U);
}

TEST(JournalNotes, UnknownAndBrokenNotesSayNothing) {
  JournalledRun back;
  for (const char* note :
       {"", "{", "[]", "null", "{\"note\":\"of a later version\"}", "{\"note\":\"started\"}", "{\"note\":5}"})
    take_note(back, note);
  EXPECT_FALSE(back.facts || back.started || back.ended || back.closing);
}

}  // namespace
}  // namespace gpubench::runs
