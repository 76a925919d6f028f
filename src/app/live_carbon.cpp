#include "app/live_carbon.h"

namespace gpubench::app {

std::optional<carbon::IntensitySlot> LiveCarbon::intensity(base::WallTime time) const {
  if (auto slot = lookup_.at(time)) return slot;
  const auto& fallback = lookup_.choice().fallback;
  return fallback ? std::optional(carbon::yearly_factor_slot(time, time, *fallback)) : std::nullopt;
}

// A part that is not known is not 0: the sum stays unknown.
void LiveCarbon::count(base::WallTime time, std::optional<base::Energy> energy) {
  if (!energy) emissions_.reset();
  if (!emissions_ || *energy == counted_) return;
  const base::WallTime from = last_time_.value_or(time);
  const auto middle = intensity(from + (time - from) / 2);
  emissions_ = middle ? std::optional(*emissions_ + (*energy - counted_) * middle->intensity) : std::nullopt;
  counted_ = *energy;
}

std::optional<record::CarbonNow> LiveCarbon::at(base::WallTime time, const std::optional<record::EnergyNow>& energy) {
  if (energy) count(time, energy->of(gpus_));
  last_time_ = time;
  auto now = intensity(time);
  if (!now) return std::nullopt;
  return record::CarbonNow{*std::move(now), energy ? emissions_ : std::nullopt};
}

}  // namespace gpubench::app
