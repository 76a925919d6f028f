#include "cli/presets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace gpubench::cli {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

class PresetsTest : public testing::Test {
 protected:
  PresetsTest() {
    fs::create_directories(folder_ / "iris-gpubench");
    fs::current_path(folder_);
    ::setenv("XDG_CONFIG_HOME", folder_.c_str(), 1);
    table_.groups.push_back({"Options",
                             {{"--interval", "SECONDS", "", text(unused_)},
                              {"--no_plot", "", "", switch_off(unused_flag_)},
                              {"--volume", "PATH", "", texts(volumes_)}}});
  }
  ~PresetsTest() override {
    ::unsetenv("XDG_CONFIG_HOME");
    ::unsetenv("IRIS_GPUBENCH_INTERVAL");
    fs::current_path(before_);
    fs::remove_all(folder_);
  }
  void user_file(const std::string& text) const { std::ofstream(folder_ / "iris-gpubench/config.yml") << text; }
  static void project_file(const std::string& text) { std::ofstream(kProjectFile) << text; }
  [[nodiscard]] Preset preset_of(const std::string& option) const {
    const auto presets = read_presets(table_);
    EXPECT_TRUE(presets) << presets.error().message;
    for (const Preset& preset : presets.value_or(std::vector<Preset>()))
      if (preset.option == option) return preset;
    return {};
  }

  fs::path before_ = fs::current_path();
  fs::path folder_ = fs::path(testing::TempDir()) / ("gpubench-presets-" + std::to_string(getpid()));
  OptionTable table_;
  std::string unused_;
  bool unused_flag_ = true;
  std::vector<std::string> volumes_;
};

TEST_F(PresetsTest, NoFileIsNoPreset) {
  EXPECT_TRUE(read_presets(table_)->empty());
}

TEST_F(PresetsTest, TheEnvironmentComesFirstThenTheProjectThenTheUser) {
  user_file("interval: 3\nno-plot: true\n");
  EXPECT_THAT(preset_of("--interval").values, ElementsAre("3"));
  EXPECT_EQ(preset_of("--interval").origin, user_config_file());
  project_file("interval: 2\nvolume: [/a:/a, /b:/b]\n");
  EXPECT_THAT(preset_of("--interval").values, ElementsAre("2"));
  EXPECT_EQ(preset_of("--interval").origin, kProjectFile);
  ::setenv("IRIS_GPUBENCH_INTERVAL", "1", 1);
  EXPECT_THAT(preset_of("--interval").values, ElementsAre("1"));
  EXPECT_EQ(preset_of("--interval").origin, "IRIS_GPUBENCH_INTERVAL");
  EXPECT_THAT(preset_of("--no_plot").values, ElementsAre("true"));
  EXPECT_THAT(preset_of("--volume").values, ElementsAre("/a:/a", "/b:/b"));
}

TEST_F(PresetsTest, AMistakeNamesTheFile) {
  for (const char* text : {"intervall: 3\n", "- 3\n", "interval: {a: 1}\n", "interval: [[1]]\n", "interval: [\n"}) {
    project_file(text);
    const auto presets = read_presets(table_);
    ASSERT_FALSE(presets) << text;
    EXPECT_THAT(presets.error().message, HasSubstr(kProjectFile)) << text;
  }
  project_file("intervall: 3\n");
  EXPECT_THAT(read_presets(table_).error().remedy, HasSubstr("interval"));
}

TEST_F(PresetsTest, AnEmptyFileIsNone) {
  project_file("# nothing yet\n");
  EXPECT_TRUE(read_presets(table_)->empty());
}

}  // namespace
}  // namespace gpubench::cli
