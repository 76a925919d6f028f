#include "report/metrics_yaml.h"

#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <cmath>
#include <limits>
#include <locale>
#include <string>
#include <vector>

#include "unit/report/example_run.h"

namespace gpubench::report {
namespace {

YAML::Node written(const record::RunRecord& run) {
  return YAML::Load(metrics_yaml(run));
}

std::vector<std::string> keys(const YAML::Node& map) {
  std::vector<std::string> names;
  for (const auto& entry : map) names.push_back(entry.first.as<std::string>());
  return names;
}

TEST(MetricsYaml, HasThePredecessorsKeysWithItsUnits) {
  const auto run = example::container_run(1);
  const YAML::Node node = written(run);
  EXPECT_EQ(node["benchmark"].as<std::string>(), "synthetic_regression");
  EXPECT_EQ(node["name"].as<std::string>(), "NVIDIA H200");
  EXPECT_EQ(node["device_count"].as<int>(), 1);
  EXPECT_DOUBLE_EQ(node["elapsed_time"].as<double>(), 30.004117);
  EXPECT_EQ(node["start_datetime"].as<std::string>(), "2026-11-22 12:05:12");
  EXPECT_EQ(node["end_datetime"].as<std::string>(), "2026-11-22 12:05:42");
  EXPECT_DOUBLE_EQ(node["total_energy"].as<double>(), 20811.4 / 3.6e6);
  EXPECT_DOUBLE_EQ(node["total_carbon"].as<double>(), 20811.4 / 3.6e6 * 143);
  for (const char* key : {"av_carbon_forecast", "start_carbon_forecast", "end_carbon_forecast"})
    EXPECT_DOUBLE_EQ(node[key].as<double>(), 143);
  EXPECT_DOUBLE_EQ(node["av_util"].as<double>(), 98.5);
  EXPECT_DOUBLE_EQ(node["av_power"].as<double>(), 690.12345);
  EXPECT_DOUBLE_EQ(node["av_temp"].as<double>(), 51.33333);
  EXPECT_DOUBLE_EQ(node["av_mem"].as<double>(), 6500.00595);
  EXPECT_DOUBLE_EQ(node["av_clk_speed"].as<double>(), 1754.2);
  EXPECT_DOUBLE_EQ(node["av_mem_clk_speed"].as<double>(), 3201);
  EXPECT_DOUBLE_EQ(node["max_power_limit"].as<double>(), 700);
  EXPECT_DOUBLE_EQ(node["total_mem"].as<double>(), 143771);
  EXPECT_DOUBLE_EQ(node["max_clk_speed"].as<double>(), 1980);
  EXPECT_DOUBLE_EQ(node["max_mem_clk_speed"].as<double>(), 3201);
  EXPECT_DOUBLE_EQ(node["temp_threshold_gpu_max"].as<double>(), 87);
  EXPECT_DOUBLE_EQ(node["temp_threshold_slowdown"].as<double>(), 92);
  EXPECT_DOUBLE_EQ(node["temp_threshold_shutdown"].as<double>(), 95);
  EXPECT_DOUBLE_EQ(node["score"].as<double>(), 12.4366);
}

TEST(MetricsYaml, SchemaOfTheWholeFile) {
  const YAML::Node node = written(example::container_run(1));
  const std::vector<std::string> top = {"benchmark",
                                        "name",
                                        "device_count",
                                        "elapsed_time",
                                        "start_datetime",
                                        "end_datetime",
                                        "total_energy",
                                        "total_carbon",
                                        "av_carbon_forecast",
                                        "start_carbon_forecast",
                                        "end_carbon_forecast",
                                        "av_util",
                                        "av_power",
                                        "av_temp",
                                        "av_mem",
                                        "av_clk_speed",
                                        "av_mem_clk_speed",
                                        "max_power_limit",
                                        "total_mem",
                                        "max_clk_speed",
                                        "max_mem_clk_speed",
                                        "temp_threshold_gpu_max",
                                        "temp_threshold_slowdown",
                                        "temp_threshold_shutdown",
                                        "score",
                                        "schema_version",
                                        "run_id",
                                        "label",
                                        "tool_version",
                                        "host",
                                        "start_time",
                                        "end_time",
                                        "interval_seconds",
                                        "source",
                                        "workload",
                                        "total_energy_joules",
                                        "total_energy_uncertainty",
                                        "work",
                                        "gpus",
                                        "gpus_chosen_by",
                                        "other_gpus",
                                        "carbon_region",
                                        "emissions",
                                        "footprint",
                                        "findings",
                                        "tool_cost",
                                        "export"};
  EXPECT_EQ(keys(node), top);
  EXPECT_EQ(node["schema_version"].as<int>(), 1);
  EXPECT_EQ(keys(node["gpus"][0]), (std::vector<std::string>{"index",
                                                             "name",
                                                             "uuid",
                                                             "pci_bus_id",
                                                             "mig",
                                                             "limits",
                                                             "energy_joules",
                                                             "energy_method",
                                                             "energy",
                                                             "average_power_watts",
                                                             "peak_power_watts",
                                                             "utilized_seconds",
                                                             "utilized_energy_joules",
                                                             "utilized_power_watts",
                                                             "quality",
                                                             "events",
                                                             "readings",
                                                             "utilization_percent",
                                                             "power_watts",
                                                             "temperature_celsius",
                                                             "memory_mib",
                                                             "sm_clock_mhz",
                                                             "memory_clock_mhz",
                                                             "throttling"}));
  EXPECT_EQ(keys(node["gpus"][0]["energy"]),
            (std::vector<std::string>{"counter", "ring", "average", "ring_minus_counter_joules",
                                      "ring_minus_counter_percent", "counter_check", "idle"}));
  EXPECT_EQ(keys(node["emissions"]["slots"][0]),
            (std::vector<std::string>{"from", "to", "energy_joules", "intensity_grams_per_kwh", "emissions_grams", "kind",
                                      "source", "fetched"}));
  EXPECT_TRUE(node["findings"].IsSequence());
  EXPECT_EQ(node["findings"].size(), 0U);
  EXPECT_FALSE(node["source"]["replay"].as<bool>());
  EXPECT_EQ(node["start_time"].as<std::string>(), "2026-11-22T12:05:12.345Z");
}

TEST(MetricsYaml, EveryEnergyHasItsIntervalsAndTerms) {
  const YAML::Node node = YAML::Load(metrics_yaml(example::container_run(4)));
  const auto expect_terms = [](const YAML::Node& uncertainty) {
    ASSERT_TRUE(uncertainty["terms"].IsSequence());
    double squares = 0;
    for (const auto& term : uncertainty["terms"])
      if (!term["absolute_only"].as<bool>()) squares += std::pow(term["standard_joules"].as<double>(), 2);
    EXPECT_NEAR(uncertainty["comparative_joules"].as<double>(), 2 * std::sqrt(squares), 1e-6);
    EXPECT_GE(uncertainty["absolute_percent"].as<double>(), uncertainty["comparative_percent"].as<double>());
  };
  for (const auto& gpu : node["gpus"]) {
    for (const char* method : {"counter", "ring", "average"}) expect_terms(gpu["energy"][method]["uncertainty"]);
    expect_terms(gpu["energy"]["idle"]["uncertainty"]);
    EXPECT_EQ(gpu["energy"]["counter_check"]["state"].as<std::string>(), "trusted");
    EXPECT_EQ(gpu["quality"]["lost_power_samples"].as<int>(), 1);
  }
  expect_terms(node["total_energy_uncertainty"]);
  EXPECT_NEAR(node["total_energy_uncertainty"]["absolute_percent"].as<double>(), 5.77 / 2, 0.02) << "of four boards";
}

TEST(MetricsYaml, EnergyOfEachMethodInJoules) {
  const YAML::Node gpu = written(example::container_run(1))["gpus"][0];
  EXPECT_DOUBLE_EQ(gpu["energy_joules"].as<double>(), 20811.4);
  EXPECT_DOUBLE_EQ(gpu["energy"]["counter"]["energy_joules"].as<double>(), 20811.4);
  EXPECT_DOUBLE_EQ(gpu["energy"]["ring"]["energy_joules"].as<double>(), 20811.4 * 1.0123);
  EXPECT_DOUBLE_EQ(gpu["energy"]["ring"]["longest_gap_seconds"].as<double>(), 0.031);
  EXPECT_DOUBLE_EQ(gpu["energy"]["ring"]["coverage"].as<double>(), 0.9991);
  EXPECT_NEAR(gpu["energy"]["ring_minus_counter_percent"].as<double>(), 1.23, 1e-9);
}

TEST(MetricsYaml, TheCountersTickIsThereOrNull) {
  auto run = example::container_run(1);
  const YAML::Node none = written(run)["gpus"][0]["energy"];
  EXPECT_TRUE(none["counter"]["tick"].IsNull());
  EXPECT_FALSE(none["ring"]["tick"].IsDefined());
  run.gpus[0].energy.counter->tick = energy::CounterTick{2500us, 18};
  const YAML::Node tick = written(run)["gpus"][0]["energy"]["counter"]["tick"];
  EXPECT_DOUBLE_EQ(tick["half_width_seconds"].as<double>(), 0.0025);
  EXPECT_EQ(tick["readings"].as<int>(), 18);
  EXPECT_TRUE(tick["source"].IsScalar());
}

TEST(MetricsYaml, AUnitOfWorkHasItsTimeEnergyAndEmissions) {
  const auto run = example::container_run(2);
  const YAML::Node node = written(run);
  const YAML::Node work = node["work"];
  EXPECT_EQ(keys(work),
            (std::vector<std::string>{"amount", "unit", "per_second", "joules_per_unit", "comparative_joules_per_unit",
                                      "absolute_joules_per_unit", "grams_per_unit"}));
  EXPECT_EQ(work["amount"].as<double>(), 60000);
  EXPECT_EQ(work["unit"].as<std::string>(), "images");
  EXPECT_DOUBLE_EQ(work["per_second"].as<double>(), 60000 / node["elapsed_time"].as<double>());
  EXPECT_DOUBLE_EQ(work["joules_per_unit"].as<double>() * 60000, node["total_energy_joules"].as<double>());
  for (const char* interval : {"comparative_joules", "absolute_joules"})
    EXPECT_DOUBLE_EQ(work[interval + std::string("_per_unit")].as<double>() * 60000,
                     node["total_energy_uncertainty"][interval].as<double>());
  EXPECT_DOUBLE_EQ(work["grams_per_unit"].as<double>() * 60000, node["total_carbon"].as<double>());
}

TEST(MetricsYaml, WorkWithoutEnergyHasItsRateAlone) {
  const YAML::Node work = written(example::unsupported_run())["work"];
  EXPECT_FALSE(work["per_second"].IsNull());
  for (const char* key : {"joules_per_unit", "comparative_joules_per_unit", "absolute_joules_per_unit", "grams_per_unit"})
    EXPECT_TRUE(work[key].IsNull()) << key;
  EXPECT_TRUE(written(example::failed_run())["work"].IsNull()) << "nothing was given";
}

TEST(MetricsYaml, WorkOfAContainerIsOverItsOwnEnergyAndTime) {
  auto run = example::container_run(2);
  record::PartRecord part;
  part.benchmark.work = record::Work{50, "steps\xff"};
  part.ran = {run.ran.start, run.ran.start + std::chrono::seconds(5)};
  part.energy = base::Energy::from_joules(1000);
  run.parts = {part, {}};
  const YAML::Node containers = written(run)["containers"];
  EXPECT_DOUBLE_EQ(containers[0]["work"]["per_second"].as<double>(), 10);
  EXPECT_DOUBLE_EQ(containers[0]["work"]["joules_per_unit"].as<double>(), 20);
  EXPECT_TRUE(containers[0]["work"]["grams_per_unit"].IsNull());
  EXPECT_EQ(containers[0]["work"]["unit"].as<std::string>(), "steps\xEF\xBF\xBD");
  EXPECT_TRUE(containers[1]["work"].IsNull());
}

TEST(MetricsYaml, AveragesAreOverAllGpusReadings) {
  auto run = example::container_run(2);
  run.gpus[0].statistics[meter::ValueKind::power] = record::Statistics{100, 90, 120, 30};
  run.gpus[1].statistics[meter::ValueKind::power] = record::Statistics{400, 90, 410, 10};
  run.gpus[1].statistics[meter::ValueKind::temperature].reset();
  const YAML::Node node = written(run);
  EXPECT_EQ(node["device_count"].as<int>(), 2);
  EXPECT_DOUBLE_EQ(node["av_power"].as<double>(), 175);
  EXPECT_DOUBLE_EQ(node["av_temp"].as<double>(), 51.33333);
}

TEST(MetricsYaml, UnknownIsNullNotZero) {
  const YAML::Node node = written(example::unsupported_run());
  for (const char* key : {"total_energy",
                          "total_carbon",
                          "av_carbon_forecast",
                          "start_carbon_forecast",
                          "end_carbon_forecast",
                          "av_util",
                          "av_power",
                          "av_temp",
                          "av_mem",
                          "av_clk_speed",
                          "av_mem_clk_speed",
                          "max_power_limit",
                          "total_mem",
                          "max_clk_speed",
                          "max_mem_clk_speed",
                          "temp_threshold_gpu_max",
                          "temp_threshold_slowdown",
                          "temp_threshold_shutdown",
                          "score",
                          "emissions",
                          "carbon_region",
                          "total_energy_joules"})
    EXPECT_TRUE(node[key].IsNull()) << key;
  EXPECT_TRUE(node["gpus"][0]["energy"]["counter"].IsNull());
  EXPECT_TRUE(node["gpus"][0]["energy_method"].IsNull());
  EXPECT_TRUE(node["gpus"][0]["temperature_celsius"]["average"].IsNull());
  EXPECT_DOUBLE_EQ(node["gpus"][0]["temperature_celsius"]["maximum"].as<double>(), 41);
  EXPECT_EQ(node["findings"][0]["name"].as<std::string>(), "energy_unknown");
}

TEST(MetricsYaml, UnknownExitCodeIsNull) {
  auto run = example::container_run(1);
  run.benchmark.exit_code.reset();
  EXPECT_TRUE(written(run)["workload"]["exit_code"].IsNull());
}

TEST(MetricsYaml, ReplayAndYearlyFactorAreMarked) {
  const YAML::Node node = written(example::replayed_command_run());
  EXPECT_TRUE(node["source"]["replay"].as<bool>());
  EXPECT_EQ(node["source"]["kind"].as<std::string>(), "replay");
  EXPECT_TRUE(node["emissions"]["used_yearly_factor"].as<bool>());
  EXPECT_EQ(node["emissions"]["slots"].size(), 2U);
  EXPECT_EQ(node["findings"].size(), 2U);
  EXPECT_DOUBLE_EQ(node["end_carbon_forecast"].as<double>(), 124);
}

TEST(MetricsYaml, StringsFromOutsideAreOnlyStrings) {
  for (const std::string& name :
       {std::string("say \"hi\" 'there'"), std::string("two\nlines"), std::string("key: value"),
        std::string("!!python/object:x"), std::string("- item"), std::string("null"), std::string("true"),
        std::string("1e3"), std::string("&a *a"), std::string("#not a comment"), std::string("%d \\n {}"),
        std::string("tab\there"), std::string("del\x7f \u00b5 \u0080"), std::string("lines \u2028 and \u2029 ends"),
        std::string("")}) {
    auto run = example::container_run(1);
    run.benchmark.name = name;
    run.benchmark.command_line = name;
    run.gpus[0].gpu.name = name;
    const std::string text = metrics_yaml(run);
    const YAML::Node node = YAML::Load(text);
    EXPECT_EQ(node["benchmark"].as<std::string>(), name);
    EXPECT_EQ(node["benchmark"].Tag(), "!") << "not a quoted string: " << name;
    EXPECT_EQ(node["gpus"][0]["name"].as<std::string>(), name);
    for (const char* bare : {"\x7f", "\u2028", "\u2029"})
      EXPECT_EQ(text.find(bare), std::string::npos) << "another reader takes it for an error or a line end";
  }
}

TEST(MetricsYaml, BrokenUtf8IsReplaced) {
  auto run = example::container_run(1);
  run.benchmark.name = "image\xff\xfe";
  EXPECT_EQ(written(run)["benchmark"].as<std::string>(), "image\xEF\xBF\xBD\xEF\xBF\xBD");
}

// As in a German locale: 1.234,5.
class CommaDecimals final : public std::numpunct<char> {
  [[nodiscard]] char do_decimal_point() const override { return ','; }
  [[nodiscard]] char do_thousands_sep() const override { return '.'; }
  [[nodiscard]] std::string do_grouping() const override { return "\3"; }
};

TEST(MetricsYaml, IsTheSameInEveryLocale) {
  const auto run = example::container_run(2);
  const std::string plain = metrics_yaml(run);
  const std::locale before = std::locale::global(std::locale(std::locale::classic(), new CommaDecimals));
  const std::string german = metrics_yaml(run);
  std::locale::global(before);
  EXPECT_EQ(german, plain);
}

TEST(MetricsYaml, EndlessNumbersAreNull) {
  auto run = example::container_run(1);
  run.emissions->average = base::CarbonIntensity::from_grams_per_kilowatt_hour(std::numeric_limits<double>::quiet_NaN());
  EXPECT_TRUE(written(run)["av_carbon_forecast"].IsNull());
}

}  // namespace
}  // namespace gpubench::report
