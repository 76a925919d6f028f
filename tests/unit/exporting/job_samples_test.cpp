// The record of a job, as samples.
#include "exporting/figures/job_samples.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>

namespace gpubench::exporting {
namespace {

namespace fs = std::filesystem;
using OrderedJson = nlohmann::ordered_json;

class JobSamplesTest : public testing::Test {
 protected:
  JobSamplesTest() { fs::create_directories(folder_); }
  ~JobSamplesTest() override { fs::remove_all(folder_); }

  void write() const { std::ofstream(folder_ / "metrics.json") << job_; }
  [[nodiscard]] std::optional<double> value_of(const std::string& name, const std::string& node = {}) const {
    const auto source = make_job_samples(folder_, Names::standard);
    std::vector<Sample> all;
    EXPECT_TRUE(source->read(all, 1000, kEverything));
    for (const Sample& sample : all) {
      const Series& series = source->series()[sample.series];
      const std::pair<std::string, std::string> label{"node", node};
      if (series.name != name || (!node.empty() && std::count(series.labels.begin(), series.labels.end(), label) == 0))
        continue;
      EXPECT_EQ(sample.time_ms, 1'790'000'012'500);
      return sample.value;
    }
    return std::nullopt;
  }

  const fs::path folder_ = fs::path(testing::TempDir()) / ("job-7-" + std::to_string(getpid()));
  OrderedJson job_ = {
      {"benchmark", "simulate"},
      {"name", "NVIDIA H200"},
      {"device_count", 8},
      {"elapsed_time", 12.5},
      {"host", "2 nodes"},
      {"end_time", "2026-09-21T14:13:32.500Z"},
      {"workload", {{"exit_code", 3}}},
      {"group", {{"nodes", 2}, {"nodes_expected", 2}, {"ranks", 2}, {"ranks_expected", nullptr}, {"parts", 2}}},
      {"nodes",
       {{{"node", "n1"}, {"energy_joules", 900}, {"elapsed_seconds", 12}, {"waiting_seconds", 0.5}},
        {{"node", "n2"}, {"energy_joules", nullptr}, {"elapsed_seconds", 12.5}, {"waiting_seconds", 0}}}},
      {"balance", {{"time", 0.02}, {"energy", nullptr}}},
      {"total_energy_joules", 2000},
      {"total_energy_uncertainty", {{"comparative_joules", 5}, {"absolute_joules", 60}}},
      {"known_energy_joules", 2000},
      {"known_emissions_grams", 0.1},
      {"gpus", OrderedJson::array({{{"uuid", "GPU-1"}}})},
      {"emissions", {{"total_grams", 0.1}}},
      {"findings", OrderedJson::array({{{"name", "gap"}}})}};
};

TEST_F(JobSamplesTest, TheWholeJobAndEachOfItsNodes) {
  write();
  EXPECT_EQ(value_of("gpubench_job_energy_joules"), 2000);
  EXPECT_EQ(value_of("gpubench_job_energy_uncertainty_joules"), 5);
  EXPECT_EQ(value_of("gpubench_job_known_energy_joules"), 2000);
  EXPECT_EQ(value_of("gpubench_job_average_power_watts"), 160);
  EXPECT_EQ(value_of("gpubench_job_duration_seconds"), 12.5);
  EXPECT_EQ(value_of("gpubench_job_emissions_grams"), 0.1);
  EXPECT_EQ(value_of("gpubench_job_nodes"), 2);
  EXPECT_EQ(value_of("gpubench_job_ranks_expected"), std::nullopt);
  EXPECT_EQ(value_of("gpubench_job_exit_code"), 3);
  EXPECT_EQ(value_of("gpubench_job_findings"), 1);
  EXPECT_EQ(value_of("gpubench_job_time_imbalance_ratio"), 0.02);
  EXPECT_EQ(value_of("gpubench_job_node_energy_joules", "n1"), 900);
  EXPECT_EQ(value_of("gpubench_job_node_energy_joules", "n2"), std::nullopt);
  EXPECT_EQ(value_of("gpubench_job_node_duration_seconds", "n2"), 12.5);
  const auto source = make_job_samples(folder_, Names::standard);
  EXPECT_EQ(source->run_id(), folder_.filename());
  EXPECT_EQ(source->series().front(), make_series("gpubench_job_duration_seconds", {{"run_id", folder_.filename().string()},
                                                                                    {"host", "2 nodes"},
                                                                                    {"benchmark", "simulate"},
                                                                                    {"gpu_name", "NVIDIA H200"},
                                                                                    {"gpu_count", "8"}}));
}

TEST_F(JobSamplesTest, WithANodeMissingThereIsNoTotalButWhatIsKnown) {
  for (const char* key : {"total_energy_joules", "total_energy_uncertainty", "emissions"}) job_[key] = nullptr;
  job_["known_energy_joules"] = 900;
  write();
  EXPECT_EQ(value_of("gpubench_job_energy_joules"), std::nullopt);
  EXPECT_EQ(value_of("gpubench_job_energy_uncertainty_joules"), std::nullopt);
  EXPECT_EQ(value_of("gpubench_job_average_power_watts"), std::nullopt);
  EXPECT_EQ(value_of("gpubench_job_emissions_grams"), std::nullopt);
  EXPECT_EQ(value_of("gpubench_job_known_energy_joules"), 900);
}

TEST_F(JobSamplesTest, APartMoreMakesThemNew) {
  write();
  std::vector<Sample> before;
  std::vector<Sample> after_it;
  EXPECT_TRUE(make_job_samples(folder_, Names::standard)->read(before, 1000, kEverything));
  job_["group"]["parts"] = 3;
  write();
  EXPECT_TRUE(make_job_samples(folder_, Names::standard)->read(after_it, 1000, kEverything));
  EXPECT_LT(before.back().place, after_it.front().place);
}

TEST_F(JobSamplesTest, AJobWithoutARecordHasNone) {
  std::vector<Sample> all;
  EXPECT_TRUE(make_job_samples(folder_, Names::standard)->read(all, 1000, kEverything));
  for (const char* text :
       {"[]", "{}", R"({"end_time":"2026-09-21T14:13:32.500Z","nodes":[3],"group":7,"device_count":1e300})"}) {
    std::ofstream(folder_ / "metrics.json") << text;
    EXPECT_TRUE(make_job_samples(folder_, Names::standard)->read(all, 1000, kEverything));
  }
  EXPECT_TRUE(all.empty());
}

}  // namespace
}  // namespace gpubench::exporting
