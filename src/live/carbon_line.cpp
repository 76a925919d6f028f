#include "live/carbon_line.h"

#include <fmt/format.h>

namespace gpubench::live {

std::string carbon_line(const record::Progress& progress) {
  if (!progress.carbon) return {};
  const carbon::IntensitySlot& slot = progress.carbon->intensity;
  std::string line = fmt::format("Carbon: {:.1f} gCO2/kWh now ({}, {})", slot.intensity.grams_per_kilowatt_hour(),
                                 carbon::kind_text(slot.kind), slot.source);
  if (const auto& emissions = progress.carbon->emissions)
    line += fmt::format("; about {:.4g} gCO2 so far", emissions->grams());
  return line + "\n";
}

}  // namespace gpubench::live
