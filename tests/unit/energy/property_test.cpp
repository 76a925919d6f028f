// A short form of bench/property_check: whatever sources a GPU has, the stated interval holds or the energy is not known.
#include <gtest/gtest.h>

#include <cstdio>
#include <map>
#include <string>

#include "property_runs.h"

namespace gpubench::energy {
namespace {

struct Share {
  int runs = 0;
  int held = 0;
  [[nodiscard]] double value() const { return static_cast<double>(held) / runs; }
};

std::vector<Sources> some_sources() {
  std::vector<Sources> some;
  for (const bool counter : {true, false}) {
    some.push_back({counter, {}, 0, 1s});
    some.push_back({counter, {}, 0, 100ms});
    for (const base::Duration period : {base::Duration(20ms), base::Duration(100ms), base::Duration(500ms)})
      for (const std::size_t depth : {std::size_t{20}, std::size_t{119}}) some.push_back({counter, period, depth, 1s});
  }
  return some;
}

std::string text_of(const Sources& sources) {
  return (sources.counter ? "counter, samples " : "samples ") + std::to_string(sources.ring_period / 1ms) + " ms, depth " +
         std::to_string(sources.ring_depth) + ", average " + std::to_string(sources.averaged / 1ms) + " ms";
}

TEST(Property, IntervalHoldsWhateverTheSources) {
  constexpr int kRounds = 2;
  Draw draw{std::mt19937(7)};
  Share all;
  std::map<std::string, Share> classes;
  for (int round = 0; round < kRounds; ++round) {
    for (const Sources& sources : some_sources()) {
      for (const std::string& load : property_loads()) {
        const PropertyOutcome outcome = property_run(sources, load, draw);
        for (Share* share : {&all, &classes["sources " + text_of(sources)], &classes["load " + load],
                             &classes["length " + outcome.length], &classes["idle " + outcome.roll],
                             &classes[outcome.machine + " machine"], &classes["method " + outcome.method]}) {
          ++share->runs;
          if (outcome.holds) ++share->held;
        }
      }
    }
  }
  for (const auto& [name, share] : classes)
    std::printf("%5.1f %% of %d: %s\n", share.value() * 100, share.runs, name.c_str());
  std::printf("%5.1f %% of all %d\n", all.value() * 100, all.runs);
  EXPECT_GE(all.value(), 0.93);
  for (const auto& [name, share] : classes) {
    if (share.runs < 30) continue;
    EXPECT_GE(share.value(), 0.88) << name;
  }
}

}  // namespace
}  // namespace gpubench::energy
