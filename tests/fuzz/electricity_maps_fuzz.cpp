// Answers of Electricity Maps: hours in rising order with sane values.
#include <cstddef>
#include <cstdint>

#include "carbon/electricity_maps/electricity_maps.h"
#include "slots_check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace gpubench;
  const std::string_view body(reinterpret_cast<const char*>(bytes), size);
  fuzz::check_slots(carbon::parse_electricity_maps_answer(body, "DE", carbon::IntensityKind::actual), 2000);
  return 0;
}
