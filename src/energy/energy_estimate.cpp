#include "energy/energy_estimate.h"

namespace gpubench::energy {

std::string_view method_text(EnergyMethod method) {
  switch (method) {
    case EnergyMethod::counter_idle_anchored:
      return "counter, idle-anchored";
    case EnergyMethod::counter_step_model:
      return "counter, step model";
    case EnergyMethod::power_ring:
      return "power samples (20 ms)";
    case EnergyMethod::average_power:
      return "average power, area";
    case EnergyMethod::plain_power:
      return "power readings";
  }
  return "unknown";
}

}  // namespace gpubench::energy
