// The truth that the other tests rely on.
#include "support/power_script.h"

#include <gtest/gtest.h>

#include <cmath>

namespace gpubench::support {
namespace {

using namespace std::chrono_literals;

constexpr base::SteadyTime kScriptStart{100s};

TEST(PowerScript, StepsAreIntegratedExactly) {
  PowerSteps steps(base::Power::from_watts(100));
  steps.then(kScriptStart, base::Power::from_watts(700)).then(kScriptStart + 250ms, base::Power::from_watts(50));
  const PowerScript script = steps.script();
  EXPECT_EQ(script.power(kScriptStart - 1ns).watts(), 100);
  EXPECT_EQ(script.power(kScriptStart).watts(), 700);
  EXPECT_NEAR(script.used({kScriptStart - 1s, kScriptStart + 1s}).joules(), 100 + 175 + 37.5, 1e-9);
}

TEST(PowerScript, AnyFunctionIsIntegrated) {
  const auto sine = [](base::SteadyTime time) {
    return base::Power::from_watts(300 + 200 * std::sin(base::to_seconds(time - kScriptStart)));
  };
  const PowerScript script = power_script(sine, kScriptStart);
  EXPECT_NEAR(script.used({kScriptStart + 1s, kScriptStart + 4s}).joules(), 900 + 200 * (std::cos(1.0) - std::cos(4.0)),
              1e-3);
  EXPECT_EQ(script.energy(kScriptStart).joules(), 0);
}

}  // namespace
}  // namespace gpubench::support
