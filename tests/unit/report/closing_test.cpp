#include "report/closing.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "unit/report/example_run.h"

namespace gpubench::report {
namespace {

namespace fs = std::filesystem;

TEST(Closing, TheKeyFiguresALineEachOnATerminalOf80Columns) {
  auto run = example::container_run(1);
  const std::string text = closing_lines(run, "results/run");
  for (const char* name : {"Outcome   succeeded (exit code 0) after ", "\nEnergy    ", "\nCarbon    ", "\nScore     ",
                           "\nWork      ", "\nReport    results/run\n"})
    EXPECT_NE(text.find(name), std::string::npos) << name << "\n" << text;
  for (std::string_view rest = text; !rest.empty();) {
    const auto line = rest.substr(0, rest.find('\n'));
    EXPECT_LE(base::columns_of(line), 80) << line;
    rest.remove_prefix(line.size() + 1);
  }
}

TEST(Closing, WhatIsNotKnownIsSaid) {
  const record::RunRecord run;
  const std::string text = closing_lines(run, "results/run");
  EXPECT_NE(text.find("\nEnergy    not available\nCarbon    not available\nReport"), std::string::npos) << text;
}

TEST(Closing, AGoodExportIsSaid) {
  auto run = example::container_run(1);
  run.exported = {true, 555, 555, "http://db:8428", "", 555, 0, 0};
  EXPECT_NE(closing_lines(run, "r").find("\nExport    555 of 555 values accepted and 555 read back by http://db:8428\n"),
            std::string::npos);
}

TEST(Closing, WhoEndedARunIsSaid) {
  record::RunRecord run;
  run.benchmark.exit_code = 143;
  run.benchmark.interrupted = true;
  run.findings = {record::TimedOut{std::chrono::seconds(3)}};
  EXPECT_EQ(outcome_line(run), "INTERRUPTED (exit code 143), at the time limit of 3 s (--timeout)");
  run.findings = {record::Interrupted{"SIGINT"}};
  EXPECT_EQ(outcome_line(run), "INTERRUPTED (exit code 143), by SIGINT");
}

TEST(Closing, AReplayIsMarked) {
  EXPECT_NE(closing_lines(example::replayed_command_run(), "r").find("REPLAY"), std::string::npos);
}

}  // namespace
}  // namespace gpubench::report
