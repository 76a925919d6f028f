// National answers of the GB Carbon Intensity API: half-hours in rising order with sane values.
#include <cstddef>
#include <cstdint>

#include "carbon/grid_gb/intensity_answer.h"
#include "slots_check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace gpubench;
  fuzz::check_slots(carbon::parse_national_answer({reinterpret_cast<const char*>(bytes), size}), 2000);
  return 0;
}
