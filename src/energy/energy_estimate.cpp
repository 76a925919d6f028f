#include "energy/energy_estimate.h"

#include "energy/sensor.h"

namespace gpubench::energy {

std::string method_text(const EnergyEstimate& estimate) {
  switch (estimate.method) {
    case EnergyMethod::counter_idle_anchored:
      return "counter, idle-anchored";
    case EnergyMethod::counter_step_model:
      return "counter, step model";
    case EnergyMethod::power_ring:
      return "power samples (" + milliseconds_text(rounded_spacing(estimate.spacing)) + ")";
    case EnergyMethod::average_power:
      return "average power, area";
    case EnergyMethod::plain_power:
      return "power readings";
  }
  return "unknown";
}

}  // namespace gpubench::energy
