#include "record/carbon_so_far.h"

namespace gpubench::record {

std::optional<carbon::IntensitySlot> CarbonSoFar::intensity(base::WallTime time) const {
  if (auto slot = lookup_.at(time)) return slot;
  if (!lookup_.is_settled()) return std::nullopt;  // a factor would be taken back at once
  const auto& fallback = lookup_.source().fallback;
  return fallback ? std::optional(carbon::yearly_factor_slot(time, time, *fallback)) : std::nullopt;
}

// False: the emissions until `time` are not known.
bool CarbonSoFar::count(base::WallTime time, std::optional<base::Energy> energy) {
  if (!energy) return false;
  if (const base::Energy more = *energy - counted_; more != base::Energy{}) {
    const base::WallTime from = counted_until_.value_or(time);
    const auto middle = intensity(from + (time - from) / 2);
    if (!middle) return false;
    emissions_ += more * middle->intensity;
  }
  counted_ = *energy;
  counted_until_ = time;
  return true;
}

std::optional<CarbonNow> CarbonSoFar::at(base::WallTime time, const std::optional<EnergyNow>& energy) {
  if (!energy) counted_until_ = time;
  const bool known = energy && count(time, energy->of(gpus_));
  auto now = intensity(time);
  if (!now) return std::nullopt;
  return CarbonNow{*std::move(now), known ? std::optional(emissions_) : std::nullopt};
}

}  // namespace gpubench::record
