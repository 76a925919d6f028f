// Answers of WattTime: points in rising order with sane values, all of them marginal.
#include <cstddef>
#include <cstdint>

#include "carbon/watttime/watttime.h"
#include "slots_check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace gpubench;
  const auto slots = carbon::parse_watttime_answer({reinterpret_cast<const char*>(bytes), size}, "CAISO_NORTH");
  fuzz::check_slots(slots, 2000);
  if (!slots) return 0;
  for (const auto& slot : *slots) fuzz::require(slot.kind == carbon::IntensityKind::marginal);
  return 0;
}
