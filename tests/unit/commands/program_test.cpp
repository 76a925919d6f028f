#include "commands/program.h"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iostream>

#include "cli/exit_codes.h"
#include "commands/table.h"
#include "unit/commands/command_test.h"

namespace gpubench::commands {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
namespace fs = std::filesystem;

// A folder of results with one run whose tables are written.
class ProgramTest : public testing::Test {
 protected:
  ProgramTest() {
    fs::create_directories(results_ / "run-1");
    std::ofstream(results_ / "run-1" / "formatted_metrics.txt") << "the tables\n";
    std::ofstream(results_ / "run-1" / "metrics.json") << R"({"benchmark": "demo", "elapsed_time": 12.5})";
  }
  ~ProgramTest() override { fs::remove_all(results_); }
  fs::path results_ = fs::path(testing::TempDir()) / ("commands-" + std::to_string(getpid()));
};

TEST_F(ProgramTest, EachCommandHasHelpOfItsOwn) {
  for (const Command& command : all_commands()) {
    if (command.name.empty()) continue;
    const Said said = say({std::string(command.name), "--help"});
    EXPECT_EQ(said.code, 0);
    EXPECT_THAT(said.out, StartsWith(std::string(command.help)));
    EXPECT_THAT(said.out, HasSubstr("Usage: iris-gpubench " + std::string(command.name)));
    EXPECT_EQ(said.err, "");
  }
}

TEST_F(ProgramTest, CommandsAndOptionsMayBeBegun) {
  EXPECT_EQ(say({"sho", "run-1", "--results-d", results_.string()}).out, "the tables\n");
  const Said plan = say({"plan", "run-1", "--results_dir", results_.string(), "--dead", "8h"});
  EXPECT_EQ(plan.err.find("--dead"), std::string::npos) << plan.err;
}

TEST_F(ProgramTest, MistakesAreAnsweredWithASuggestion) {
  const Said command = say({"shwo", "run-1"});
  EXPECT_EQ(command.code, cli::kUsageError);
  EXPECT_EQ(command.err, "iris-gpubench: unknown command \"shwo\"\n  did you mean show?\n");
  EXPECT_THAT(say({"plan", "run-1", "--dedline", "8h"}).err, HasSubstr("did you mean --deadline?"));
  EXPECT_THAT(say({"rec", "run-1"}).err, HasSubstr("recover, recarbon"));
  EXPECT_THAT(say({"show"}).err, HasSubstr("RUN is required"));
  EXPECT_THAT(say({"clean", "everything"}).err, HasSubstr("everything"));
  EXPECT_THAT(say({"sleep", "--my_way"}).err,
              HasSubstr("--benchmark-image NAME, or as a command after --: iris-gpubench -- sleep --my_way"));
  EXPECT_THAT(say({"--quiet", "check-image", "tiny"}).err, HasSubstr("check-image is a command\n  put it first: "));
}

TEST_F(ProgramTest, ARunThatIsNotThereIsAUsageError) {
  for (const char* command : {"show", "report", "recover", "export", "recarbon", "plan"}) {
    const Said said = say({command, "nothing", "--results_dir", results_.string()});
    EXPECT_EQ(said.code, cli::kUsageError) << command;
    EXPECT_THAT(said.err, HasSubstr("there is no run \"nothing\"")) << command;
  }
}

TEST_F(ProgramTest, RecarbonTakesSeveralRuns) {
  const Said said = say({"recarbon", "one", "two", "--results_dir", results_.string()});
  EXPECT_THAT(said.err, HasSubstr("no run \"one\""));
  EXPECT_THAT(said.err, HasSubstr("no run \"two\""));
  EXPECT_THAT(say({"recarbon", "--help"}).out, HasSubstr("RUN ..."));
}

TEST_F(ProgramTest, ListTakesItsFolderInBothWays) {
  const Said positional = say({"list", results_.string()});
  EXPECT_EQ(positional.code, 0);
  EXPECT_THAT(positional.out, HasSubstr("run-1"));
  EXPECT_EQ(say({"list", "--results_dir", results_.string()}).out, positional.out);
  EXPECT_EQ(say({"list", results_.string(), "--results_dir", "elsewhere"}).code, cli::kUsageError);
  EXPECT_EQ(say({"list", (results_ / "none").string()}).code, cli::kUsageError);
}

TEST_F(ProgramTest, ShowSaysWhatIsMissing) {
  fs::remove(results_ / "run-1" / "formatted_metrics.txt");
  const Said said = say({"show", (results_ / "run-1").string()});
  EXPECT_NE(said.code, 0);
  EXPECT_THAT(said.err, HasSubstr("journal"));
}

TEST_F(ProgramTest, ValuesAreCheckedBeforeTheRunIsLookedFor) {
  EXPECT_THAT(say({"report", "nothing", "--plot_format", "gif"}).err, HasSubstr("use png, svg or pdf"));
  EXPECT_THAT(say({"export", "nothing", "--patience", "-1"}).err, HasSubstr("--patience must be between 0 and 86400"));
  EXPECT_THAT(say({"recarbon", "nothing", "--pue", "0.5"}).err, HasSubstr("--pue must be a number from 1 to 10"));
  EXPECT_THAT(say({"recarbon", "nothing", "--carbon_intensity", "5", "--carbon_source", "yearly"}).err,
              HasSubstr("cannot be used together"));
  EXPECT_THAT(say({"plan", "nothing", "--", "true"}).err, HasSubstr("without --wait, plan runs nothing"));
}

TEST_F(ProgramTest, HelpIsNeverARun) {
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"help", "--", "touch", "made"},
                                             {"help", "--benchmark_command", "touch made"},
                                             {"help", "plan", "x", "--wait", "--", "touch", "made"}}) {
    const Said said = say(words);
    EXPECT_EQ(said.code, 0) << said.err;
    EXPECT_THAT(said.out, HasSubstr("Usage: iris-gpubench"));
    EXPECT_FALSE(fs::exists("made"));
  }
  EXPECT_THAT(say({"help", "shwo"}).err, HasSubstr("did you mean show?"));
}

// A disk that is full, a pipe that is closed: 0 would say that all was shown.
TEST_F(ProgramTest, OutputThatIsLostIsNoSuccess) {
  const int terminal = dup(STDOUT_FILENO);
  const int full = open("/dev/full", O_WRONLY);
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"help"},
                                             {"--version"},
                                             {"list", results_.string()},
                                             {"config"},
                                             {"show", "run-1", "--results_dir", results_.string()}}) {
    testing::internal::CaptureStderr();
    std::cout.flush();
    dup2(full, STDOUT_FILENO);
    const int code = run_program(words);
    std::cout.clear();
    dup2(terminal, STDOUT_FILENO);
    const std::string err = testing::internal::GetCapturedStderr();
    EXPECT_EQ(code, cli::kCannotRun) << words.front();
    EXPECT_THAT(err, HasSubstr("standard output could not be written\n  is its disk full?")) << words.front();
  }
  close(full);
  close(terminal);
}

TEST_F(ProgramTest, DefaultsThatComeFromTheRunAreNotShown) {
  EXPECT_THAT(say({"recarbon", "--help"}).out, Not(HasSubstr("SOURCE=")));
  EXPECT_THAT(say({"report", "--help"}).out, HasSubstr("FORMAT=png"));
}

}  // namespace
}  // namespace gpubench::commands
