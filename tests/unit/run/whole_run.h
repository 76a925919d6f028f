// Whole runs of a shell line beside a recorded trace, in a folder of their own.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "cli/run_spec.h"
#include "support/places/places.h"

namespace gpubench::run {

class WholeRunTest : public testing::Test {
 protected:
  WholeRunTest() { std::filesystem::remove_all(results_); }
  ~WholeRunTest() override { std::filesystem::remove_all(results_); }

  [[nodiscard]] cli::RunSpec spec_of(const std::string& line) const {
    cli::RunSpec spec;
    spec.workload.benchmarks.emplace_back().arguments = {"sh", "-c", line};
    spec.workload.environment = {"PATH=/usr/bin:/bin"};
    spec.meter.source = "replay:" + support::source_folder() + "/traces/h200.trace";
    spec.idle_roll = {};
    spec.outputs.plot = false;
    spec.outputs.html = false;
    spec.settings.carbon.intensity = base::CarbonIntensity::from_grams_per_kilowatt_hour(100);
    spec.keeps_environment = false;
    spec.part_of.alone = true;
    spec.live.style = live::LiveStyle::none;
    spec.quiet = true;
    spec.results_dir = results_;
    return spec;
  }
  // Folders of runs and sets, in the order of their names.
  [[nodiscard]] std::vector<std::filesystem::path> folders() const {
    std::vector<std::filesystem::path> all;
    std::error_code error;
    for (std::filesystem::directory_iterator entry(results_, error), end; !error && entry != end; entry.increment(error))
      if (!entry->is_symlink() && entry->is_directory()) all.push_back(entry->path());
    std::sort(all.begin(), all.end());
    return all;
  }
  [[nodiscard]] std::filesystem::path only_folder() const {
    const auto all = folders();
    EXPECT_EQ(all.size(), 1U);
    return all.size() == 1 ? all.front() : std::filesystem::path();
  }
  static std::string text_of(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  const std::filesystem::path results_ =
      std::filesystem::path(testing::TempDir()) / ("gpubench-whole-run-" + std::to_string(getpid()));
};

}  // namespace gpubench::run
