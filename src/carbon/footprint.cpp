#include "carbon/footprint.h"

namespace gpubench::carbon {

base::Emissions embodied_emissions(const EmbodiedShare& share) {
  return share.making * (base::to_seconds(share.reserved) / base::to_seconds(share.lifetime)) * share.resources.fraction();
}

Footprint make_footprint(const FootprintInput& input) {
  Footprint footprint;
  footprint.pue = input.pue;
  footprint.operational = input.grid * input.pue.fraction();
  if (input.grid_uncertainty) footprint.operational_uncertainty = *input.grid_uncertainty * input.pue.fraction();
  if (input.above_idle) footprint.above_idle = footprint.operational * input.above_idle->fraction();
  footprint.functional_units = input.functional_units;
  footprint.functional_unit = input.functional_unit;
  if (!input.embodied) return footprint;
  footprint.embodied_share = input.embodied;
  footprint.embodied = embodied_emissions(*input.embodied);
  footprint.total = footprint.operational + *footprint.embodied;
  footprint.sci = *footprint.total / input.functional_units;
  return footprint;
}

}  // namespace gpubench::carbon
