#include "carbon/footprint.h"

#include <gtest/gtest.h>

#include "carbon/embodied_figures.h"

namespace gpubench::carbon {
namespace {

using base::Emissions;
using base::Ratio;
using std::chrono::hours;

// The worked example of the specification (v1.1, "Embodied emissions"): 1000 kg, four years, reserved for one hour: "around
// 28 g".
TEST(EmbodiedEmissions, OfTheSpecificationsExample) {
  const EmbodiedShare share{Emissions::from_grams(1e6), hours(1), 4 * kSciYear};
  EXPECT_NEAR(embodied_emissions(share).grams(), 1e6 / (4.0 * 365 * 24), 1e-9);
  EXPECT_NEAR(embodied_emissions(share).grams(), 28.5, 0.04);
}

TEST(EmbodiedEmissions, AreLinearInTimeShareAndMaking) {
  const EmbodiedShare one{Emissions::from_grams(164e3), hours(3), 5 * kSciYear, Ratio::from_fraction(0.25)};
  const double grams = embodied_emissions(one).grams();
  EmbodiedShare more = one;
  more.reserved *= 7;
  EXPECT_NEAR(embodied_emissions(more).grams(), 7 * grams, 1e-9);
  more.resources = more.resources * 2.0;
  EXPECT_NEAR(embodied_emissions(more).grams(), 14 * grams, 1e-9);
  more.making = more.making * 3.0;
  EXPECT_NEAR(embodied_emissions(more).grams(), 42 * grams, 1e-9);
  more.lifetime *= 2;
  EXPECT_NEAR(embodied_emissions(more).grams(), 21 * grams, 1e-9);
}

TEST(Footprint, SciIsOperationalAndEmbodiedPerUnit) {
  FootprintInput input;
  input.grid = Emissions::from_grams(200);
  input.grid_uncertainty = Emissions::from_grams(10);
  input.pue = Ratio::from_fraction(1.5);
  input.embodied = EmbodiedShare{Emissions::from_grams(1e6), hours(1), 4 * kSciYear};
  input.above_idle = Ratio::from_fraction(0.8);
  input.functional_units = 1000;
  input.functional_unit = "images";
  const Footprint footprint = make_footprint(input);
  const double embodied = 1e6 / 35040;
  EXPECT_NEAR(footprint.operational.grams(), 300, 1e-9);
  EXPECT_NEAR(footprint.operational_uncertainty->grams(), 15, 1e-9);
  EXPECT_NEAR(footprint.above_idle->grams(), 240, 1e-9);
  EXPECT_NEAR(footprint.embodied->grams(), embodied, 1e-9);
  EXPECT_NEAR(footprint.total->grams(), 300 + embodied, 1e-9);
  EXPECT_NEAR(footprint.sci->grams(), (300 + embodied) / 1000, 1e-12);
}

TEST(Footprint, WithoutAFigureForTheMakingHasNoScore) {
  FootprintInput input;
  input.grid = Emissions::from_grams(200);
  const Footprint footprint = make_footprint(input);
  EXPECT_NEAR(footprint.operational.grams(), 200, 1e-9);
  EXPECT_FALSE(footprint.embodied || footprint.total || footprint.sci || footprint.above_idle);
}

TEST(EmbodiedFigures, EachHasSourceAndBasisAndIsOfOneModelAlone) {
  for (const EmbodiedFigure& figure : embodied_figures()) {
    EXPECT_GT(figure.making.grams(), 10e3);
    EXPECT_LT(figure.making.grams(), 1e6);
    EXPECT_FALSE(figure.source.empty() || figure.basis.empty());
    EXPECT_EQ(find_embodied_figure(figure.gpu)->making, figure.making);
  }
  EXPECT_NEAR(find_embodied_figure("NVIDIA H100 80GB HBM3")->making.grams(), 164e3, 1e-9);
  EXPECT_FALSE(find_embodied_figure("NVIDIA H100 PCIe"));
  EXPECT_FALSE(find_embodied_figure("NVIDIA H200"));
  EXPECT_FALSE(find_embodied_figure(""));
}

}  // namespace
}  // namespace gpubench::carbon
