// The layers of defaults as `config` shows them, and as every command takes them.
#include <nlohmann/json.hpp>

#include "cli/exit_codes.h"
#include "support/saved_runs/saved_runs.h"
#include "unit/commands/command_test.h"

namespace gpubench::commands {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;
namespace fs = std::filesystem;

class ConfigTest : public CommandTest {
 protected:
  void project(const std::string& text) const { write(folder_ / ".iris-gpubench.yml", text); }
  void user(const std::string& text) const { write(folder_ / ".config/iris-gpubench/config.yml", text); }
  static nlohmann::json setting(const std::string& option) {
    for (const auto& one : nlohmann::json::parse(say({"config", "--json"}).out))
      if (one["option"] == option) return one;
    return {};
  }
};

TEST_F(ConfigTest, WithoutFilesNothingIsSet) {
  const Said said = say({"config"});
  EXPECT_EQ(said.code, 0);
  EXPECT_THAT(said.out, AllOf(HasSubstr(".iris-gpubench.yml (not there)"), HasSubstr("config.yml (not there)")));
  EXPECT_THAT(said.out, Not(HasSubstr("--interval")));
  EXPECT_THAT(say({"config", "--all"}).out, ContainsRegex("--interval +5 +default\n"));
}

TEST_F(ConfigTest, TheNearestLayerCounts) {
  user("interval: 3\npue: 1.3\nlabel: mine\n");
  EXPECT_EQ(setting("--interval")["from"], (folder_ / ".config/iris-gpubench/config.yml").string());
  project("interval: 2\npue: 1.2\n");
  EXPECT_EQ(setting("--interval")["from"], ".iris-gpubench.yml");
  set("IRIS_GPUBENCH_INTERVAL", "1");
  EXPECT_EQ(setting("--interval")["values"][0], "1");
  EXPECT_EQ(setting("--interval")["from"], "IRIS_GPUBENCH_INTERVAL");
  EXPECT_EQ(setting("--pue")["values"][0], "1.2");
  EXPECT_THAT(say({"config"}).out, ContainsRegex("--interval +1 +IRIS_GPUBENCH_INTERVAL\n"));
}

TEST_F(ConfigTest, AnotherConfigFolderIsAnAbsoluteOne) {
  user("pue: 1.3\n");
  write(folder_ / "xdg/iris-gpubench/config.yml", "pue: 1.4\n");
  set("XDG_CONFIG_HOME", (folder_ / "xdg").string());
  EXPECT_EQ(setting("--pue")["values"][0], "1.4");
  set("XDG_CONFIG_HOME", "xdg");
  EXPECT_EQ(setting("--pue")["values"][0], "1.3") << "by the XDG specification a relative one counts as none";
}

TEST_F(ConfigTest, ListsAndUnderscoresAndHyphens) {
  project("volume: [/data:/data:ro, /scratch:/scratch]\nno-plot: true\ncarbon_region: London\n");
  EXPECT_EQ(setting("--volume")["values"].size(), 2U);
  EXPECT_EQ(setting("--no-plot")["values"][0], "true");
  EXPECT_THAT(say({"config"}).out, AllOf(HasSubstr("/data:/data:ro, /scratch:/scratch"), HasSubstr("London")));
}

TEST_F(ConfigTest, AMistakeInAFileIsNamedByEveryCommand) {
  struct Case {
    std::string text;
    std::string says;
  };
  for (const Case& one : {Case{"intervall: 3\n", "did you mean interval?"},
                          {"- interval\n", "is not a list of OPTION: VALUE\n  write one option a line: interval: 1"},
                          {"interval: {a: 1}\n", "neither a value nor a list of values"},
                          {"volume: [[1]]\n", "a list of something else than values"},
                          {"interval: [1\n", "write one option a line: interval: 1"}}) {
    project(one.text);
    for (const std::vector<std::string>& words :
         std::vector<std::vector<std::string>>{{"config"}, {"list"}, {"show", "latest"}, {"--", "true"}}) {
      const Said said = say(words);
      EXPECT_EQ(said.code, cli::kUsageError) << words.front() << " " << one.text;
      EXPECT_THAT(said.err, AllOf(HasSubstr(".iris-gpubench.yml"), HasSubstr(one.says))) << words.front();
    }
    EXPECT_EQ(say({"list", "--help"}).code, 0) << "help is given all the same";
  }
}

TEST_F(ConfigTest, FilesThatAreNotFiles) {
  fs::create_directory(folder_ / ".iris-gpubench.yml");
  const Said said = say({"config"});
  EXPECT_EQ(said.code, cli::kUsageError);
  EXPECT_THAT(said.err, HasSubstr("a configuration is a text file of lines OPTION: VALUE"));
  fs::remove(folder_ / ".iris-gpubench.yml");
  project("");
  EXPECT_EQ(say({"config"}).code, 0) << "an empty one says nothing";
  project(std::string((1 << 20) + 1, '#'));
  EXPECT_EQ(say({"config"}).code, cli::kUsageError) << "larger than 1 MiB";
}

TEST_F(ConfigTest, AWrongValueIsFoundWhereItIsUsed) {
  project("interval: soon\nno_plot: perhaps\n");
  EXPECT_EQ(say({"config"}).code, 0);
  const Said said = say({"--", "true"});
  EXPECT_EQ(said.code, cli::kUsageError);
  EXPECT_THAT(said.err, HasSubstr(".iris-gpubench.yml: --"));
}

TEST_F(ConfigTest, TheResultsFolderIsThatOfEveryCommand) {
  support::save_metrics(folder_ / "kept", "a-run", 3000);
  project("results-dir: kept\n");
  EXPECT_THAT(say({"list"}).out, HasSubstr("a-run"));
  EXPECT_THAT(say({"history"}).out, HasSubstr("simulate"));
  EXPECT_EQ(say({"show", "a-run", "--json"}).code, 0);
  EXPECT_EQ(say({"list", "--results_dir", "elsewhere"}).code, cli::kUsageError) << "the command line counts first";
}

}  // namespace
}  // namespace gpubench::commands
