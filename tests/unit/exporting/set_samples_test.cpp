// The means and changes of docs' worked example (A = 3012 3020 3008 3016 3024 J, B in pairs with it), as samples.
#include "exporting/figures/set_samples.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>

namespace gpubench::exporting {
namespace {

using namespace std::chrono_literals;

constexpr std::array<double, 5> kBase{3012, 3020, 3008, 3016, 3024};
constexpr std::array<double, 5> kAgainst{3071, 3083, 3069, 3078, 3089};

class SetSamplesTest : public testing::Test {
 protected:
  SetSamplesTest() {
    set_.id = "a-set";
    set_.label = "pairs";
    set_.sittings = {{"", "host1", ""}};
    set_.variants = {{"base", "train", "t", {}}, {"against", "train", "u", {}}};
    for (std::size_t i = 0; i < kBase.size(); ++i) {
      add("base", i + 1, kBase[i]);
      add("against", i + 1, kAgainst[i]);
    }
  }
  void add(const std::string& variant, std::size_t block, double joules) {
    sets::Member member;
    member.run = "r" + std::to_string(set_.members.size());
    member.variant = variant;
    member.block = block;
    sets::RunFigures run;
    run.benchmark = "train:1";
    run.gpus = {"H200", "H200"};
    run.energy = base::Energy::from_joules(joules);
    run.start = base::WallTime(1000s * (set_.members.size() + 1));
    run.elapsed = 30s;
    figures_[member.run] = run;
    set_.members.push_back(member);
  }
  static std::vector<Sample> all_of(FigureSamples& samples) {
    std::vector<Sample> all;
    EXPECT_TRUE(samples.read(all, 1000, kEverything));
    return all;
  }
  double value_of(const std::string& name, const std::string& variant) {
    const auto samples = set_samples(set_, figures_);
    for (const Sample& sample : all_of(*samples)) {
      const Series& series = samples->series()[sample.series];
      const std::pair<std::string, std::string> label{"variant", variant};
      if (series.name == name && std::count(series.labels.begin(), series.labels.end(), label) == 1) return sample.value;
    }
    return -1;
  }

  sets::RunSet set_;
  sets::FiguresOfRuns figures_;
};

TEST(FigureSamples, SmallFiguresKeepTheirDigits) {
  FigureSamples samples("id", 0, 0);
  samples.add("small", {}, 4.2e-4);
  std::vector<Sample> all;
  ASSERT_TRUE(samples.read(all, 10, kEverything));
  EXPECT_EQ(all.at(0).value, 4.2e-4);
}

TEST_F(SetSamplesTest, MeansAndChangesWithTheirIntervals) {
  EXPECT_EQ(value_of("gpubench_set_runs", "base"), 5);
  EXPECT_EQ(value_of("gpubench_set_energy_joules", "base"), 3016);
  EXPECT_NEAR(value_of("gpubench_set_energy_half_width_joules", "base"), 7.853, 5e-4);
  EXPECT_EQ(value_of("gpubench_set_duration_seconds", "against"), 30);
  EXPECT_NEAR(value_of("gpubench_set_energy_change_percent", "against"), 2.056, 5e-4);
  EXPECT_NEAR(value_of("gpubench_set_energy_change_low_percent", "against"), 1.968, 5e-4);
  EXPECT_NEAR(value_of("gpubench_set_energy_change_high_percent", "against"), 2.143, 5e-4);
  EXPECT_EQ(value_of("gpubench_set_energy_change_percent", "base"), -1) << "it is what the others are compared with";
}

TEST_F(SetSamplesTest, LabelsAreThoseOfItsRuns) {
  const auto samples = set_samples(set_, figures_);
  EXPECT_EQ(samples->run_id(), "a-set");
  EXPECT_EQ(samples->series().front(), make_series("gpubench_set_runs", {{"run_id", "a-set"},
                                                                         {"set", "pairs"},
                                                                         {"variant", "base"},
                                                                         {"host", "host1"},
                                                                         {"benchmark", "train:1"},
                                                                         {"gpu_name", "H200"},
                                                                         {"gpu_count", "2"}}));
}

TEST_F(SetSamplesTest, AreTheSameEachTimeAndNewWhenTheSetHasGoneOn) {
  const auto samples = set_samples(set_, figures_);
  const std::vector<Sample> once = all_of(*samples);
  EXPECT_TRUE(all_of(*samples).empty()) << "there is nothing more";
  samples->rewind();
  EXPECT_EQ(all_of(*samples).size(), once.size());
  EXPECT_EQ(once.front().time_ms, 10'030'000) << "the end of the last run";
  EXPECT_LT(once.front().place, once.back().place);
  add("base", 6, 3010);
  const auto longer = set_samples(set_, figures_);
  EXPECT_LT(once.back().place, all_of(*longer).front().place);
}

TEST_F(SetSamplesTest, ReadsNoMoreThanIsAskedFor) {
  const auto samples = set_samples(set_, figures_);
  std::vector<Sample> some;
  EXPECT_TRUE(samples->read(some, 3, kEverything));
  EXPECT_EQ(some.size(), 3U);
  EXPECT_TRUE(samples->read(some, 100, after(some.back())));
  EXPECT_EQ(some.size(), 3U);
}

TEST_F(SetSamplesTest, OneRunHasNoInterval) {
  set_.members.resize(2);
  EXPECT_EQ(value_of("gpubench_set_energy_half_width_joules", "base"), -1);
  EXPECT_EQ(value_of("gpubench_set_energy_change_percent", "against"), -1);
}

TEST_F(SetSamplesTest, ASetThatCannotBeReadHasNone) {
  const auto source = make_set_samples("/nonexistent", Names::standard);
  EXPECT_EQ(source->run_id(), "");
}

}  // namespace
}  // namespace gpubench::exporting
