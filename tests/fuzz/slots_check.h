// What must hold of intensities from outside, whatever came.
#pragma once

#include <cstdlib>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "carbon/intensity.h"

namespace gpubench::fuzz {

inline void require(bool condition) {
  if (!condition) std::abort();
}

inline bool is_plain(std::string_view text) {
  for (const char c : text)
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') return false;
  return true;
}

// In order, without overlaps, none empty, sane values, one-line words; or an error that can be shown.
inline void check_slots(const base::Result<std::vector<carbon::IntensitySlot>>& slots, double highest_grams) {
  if (!slots) {
    require(!slots.error().message.empty() && slots.error().message.size() < 300);
    return;
  }
  require(!slots->empty());
  const carbon::IntensitySlot* last = nullptr;
  for (const carbon::IntensitySlot& slot : *slots) {
    const double grams = slot.intensity.grams_per_kilowatt_hour();
    require(slot.from < slot.to && (last == nullptr || last->to <= slot.from));
    require(grams >= 0 && grams <= highest_grams);
    require(!carbon::kind_text(slot.kind).empty() && is_plain(slot.source));
    last = &slot;
  }
}

}  // namespace gpubench::fuzz
