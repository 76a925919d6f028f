#include "commands/completion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "commands/program.h"
#include "commands/table.h"

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
    EXPECT_TRUE(command.name.empty() || all.find(line) != std::string::npos) << line;
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

}  // namespace
}  // namespace gpubench::commands
