// The whole footprint of a run, by the Software Carbon Intensity specification (SCI, ISO/IEC 21031): SCI = (O + M) per
// R.
#pragma once

#include <optional>
#include <string>

#include "base/quantity.h"
#include "base/time.h"

namespace gpubench::carbon {

// A year of the specification: 365 days.
constexpr base::Duration kSciYear = std::chrono::hours(24 * 365);

// The emissions of making a device, and the run's share of them.
struct EmbodiedShare {
  base::Emissions making;                                 // TE: of all devices reserved
  base::Duration reserved;                                // TiR
  base::Duration lifetime;                                // EL
  base::Ratio resources = base::Ratio::from_fraction(1);  // RR / ToR: of the devices
  std::string source = {};                                // who published the figure, and on which basis
};
// M = TE * (TiR / EL) * (RR / ToR)
base::Emissions embodied_emissions(const EmbodiedShare& share);

struct FootprintInput {
  base::Emissions grid;                             // of the energy that was measured
  std::optional<base::Emissions> grid_uncertainty;  // half-width
  base::Ratio pue = base::Ratio::from_fraction(1);
  std::optional<EmbodiedShare> embodied;  // empty: no figure is known
  std::optional<base::Ratio> above_idle;  // the part of the energy above the idle level; empty: no idle level
  double functional_units = 1;            // R
  std::string functional_unit = "run";
};

// Operational, embodied, total and idle-subtracted: four separate figures.
struct Footprint {
  base::Ratio pue;
  base::Emissions operational;                             // O: all energy of the reserved devices, with PUE
  std::optional<base::Emissions> operational_uncertainty;  // half-width, from the energy's alone
  std::optional<base::Emissions> above_idle;  // of the energy above the idle level, with PUE: not part of the SCI score
  std::optional<EmbodiedShare> embodied_share;
  std::optional<base::Emissions> embodied;  // M; empty: not known
  std::optional<base::Emissions> total;     // O + M; empty: M is not known
  double functional_units = 1;
  std::string functional_unit;
  std::optional<base::Emissions> sci;  // per functional unit; empty: M is not known
};

Footprint make_footprint(const FootprintInput& input);

}  // namespace gpubench::carbon
