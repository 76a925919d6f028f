#include "carbon/intensity.h"

#include <algorithm>
#include <iterator>

namespace gpubench::carbon {
namespace {

bool touch(const IntensitySlot& a, const IntensitySlot& b) {
  return a.from < b.to && b.from < a.to;
}

// `slots` without those that overlap one of `others` for which `loses(slot, other)`.
template <class Loses>
void drop_overlapped(std::vector<IntensitySlot>& slots, const std::vector<IntensitySlot>& others, Loses loses) {
  std::size_t begin = 0;  // others before it end before the slot under test: both are sorted
  std::erase_if(slots, [&](const IntensitySlot& slot) {
    while (begin < others.size() && others[begin].to <= slot.from) ++begin;
    for (std::size_t i = begin; i < others.size() && others[i].from < slot.to; ++i)
      if (touch(slot, others[i]) && loses(slot, others[i])) return true;
    return false;
  });
}

bool is_better(const IntensitySlot& slot, const IntensitySlot& other) {
  return slot.kind == IntensityKind::actual && other.kind == IntensityKind::forecast;
}

}  // namespace

std::string_view kind_text(IntensityKind kind) {
  switch (kind) {
    case IntensityKind::forecast:
      return "forecast";
    case IntensityKind::actual:
      return "actual";
    case IntensityKind::marginal:
      return "marginal";
    case IntensityKind::yearly_factor:
      return "yearly factor";
    case IntensityKind::user_value:
      return "user value";
  }
  return "unknown";
}

bool are_sane(std::span<const IntensitySlot> slots) {
  const auto is_sane = [](const IntensitySlot& slot) {
    return slot.from < slot.to && slot.intensity >= base::CarbonIntensity{} && slot.kind <= IntensityKind::user_value;
  };
  const auto overlap = [](const IntensitySlot& a, const IntensitySlot& b) { return b.from < a.to; };
  return std::all_of(slots.begin(), slots.end(), is_sane) &&
         std::adjacent_find(slots.begin(), slots.end(), overlap) == slots.end();
}

bool covers(std::span<const IntensitySlot> slots, base::WallTime from, base::WallTime to) {
  base::WallTime covered = from;
  for (const IntensitySlot& slot : slots)
    if (slot.from <= covered) covered = std::max(covered, slot.to);
  return covered >= to && !slots.empty();
}

std::vector<IntensitySlot> merged(std::vector<IntensitySlot> older, std::vector<IntensitySlot> newer) {
  drop_overlapped(newer, older, [](const auto& loser, const auto& winner) { return is_better(winner, loser); });
  drop_overlapped(older, newer, [](const auto&, const auto&) { return true; });
  std::vector<IntensitySlot> both;
  both.reserve(older.size() + newer.size());
  std::merge(std::make_move_iterator(older.begin()), std::make_move_iterator(older.end()),
             std::make_move_iterator(newer.begin()), std::make_move_iterator(newer.end()), std::back_inserter(both),
             [](const auto& a, const auto& b) { return a.from < b.from; });
  return both;
}

}  // namespace gpubench::carbon
