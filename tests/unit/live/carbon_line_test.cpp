#include "live/carbon_line.h"

#include <gtest/gtest.h>

namespace gpubench::live {
namespace {

TEST(CarbonLine, SaysIntensityKindSourceAndEmissions) {
  record::Progress progress;
  EXPECT_EQ(carbon_line(progress), "");
  progress.carbon = record::CarbonNow{
      {{}, {}, base::CarbonIntensity::from_grams_per_kilowatt_hour(162), carbon::IntensityKind::forecast, "a service", {}},
      std::nullopt};
  EXPECT_EQ(carbon_line(progress), "Carbon: 162.0 gCO2/kWh now (forecast, a service)\n");
  progress.carbon->emissions = base::Emissions::from_grams(0.0123);
  EXPECT_EQ(carbon_line(progress), "Carbon: 162.0 gCO2/kWh now (forecast, a service); about 0.0123 gCO2 so far\n");
}

TEST(CarbonLine, AKindIsSaidOnce) {
  record::Progress progress;
  progress.carbon = record::CarbonNow{{{},
                                       {},
                                       base::CarbonIntensity::from_grams_per_kilowatt_hour(162),
                                       carbon::IntensityKind::yearly_factor,
                                       "yearly factor: somewhere 2023",
                                       {}},
                                      std::nullopt};
  EXPECT_EQ(carbon_line(progress), "Carbon: 162.0 gCO2/kWh now (yearly factor: somewhere 2023)\n");
}

}  // namespace
}  // namespace gpubench::live
