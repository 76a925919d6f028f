#include "carbon/emissions.h"

#include <algorithm>
#include <cassert>
#include <ratio>

namespace gpubench::carbon {
namespace {

using HalfHours = std::chrono::duration<std::int64_t, std::ratio<1800>>;

// The slot that holds over the whole of [from, to], or the fallback.
IntensitySlot intensity_over(base::WallTime from, base::WallTime to, std::span<const IntensitySlot> known,
                             const YearlyFactor& fallback) {
  const auto covers = [&](const IntensitySlot& slot) { return slot.from <= from && to <= slot.to && from < slot.to; };
  const auto found = std::find_if(known.begin(), known.end(), covers);
  return found != known.end() ? *found : yearly_factor_slot(from, to, fallback);
}

base::CarbonIntensity average_over_time(const std::vector<SlotEmissions>& slots) {
  const base::Duration length = slots.back().to - slots.front().from;
  if (length <= base::Duration::zero()) return slots.front().intensity.intensity;
  base::CarbonIntensity average;
  for (const SlotEmissions& slot : slots) {
    average += slot.intensity.intensity * (base::to_seconds(slot.to - slot.from) / base::to_seconds(length));
  }
  return average;
}

}  // namespace

std::vector<IntensitySlot> known_slots(const EmissionsAccount& account) {
  std::vector<IntensitySlot> slots;
  const IntensitySlot* before = nullptr;
  for (const SlotEmissions& part : account.slots) {
    const IntensitySlot& slot = part.intensity;
    const bool again = before != nullptr && before->from == slot.from && before->to == slot.to;
    if (slot.kind != IntensityKind::yearly_factor && !again) slots.push_back(slot);
    before = &slot;
  }
  return slots;
}

std::vector<base::WallTime> half_hour_boundaries(base::WallTime from, base::WallTime to) {
  std::vector<base::WallTime> boundaries;
  for (auto next = std::chrono::floor<HalfHours>(from) + HalfHours(1); next < to; next += HalfHours(1)) {
    boundaries.emplace_back(next);
  }
  return boundaries;
}

std::vector<base::WallTime> cut_times(base::WallTime from, base::WallTime to, std::span<const IntensitySlot> known) {
  std::vector<base::WallTime> cuts = half_hour_boundaries(from, to);
  for (const IntensitySlot& slot : known)
    for (const base::WallTime end : {slot.from, slot.to})
      if (from < end && end < to) cuts.push_back(end);
  std::sort(cuts.begin(), cuts.end());
  cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
  return cuts;
}

EmissionsAccount account_emissions(base::WallTime from, base::WallTime to, std::span<const base::Energy> energies,
                                   std::span<const IntensitySlot> known, const YearlyFactor& fallback) {
  assert(from <= to);
  std::vector<base::WallTime> ends = cut_times(from, to, known);
  ends.push_back(to);
  assert(energies.size() == ends.size());

  EmissionsAccount account;
  base::WallTime start = from;
  for (std::size_t i = 0; i < ends.size(); ++i) {
    SlotEmissions slot{start, ends[i], energies[i], intensity_over(start, ends[i], known, fallback), {}};
    slot.emissions = slot.energy * slot.intensity.intensity;
    account.total += slot.emissions;
    account.used_yearly_factor |= slot.intensity.kind == IntensityKind::yearly_factor;
    account.slots.push_back(std::move(slot));
    start = ends[i];
  }
  account.average = average_over_time(account.slots);
  return account;
}

}  // namespace gpubench::carbon
