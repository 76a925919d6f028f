// Answers of the GB Carbon Intensity API: whatever comes, the slots are half-hours in rising order with sane values.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "carbon/grid_gb/intensity_answer.h"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using gpubench::base::WallTime;
  const std::string_view body(reinterpret_cast<const char*>(bytes), size);
  const auto slots = gpubench::carbon::parse_intensity_answer(body, 12);
  if (!slots) {
    require(!slots.error().message.empty() && slots.error().message.size() < 200);
    return 0;
  }
  require(!slots->empty());
  WallTime last = slots->front().from - std::chrono::minutes(1);
  for (const auto& slot : *slots) {
    require(slot.from > last && slot.to - slot.from == std::chrono::minutes(30));
    require(slot.intensity.grams_per_kilowatt_hour() >= 0 && slot.intensity.grams_per_kilowatt_hour() <= 2000);
    last = slot.from;
  }
  return 0;
}
