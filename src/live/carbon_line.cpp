#include "live/carbon_line.h"

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace gpubench::live {
namespace {

// "forecast, the service"; a source that names its own kind does so once.
std::string origin_text(const carbon::IntensitySlot& slot) {
  const std::string_view kind = carbon::kind_text(slot.kind);
  return slot.source.starts_with(kind) ? slot.source : fmt::format("{}, {}", kind, slot.source);
}

}  // namespace

std::string carbon_line(const record::Progress& progress) {
  if (!progress.carbon) return {};
  const carbon::IntensitySlot& slot = progress.carbon->intensity;
  std::string line =
      fmt::format("Carbon: {:.1f} gCO2/kWh now ({})", slot.intensity.grams_per_kilowatt_hour(), origin_text(slot));
  if (const auto& emissions = progress.carbon->emissions)
    line += fmt::format("; about {:.4g} gCO2 so far", emissions->grams());
  return line + "\n";
}

}  // namespace gpubench::live
