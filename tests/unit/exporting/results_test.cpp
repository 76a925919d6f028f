#include "exporting/journal/results.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace gpubench::exporting {
namespace {

using namespace std::chrono_literals;

std::optional<ResultSample> sample_named(const std::vector<ResultSample>& samples, const std::string& name) {
  const auto found = std::find_if(samples.begin(), samples.end(), [&](const auto& sample) { return sample.name == name; });
  return found == samples.end() ? std::nullopt : std::optional(*found);
}

TEST(Results, WorkItsRateAndTheEnergyOfAUnit) {
  record::RunRecord run;
  run.benchmark.work = record::Work{100, "images"};
  run.ran = {base::SteadyTime(10s), base::SteadyTime(30s)};
  run.total_energy = base::Energy::from_joules(5'000);
  const auto samples = results_in(results_note(run));
  const auto work = sample_named(samples, "gpubench_run_work");
  ASSERT_TRUE(work);
  EXPECT_EQ(work->value, 100);
  EXPECT_EQ(work->labels.back(), (Labels::value_type{"unit", "images"}));
  EXPECT_EQ(sample_named(samples, "gpubench_run_work_per_second").value().value, 5);
  EXPECT_EQ(sample_named(samples, "gpubench_run_work_energy_joules").value().value, 50);
}

TEST(Results, WithoutWorkThereAreNoSuchSeries) {
  for (const ResultSample& sample : result_samples({}))
    EXPECT_EQ(sample.name.find("_work"), std::string::npos) << sample.name;
}

}  // namespace
}  // namespace gpubench::exporting
