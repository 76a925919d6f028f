// What a run is told by the command line, the environment, the project's file and the user's, one above the other.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "cli/invocation.h"
#include "cli/parse.h"
#include "cli/presets.h"
#include "cli/run_options.h"

namespace gpubench::cli {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;
using Words = std::vector<std::string>;

class PresetLayers : public testing::Test {
 protected:
  PresetLayers() {
    fs::create_directories(folder_ / "user/iris-gpubench");
    fs::current_path(folder_);
    set("XDG_CONFIG_HOME", folder_ / "user");
  }
  ~PresetLayers() override {
    for (const std::string& name : set_) ::unsetenv(name.c_str());
    ::setenv("HOME", home_.c_str(), 1);
    fs::current_path(before_);
    fs::remove_all(folder_);
  }
  void set(const std::string& name, const std::string& value) {
    ::setenv(name.c_str(), value.c_str(), 1);
    set_.push_back(name);
  }
  static void project(const std::string& text) { std::ofstream(kProjectFile, std::ios::binary) << text; }
  void user(const std::string& text) const { std::ofstream(folder_ / "user/iris-gpubench/config.yml") << text; }

  // The words with all presets.
  base::Result<Parsed> read(const Words& words) {
    line_ = RunLine();
    OptionTable table{run_options(line_)};
    table.arguments = &line_.workload.benchmark.arguments;
    auto presets = read_presets(table);
    if (!presets) return base::failure(presets.error());
    table.presets = *std::move(presets);
    return parse(table, words);
  }
  const RunSpec& spec(const Words& words) {
    const auto parsed = read(words);
    EXPECT_TRUE(parsed) << parsed.error().message;
    return line_.spec;
  }
  std::string said(const Words& words) {
    const auto parsed = read(words);
    return parsed ? "" : parsed.error().message + " | " + parsed.error().remedy;
  }

  RunLine line_;
  fs::path before_ = fs::current_path();
  std::string home_ = std::getenv("HOME") == nullptr ? "" : std::getenv("HOME");
  fs::path folder_ = fs::path(testing::TempDir()) / ("gpubench-layers-" + std::to_string(getpid()));
  std::vector<std::string> set_;
};

const Words kTrue{"--", "true"};

TEST_F(PresetLayers, EachLayerGivesWhatThoseAboveItDoNot) {
  user("interval: 4\npue: 1.4\nidle-roll: 4\nresults_dir: /user\n");
  project("interval: 3\npue: 1.3\nidle_roll: 3\n");
  set("IRIS_GPUBENCH_INTERVAL", "2");
  set("IRIS_GPUBENCH_PUE", "1.2");
  const RunSpec& all = spec({"--interval", "1", "--", "true"});
  EXPECT_EQ(all.settings.interval, std::chrono::seconds(1)) << "the command line";
  EXPECT_EQ(all.settings.carbon.pue.fraction(), 1.2) << "the environment";
  EXPECT_EQ(all.idle_roll, std::chrono::seconds(3)) << "the project's file";
  EXPECT_EQ(all.results_dir, "/user") << "the user's file";
}

TEST_F(PresetLayers, ALayerReplacesAListAsAWhole) {
  user("volume: [/user:/u, /more:/m]\n");
  const Words image{"--benchmark_image", "x"};
  EXPECT_THAT(spec(image).workload.benchmarks.front().volumes, ElementsAre("/user:/u", "/more:/m"));
  project("volume: /project:/p\n");
  EXPECT_THAT(spec(image).workload.benchmarks.front().volumes, ElementsAre("/project:/p"));
  EXPECT_THAT(spec({"--benchmark_image", "x", "--volume", "/a:/b"}).workload.benchmarks.front().volumes,
              ElementsAre("/a:/b"));
}

TEST_F(PresetLayers, AFlagIsSwitchedOffByALayerAbove) {
  user("no_plot: true\n");
  EXPECT_FALSE(spec(kTrue).outputs.plot);
  set("IRIS_GPUBENCH_NO_PLOT", "false");
  EXPECT_TRUE(spec(kTrue).outputs.plot);
  set("IRIS_GPUBENCH_NO_PLOT", "1");
  EXPECT_EQ(said(kTrue), "IRIS_GPUBENCH_NO_PLOT: --no-plot is \"1\" | write true or false");
}

TEST_F(PresetLayers, AnEmptyVariableIsNone) {
  project("interval: 3\n");
  set("IRIS_GPUBENCH_INTERVAL", "");
  EXPECT_EQ(spec(kTrue).settings.interval, std::chrono::seconds(3));
}

// People write what the command line takes.
TEST_F(PresetLayers, OtherNamesOfAnOptionAreItsNamesEverywhere) {
  project("colour: never\nplot_live: true\n");
  EXPECT_EQ(spec(kTrue).live.color, "never");
  EXPECT_TRUE(line_.spec.live_plot);
  set("IRIS_GPUBENCH_COLOUR", "always");
  EXPECT_EQ(spec(kTrue).live.color, "always");
  set("IRIS_GPUBENCH_COLOR", "auto");
  EXPECT_EQ(spec(kTrue).live.color, "auto") << "the name itself comes first";
  EXPECT_EQ(spec({"--colour", "never", "--", "true"}).live.color, "never");
}

TEST_F(PresetLayers, OneValueIsOneValue) {
  project("interval: [1, 2]\n");
  EXPECT_EQ(said(kTrue), ".iris-gpubench.yml: --interval was given more than once | give it once");
  project("interval: 1\nidle_roll: 2\ninterval: 2\n");
  EXPECT_EQ(said(kTrue), ".iris-gpubench.yml: --interval was given more than once | give it once");
  project("colour: never\ncolor: always\n");
  EXPECT_THAT(said(kTrue), HasSubstr("--color was given more than once"));
  project("volume: [/a:/a]\nvolume: [/b:/b]\n");
  EXPECT_THAT(said({"--benchmark_image", "x"}), HasSubstr("--volume was given more than once"));
}

TEST_F(PresetLayers, AWrongValueNamesItsLayerUnlessALayerAboveSaysBetter) {
  user("interval: 0\n");
  EXPECT_THAT(said(kTrue), StartsWith(user_config_file() + ": --interval must be between"));
  project("interval: soon\n");
  EXPECT_THAT(said(kTrue), StartsWith(".iris-gpubench.yml: --interval must be between"));
  set("IRIS_GPUBENCH_INTERVAL", "never");
  EXPECT_THAT(said(kTrue), StartsWith("IRIS_GPUBENCH_INTERVAL: --interval must be between"));
  EXPECT_EQ(said({"--interval", "1", "--", "true"}), "");
}

TEST_F(PresetLayers, FilesThatCannotBeReadAreNamed) {
  fs::create_directory(kProjectFile);
  EXPECT_THAT(said(kTrue), HasSubstr(".iris-gpubench.yml"));
  EXPECT_THAT(said(kTrue), EndsWith("a configuration is a text file of lines OPTION: VALUE"));
  fs::remove(kProjectFile);
  ASSERT_EQ(mkfifo(kProjectFile, 0600), 0);
  EXPECT_THAT(said(kTrue), HasSubstr("a pipe or a device")) << "and nobody waits for it";
  fs::remove(kProjectFile);
  project(std::string(3 << 20, '#'));
  EXPECT_THAT(said(kTrue), HasSubstr(".iris-gpubench.yml"));
  project("interval: 3\n? [a, b]\n: 4\n");
  EXPECT_THAT(said(kTrue), HasSubstr(".iris-gpubench.yml"));
}

TEST_F(PresetLayers, WithoutAFolderOfConfigurationThereIsTheHomes) {
  const auto file = [&](const std::string& xdg, const std::string& home) {
    set("XDG_CONFIG_HOME", xdg);
    ::setenv("HOME", home.c_str(), 1);
    return user_config_file();
  };
  EXPECT_EQ(file("/config", "/home/me"), "/config/iris-gpubench/config.yml");
  EXPECT_EQ(file("", "/home/me"), "/home/me/.config/iris-gpubench/config.yml");
  EXPECT_EQ(file("relative", "/home/me"), "/home/me/.config/iris-gpubench/config.yml");
  EXPECT_EQ(file("", "relative"), "") << "nobody's";
}

TEST_F(PresetLayers, PresetsStandBeforeWhatWasTypedInTheInvocation) {
  project("interval: 2\nno_plot: true\nno_html: false\nenv: [A=1]\n");
  const auto parsed = read({"--quiet", "--benchmark_image", "x", "--", "a b"});
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->invocation, "iris-gpubench --interval 2 --no-plot --env A=... --quiet --benchmark-image x -- 'a b'");
  const std::vector<std::string> typed(parsed->own.begin() + static_cast<std::ptrdiff_t>(parsed->preset), parsed->own.end());
  EXPECT_THAT(typed, ElementsAre("--quiet", "--benchmark_image", "x"));
  project("");
  EXPECT_THAT(read(kTrue)->own, IsEmpty());
}

// A set is resumed, and a run repeated, by its own command line.
TEST_F(PresetLayers, AnInvocationIsReadAsItWasTyped) {
  for (const Words& words : {Words{"--score_regex=--loss=([0-9]+)", "--", "true"},
                             {"--score_regex", "--loss=([0-9]+)", "--", "true"},
                             {"--benchmark_command=--odd 'quoted' \"twice\" \\", "--label=-x"},
                             {"--benchmark_command=a\nb", "--name", "it's"},
                             {"--benchmark_image=x", "--entrypoint=-", "--", "--", ""},
                             {"--against=--quiet", "--", "true", "--quiet"}}) {
    const auto first = read(words);
    ASSERT_TRUE(first) << words.front() << ": " << first.error().message;
    const auto benchmarks = line_.spec.workload.benchmarks;
    EXPECT_FALSE(line_.spec.quiet) << words.front();
    const auto again = parse_invocation(first->invocation);
    ASSERT_TRUE(again) << first->invocation;
    const auto second = read(*again);
    ASSERT_TRUE(second) << first->invocation << ": " << second.error().message;
    EXPECT_EQ(second->invocation, first->invocation);
    EXPECT_EQ(line_.spec.workload.benchmarks, benchmarks) << first->invocation;
  }
}

}  // namespace
}  // namespace gpubench::cli
