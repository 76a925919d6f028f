// Regional answers of the GB Carbon Intensity API, asked by region and by postcode: half-hours in rising order with sane
// values.
#include <cstddef>
#include <cstdint>
#include <optional>

#include "carbon/grid_gb/intensity_answer.h"
#include "slots_check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace gpubench;
  if (size == 0) return 0;
  const std::string_view body(reinterpret_cast<const char*>(bytes), size);
  for (const std::optional<int> region : {std::optional(13), std::optional<int>()}) {
    const auto slots = carbon::parse_intensity_answer(body, region);
    fuzz::check_slots(slots, 2000);
    if (!slots) continue;
    for (const auto& slot : *slots) fuzz::require(slot.to - slot.from == std::chrono::minutes(30));
  }
  return 0;
}
