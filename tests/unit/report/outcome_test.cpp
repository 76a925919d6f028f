#include "report/outcome.h"

#include <gtest/gtest.h>

namespace gpubench::report {
namespace {

TEST(Outcome, WhoEndedARunIsSaid) {
  record::RunRecord run;
  run.benchmark.exit_code = 143;
  run.benchmark.interrupted = true;
  run.findings = {record::TimedOut{std::chrono::seconds(3)}};
  EXPECT_EQ(outcome_line(run), "INTERRUPTED (exit code 143), at the time limit of 3 s (--timeout)");
  run.findings = {record::Interrupted{"SIGINT"}};
  EXPECT_EQ(outcome_line(run), "INTERRUPTED (exit code 143), by SIGINT (Ctrl-C or q)");
}

}  // namespace
}  // namespace gpubench::report
