#include "energy/sensor.h"

namespace gpubench::energy {

std::string milliseconds_text(base::Duration duration) {
  return std::to_string(duration / std::chrono::milliseconds(1)) + " ms";
}

}  // namespace gpubench::energy
