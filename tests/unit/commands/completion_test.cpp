#include "commands/completion.h"

#include "commands/program.h"
#include "commands/table.h"
#include "support/saved_runs/saved_runs.h"
#include "unit/commands/command_test.h"

namespace gpubench::commands {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string offered(std::vector<std::string> words) {
  testing::internal::CaptureStdout();
  EXPECT_EQ(complete(std::move(words)), 0);
  return testing::internal::GetCapturedStdout();
}

TEST(Completion, CommandsAreThoseOfTheTable) {
  const std::string all = offered({""});
  for (const Command& command : all_commands()) {
    const std::string line = std::string(command.name) + "\t" + std::string(command.help);
    EXPECT_EQ(is_listed(command), all.find(line) != std::string::npos && !command.name.empty()) << line;
  }
  EXPECT_THAT(offered({"rec"}), AllOf(HasSubstr("recover\t"), HasSubstr("recarbon\t"), Not(HasSubstr("report"))));
}

TEST(Completion, OptionsAreThoseOfTheCommand) {
  EXPECT_THAT(offered({"plan", "--dead"}), StartsWith("--deadline\t"));
  EXPECT_EQ(offered({"plan", "--benchmark_im"}), "");
  EXPECT_THAT(offered({"--benchmark_im"}), StartsWith("--benchmark_image\t"));
  EXPECT_THAT(offered({"check-image", "x", "--gpu_a"}), StartsWith("--gpu_access\t"));
  EXPECT_EQ(offered({"clean", "--a"}), "--all\tAlso remove containers whose run may still be alive\n");
}

TEST(Completion, ACommandMayBeBegun) {
  EXPECT_THAT(offered({"pl", "--dead"}), StartsWith("--deadline\t"));
  EXPECT_EQ(offered({"nothing", "--"}), "");
}

TEST(Completion, ValuesTooAndWhatTheShellKnows) {
  EXPECT_EQ(offered({"--carbon_region", "South Eng"}), "South England\n");
  EXPECT_EQ(offered({"--plot-format", ""}), "png\nsvg\npdf\n");
  EXPECT_EQ(offered({"--env_file", ""}), ":file\n");
  EXPECT_EQ(offered({"plan", "latest", "--output_dir", ""}), ":folder\n");
  EXPECT_EQ(offered({"--", ""}), ":command\n");
  EXPECT_EQ(offered({"--interval", ""}), "");
  EXPECT_THAT(offered({"show", "la"}), StartsWith("latest\n"));
}

TEST(Completion, NothingIsNothing) {
  EXPECT_EQ(offered({}), "");
}

TEST(Completion, TheProgramAnswersToItsWord) {
  testing::internal::CaptureStdout();
  EXPECT_EQ(run_program({std::string(kCompletionWord), "--no_h"}), 0);
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "--no_html\tDo not write report.html\n");
}

TEST(Completion, HelpIsOfACommand) {
  EXPECT_THAT(offered({"help", "rec"}), AllOf(HasSubstr("recover\t"), HasSubstr("recarbon\t"), Not(HasSubstr("report\t"))));
  EXPECT_THAT(offered({"help", ""}), HasSubstr("doctor\t"));
  EXPECT_EQ(offered({"help", "list", ""}), "");
}

class CompletionOfRuns : public CommandTest {
 protected:
  CompletionOfRuns() {
    support::save_metrics(results_, "20261129-a", 3000);
    support::save_set_of_runs(results_, "20261130-set", "", {{"base", {3000}}});
    write(results_ / "20261201-alien" / "file", "x");
    support::save_metrics(folder_ / "other", "20261202-b", 3000);
  }
};

TEST_F(CompletionOfRuns, RunsAndSetsAreOfferedWhereverARunIsTaken) {
  for (const char* command : {"show", "report", "recarbon", "export", "plan", "compare", "merge"})
    EXPECT_THAT(offered({command, "2026"}),
                AllOf(HasSubstr("20261129-a\n"), HasSubstr("20261130-set\n"), Not(HasSubstr("alien"))))
        << command;
  EXPECT_THAT(offered({"compare", "latest", "20261130-set"}), HasSubstr("20261130-set-base-1\n"));
  EXPECT_EQ(offered({"baseline", "set", "main", "20261129"}), "20261129-a\n");
}

// What is offered must be what the finished line would take.
TEST_F(CompletionOfRuns, TheyAreThoseOfTheLinesResultsFolder) {
  EXPECT_EQ(offered({"show", "--results_dir", "other", "2026"}), "20261202-b\n");
  EXPECT_EQ(offered({"show", "--results-d", "other", "2026"}), "20261202-b\n");
  EXPECT_EQ(offered({"show", "--results_dir", "nowhere", "2026"}), "");
  write(folder_ / ".iris-gpubench.yml", "results_dir: other\n");
  EXPECT_EQ(offered({"show", "2026"}), "20261202-b\n");
  EXPECT_THAT(offered({"show", "--results_dir", "results", "2026"}), HasSubstr("20261129-a\n"));
  write(folder_ / ".iris-gpubench.yml", "results_dirr: [\n");
  EXPECT_THAT(offered({"show", "2026"}), HasSubstr("20261129-a\n")) << "a mistake there is said elsewhere";
}

}  // namespace
}  // namespace gpubench::commands
