#include "report/figure_text.h"

#include <gtest/gtest.h>

namespace gpubench::report {
namespace {

base::Energy joules(double value) {
  return base::Energy::from_joules(value);
}

// 101.51735 kWh to 0.1 %
TEST(FigureText, EnergyHasTheDigitsOfItsInterval) {
  const base::Energy energy = base::Energy::from_kilowatt_hours(101.51735);
  EXPECT_EQ(kilowatt_hours_text(energy, 0.001 * energy), "101.52 kWh");
  EXPECT_EQ(energy_text(energy, 0.001 * energy), "365.46 MJ");
  EXPECT_EQ(with_half_width(energy, 0.001 * energy), "365,460,000 ± 370,000");
  EXPECT_EQ(energy_text(joules(20811.43), joules(20.8)), "20.811 kJ");
  EXPECT_EQ(kilowatt_hours_text(joules(20811.43), joules(20.8)), "0.0057810 kWh");
  EXPECT_EQ(joules_text(joules(20811.43), joules(20.8)), "20,811");
  EXPECT_EQ(energy_text(joules(79.31), joules(2.8)), "79.3 J");
}

TEST(FigureText, WithoutAnIntervalThereAreSixDigits) {
  EXPECT_EQ(kilowatt_hours_text(base::Energy::from_kilowatt_hours(101.517354), base::Energy{}), "101.517 kWh");
  EXPECT_EQ(joules_text(nullptr), "not available");
}

}  // namespace
}  // namespace gpubench::report
