// The files of a finished run, and how they are spoken of.
#include "run/result_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "beside/beside.h"
#include "parts/part.h"
#include "support/simulated_sampler.h"

namespace gpubench::run {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

class ResultFilesTest : public testing::Test {
 protected:
  ResultFilesTest() {
    fs::remove_all(directory_.path);
    fs::create_directories(directory_.path);
    run_.facts.run_id = directory_.run_id;
  }
  ~ResultFilesTest() override { fs::remove_all(directory_.path); }
  void put(const std::string& name, const std::string& text) const {
    fs::create_directories((directory_.path / name).parent_path());
    std::ofstream(directory_.path / name) << text;
  }
  [[nodiscard]] bool has(const char* name) const { return fs::is_regular_file(directory_.file(name)); }

  runs::RunDirectory directory_{fs::path(testing::TempDir()) / ("gpubench-files-" + std::to_string(getpid())), "run"};
  record::RunRecord run_;
  std::vector<series::GpuSeries> series_ = support::memory_series(0);
};

TEST_F(ResultFilesTest, TimeSeriesComeAsTheyAreAskedFor) {
  run_.phases.emplace();
  ASSERT_TRUE(write_reports(directory_, run_, series_, TimeseriesFormat::none));
  EXPECT_TRUE(has("metrics.yml") && has("metrics.json") && has("formatted_metrics.txt"));
  EXPECT_FALSE(has("timeseries.csv") || has("power.csv") || has("phases.csv"));
  ASSERT_TRUE(write_reports(directory_, run_, series_, TimeseriesFormat::csv));
  EXPECT_TRUE(has("timeseries.csv") && has("power.csv") && has("phases.csv"));
  ASSERT_TRUE(write_reports(directory_, run_, series_, TimeseriesFormat::csv_gz));
  std::ifstream packed(directory_.file("phases.csv.gz"), std::ios::binary);
  EXPECT_EQ(packed.get(), 0x1f);
  EXPECT_EQ(packed.get(), 0x8b);
}

TEST_F(ResultFilesTest, ThePageShowsWhatStandsBesideTheEnergy) {
  ASSERT_TRUE(write_page(directory_, run_, series_));
  const auto text = [&] {
    std::ifstream in(directory_.file("report.html"));
    return std::string(std::istreambuf_iterator<char>(in), {});
  };
  EXPECT_THAT(text(), Not(HasSubstr("href=\"#beside\"")));
  beside::Beside beside;
  beside.slurm = beside::SlurmEnergy{{"ci", "17", "0"}};
  beside.slurm->why.clear();
  beside.slurm->energy = base::Energy::from_joules(4242);
  ASSERT_TRUE(beside::save(directory_.path, beside));
  ASSERT_TRUE(write_page(directory_, run_, series_));
  EXPECT_THAT(text(), HasSubstr("<a href=\"#beside\">Beside</a>"));
  EXPECT_THAT(text(), HasSubstr("<td>step 17.0</td><td>4,242</td>"));
  EXPECT_THAT(text(), HasSubstr("Do not add them to the GPUs"));
}

TEST_F(ResultFilesTest, OnlyAPartOfAJobHasPowerCurves) {
  ASSERT_TRUE(write_reports(directory_, run_, series_, TimeseriesFormat::none));
  EXPECT_FALSE(has("power_curves.json"));
  ASSERT_TRUE(parts::write_part(directory_.path, {}));
  ASSERT_TRUE(write_reports(directory_, run_, series_, TimeseriesFormat::none));
  EXPECT_TRUE(has("power_curves.json"));
}

TEST_F(ResultFilesTest, PhasesHaveAFileOnlyWhereThereAreSome) {
  ASSERT_TRUE(write_reports(directory_, run_, series_, TimeseriesFormat::csv));
  EXPECT_FALSE(has("phases.csv"));
}

TEST_F(ResultFilesTest, AllAreTriedAndTheFirstErrorIsReported) {
  run_.phases.emplace();
  fs::create_directory(directory_.file("metrics.yml"));
  fs::create_directory(directory_.file("power.csv"));
  const auto written = write_reports(directory_, run_, series_, TimeseriesFormat::csv);
  ASSERT_FALSE(written);
  EXPECT_THAT(written.error().message, HasSubstr("metrics.yml"));
  for (const char* file : {"metrics.json", "formatted_metrics.txt", "timeseries.csv", "phases.csv"})
    EXPECT_TRUE(has(file)) << file;
}

TEST_F(ResultFilesTest, APlotThatCannotBeDrawnIsAFindingWithTheRemedy) {
  const std::string path = std::getenv("PATH") == nullptr ? "" : std::getenv("PATH");
  ::setenv("PATH", directory_.path.c_str(), 1);  // no gnuplot there
  draw_plot(directory_, run_, series_, report::PlotFormat::png);
  ::setenv("PATH", path.c_str(), 1);
  ASSERT_EQ(run_.findings.size(), 1U);
  EXPECT_EQ(record::finding_name(run_.findings.front()), "plot_not_made");
  EXPECT_THAT(record::finding_text(run_.findings.front()), HasSubstr("("));
}

TEST_F(ResultFilesTest, TheListNamesWhatIsThere) {
  put("metrics.yml", "");
  put("benchmark_1.log", "");
  const std::string list = list_result_files(directory_);
  EXPECT_THAT(list, HasSubstr("Results in " + directory_.path.string() + "\n"));
  EXPECT_THAT(list, HasSubstr("  metrics.yml                  all figures, for programs\n"));
  EXPECT_THAT(list, HasSubstr("benchmark_2.log of the second"));
  EXPECT_THAT(list, Not(HasSubstr("report.html")));
}

TEST_F(ResultFilesTest, TheBenchmarksOwnFilesAreCountedAndWhatWasLeftOutIsNamed) {
  const auto said = [this] {
    const std::string list = list_result_files(directory_);
    return list.substr(list.find("result files: ") + 14);
  };
  put("benchmark_results/model.bin", std::string(150'000, 'x'));
  EXPECT_EQ(said(), "1 file, 0.1 MB\n") << "150 kB";
  put("benchmark_results/2/out/b", std::string(1'000'000, 'x'));
  fs::create_symlink("/nowhere", directory_.path / "benchmark_results/link");
  EXPECT_EQ(said(), "2 files, 1.1 MB\n");
  put("benchmark_results/2/skipped.txt", "c\n");
  put("benchmark_results/1/skipped.txt", "d\n");
  EXPECT_EQ(said(), "2 files, 1.1 MB; skipped.txt lists what was left out\n");
  put("benchmark_results/2/excluded.txt", "e\n");
  EXPECT_THAT(said(), testing::EndsWith(" list what was left out\n"));
}

// It is pasted into a shell.
TEST_F(ResultFilesTest, TheLineForTheProfilerCanBePasted) {
  run_.benchmark.kind = "command";
  run_.benchmark.command_line = "./train --fast";
  EXPECT_THAT(profiling_text(run_, "/data/a b"), HasSubstr("\n  nsys profile --output '/data/a b/nsight' ./train --fast\n"));
  EXPECT_THAT(profiling_text(run_, "/data/it's"), HasSubstr(" --output '/data/it'\\''s/nsight' ./train"));
  run_.benchmark.kind = "container";
  run_.benchmark.name = "train:1";
  EXPECT_THAT(profiling_text(run_, "/data"), HasSubstr("--entrypoint nsys train:1 profile PROGRAM"));
}

TEST_F(ResultFilesTest, APipeGetsTablesAsTheyAre) {
  class Wall final : public platform::Terminal {
   public:
    [[nodiscard]] bool is_terminal() const override { return terminal; }
    [[nodiscard]] platform::TerminalSize size() const override { return {10, 5}; }
    bool terminal = false;
  } wall;
  const std::string wide = "123456789012345\n";
  EXPECT_EQ(for_terminal(wall, wide), wide);
  wall.terminal = true;
  const std::string fitted = for_terminal(wall, wide);
  EXPECT_LE(fitted.find('\n'), 12U) << "and the mark that it was cut";
}

}  // namespace
}  // namespace gpubench::run
