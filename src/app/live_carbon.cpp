#include "app/live_carbon.h"

namespace gpubench::app {

std::optional<carbon::IntensitySlot> LiveCarbon::intensity(base::WallTime time) const {
  if (auto slot = lookup_.at(time)) return slot;
  const auto& fallback = lookup_.choice().fallback;
  return fallback ? std::optional(carbon::yearly_factor_slot(time, time, *fallback)) : std::nullopt;
}

// False: the emissions until `time` are not known.
bool LiveCarbon::count(base::WallTime time, std::optional<base::Energy> energy) {
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

std::optional<record::CarbonNow> LiveCarbon::at(base::WallTime time, const std::optional<record::EnergyNow>& energy) {
  if (!energy) counted_until_ = time;
  const bool known = energy && count(time, energy->of(gpus_));
  auto now = intensity(time);
  if (!now) return std::nullopt;
  return record::CarbonNow{*std::move(now), known ? std::optional(emissions_) : std::nullopt};
}

}  // namespace gpubench::app
