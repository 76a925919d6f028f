// Answers of the carbon sources and files of intensities: whatever comes, the slots are in order, do not overlap and have
// sane values. The first byte picks the parser.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "carbon/electricity_maps/electricity_maps.h"
#include "carbon/file/slot_text.h"
#include "carbon/grid_gb/intensity_answer.h"
#include "carbon/place.h"
#include "carbon/utc_time.h"
#include "carbon/watttime/watttime.h"

namespace {

using namespace gpubench;

void require(bool condition) {
  if (!condition) std::abort();
}

void check(const base::Result<std::vector<carbon::IntensitySlot>>& slots, double highest) {
  if (!slots) {
    require(!slots.error().message.empty() && slots.error().message.size() < 300);
    return;
  }
  require(!slots->empty());
  const carbon::IntensitySlot* last = nullptr;
  for (const carbon::IntensitySlot& slot : *slots) {
    require(slot.from < slot.to && (last == nullptr || last->to <= slot.from));
    require(slot.intensity.grams_per_kilowatt_hour() >= 0 && slot.intensity.grams_per_kilowatt_hour() <= highest);
    last = &slot;
  }
}

// What was read once is written and read again as it was.
void check_round_trip(std::string_view text) {
  const auto slots = carbon::parse_slots(text);
  check(slots, 10000);
  if (!slots) return;
  const auto again = carbon::parse_slots(carbon::slots_json(*slots));
  if (again) require(again->size() == slots->size() && again->front().intensity == slots->front().intensity);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view body(reinterpret_cast<const char*>(bytes + 1), size - 1);
  switch (bytes[0] % 6) {
    case 0:
      check(carbon::parse_national_answer(body), 2000);
      break;
    case 1:
      check(carbon::parse_electricity_maps_answer(body, "DE", carbon::IntensityKind::actual), 2000);
      break;
    case 2:
      check(carbon::parse_watttime_answer(body, "CAISO_NORTH"), 2000);
      break;
    case 3:
      check_round_trip(body);
      break;
    case 4:
      static_cast<void>(carbon::parse_utc_time(body));
      break;
    default:
      if (const auto place = carbon::parse_place(body)) require(!carbon::place_text(*place).empty());
  }
  return 0;
}
