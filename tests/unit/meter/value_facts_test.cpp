// The table of interval values holds together: places, names and what each reads.
#include "meter/value_facts.h"

#include <gtest/gtest.h>

#include <array>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace gpubench::meter {
namespace {

GpuReading told_reading() {
  GpuReading reading;
  reading.utilization = base::Ratio::from_percent(50);
  reading.memory_utilization = base::Ratio::from_percent(25);
  reading.power = base::Power::from_watts(300);
  reading.power_limit = base::Power::from_watts(700);
  reading.temperature = base::Temperature::from_celsius(60);
  reading.memory_used = base::Bytes::from_mebibytes(2048);
  reading.sm_clock = base::Frequency::from_megahertz(1980);
  reading.memory_clock = base::Frequency::from_megahertz(3201);
  reading.activity.sm = base::Ratio::from_percent(95);
  reading.activity.occupancy = base::Ratio::from_percent(14);
  reading.activity.tensor = base::Ratio::from_percent(92);
  reading.activity.fp64 = base::Ratio::from_percent(1);
  reading.activity.fp32 = base::Ratio::from_percent(2);
  reading.activity.fp16 = base::Ratio::from_percent(3);
  reading.activity.memory = base::Ratio::from_percent(17);
  reading.activity.pcie_sent = base::DataRate::from_bytes_per_second(4e6);
  reading.activity.pcie_received = base::DataRate::from_bytes_per_second(5e6);
  reading.activity.nvlink_sent = base::DataRate::from_bytes_per_second(6e6);
  reading.activity.nvlink_received = base::DataRate::from_bytes_per_second(7e6);
  return reading;
}

TEST(ValueFacts, EachStandsAtItsPlaceUnderNamesOfItsOwn) {
  std::set<std::string> keys;
  std::set<std::string> columns;
  std::set<std::string> metrics;
  for (std::size_t i = 0; i < kValues; ++i) {
    const ValueFacts& facts = kValueFacts[i];
    EXPECT_EQ(place_of(facts.kind), i) << facts.key;
    EXPECT_TRUE(keys.insert(std::string(facts.key)).second) << facts.key;
    EXPECT_TRUE(columns.insert(std::string(facts.column)).second) << facts.column;
    EXPECT_TRUE(metrics.insert(std::string(facts.metric) + "/" + std::string(facts.domain)).second) << facts.metric;
    EXPECT_FALSE(facts.title.empty() || facts.unit.empty() || facts.help.empty()) << facts.key;
  }
}

TEST(ValueFacts, EachReadsItsOwnFieldInItsUnits) {
  const GpuReading reading = told_reading();
  const std::array<std::pair<double, double>, kValues> expected{{{50, 0.5},
                                                                 {25, 0.25},
                                                                 {300, 300},
                                                                 {700, 700},
                                                                 {60, 60},
                                                                 {2048, 2048 * 1048576.0},
                                                                 {1980, 1.98e9},
                                                                 {3201, 3.201e9},
                                                                 {95, 0.95},
                                                                 {14, 0.14},
                                                                 {92, 0.92},
                                                                 {1, 0.01},
                                                                 {2, 0.02},
                                                                 {3, 0.03},
                                                                 {17, 0.17},
                                                                 {4, 4e6},
                                                                 {5, 5e6},
                                                                 {6, 6e6},
                                                                 {7, 7e6}}};
  for (std::size_t i = 0; i < kValues; ++i) {
    EXPECT_DOUBLE_EQ(kValueFacts[i].read(reading).value(), expected[i].first) << kValueFacts[i].key;
    EXPECT_DOUBLE_EQ(kValueFacts[i].read_metric(reading).value(), expected[i].second) << kValueFacts[i].key;
  }
}

TEST(ValueFacts, WhyAValueIsAbsentIsKept) {
  GpuReading reading;
  reading.power = absent(Absent::gpu_lost);
  EXPECT_EQ(facts_of(ValueKind::power).read(reading).error(), Absent::gpu_lost);
  EXPECT_EQ(facts_of(ValueKind::sm_clock).read_metric(reading).error(), Absent::unsupported);
}

TEST(ValueFacts, TheHighestIsTheDescriptions) {
  GpuDescription gpu;
  EXPECT_FALSE(facts_of(ValueKind::power).highest(gpu));
  EXPECT_EQ(facts_of(ValueKind::utilization).highest(gpu), 100);
  gpu.power_limit = base::Power::from_watts(700);
  gpu.memory_total = base::Bytes::from_mebibytes(1024);
  EXPECT_EQ(facts_of(ValueKind::power).highest(gpu), 700);
  EXPECT_EQ(facts_of(ValueKind::memory_used).highest(gpu), 1024);
}

TEST(ValueFacts, AnOrderHasEachOnce) {
  const auto order = values_in_order({ValueKind::power, ValueKind::temperature});
  ASSERT_EQ(order.size(), kValues);
  EXPECT_EQ(std::vector<ValueKind>(order.begin(), order.begin() + 8),
            (std::vector<ValueKind>{ValueKind::power, ValueKind::temperature, ValueKind::utilization,
                                    ValueKind::memory_utilization, ValueKind::power_limit, ValueKind::memory_used,
                                    ValueKind::sm_clock, ValueKind::memory_clock}));
}

// A field that is not visited would be lost by the journal and by traces.
TEST(ValueFacts, EveryFieldOfAReadingIsVisited) {
  const GpuReading reading = told_reading();
  std::size_t fields = 0;
  std::size_t bytes = sizeof(base::SteadyTime);
  for_each_field(reading, [&](const auto& field) {
    ++fields;
    bytes += sizeof(field);
  });
  EXPECT_EQ(fields, kReadingFields);
  EXPECT_EQ(bytes, sizeof(GpuReading));
}

}  // namespace
}  // namespace gpubench::meter
