// Regions, postcodes and times as text: refused or understood, and an outward code is all that is kept of a postcode.
#include <cstddef>
#include <cstdint>

#include "carbon/place.h"
#include "carbon/utc_time.h"
#include "carbon/yearly_factors.h"
#include "slots_check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace gpubench;
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  if (const auto place = carbon::parse_place(text)) {
    fuzz::require(fuzz::is_plain(carbon::place_text(*place)));
    if (const auto* postcode = std::get_if<carbon::Postcode>(&*place)) fuzz::require(postcode->outward.size() <= 4);
  }
  if (const auto factor = carbon::find_yearly_factor(text)) fuzz::require(!factor->source.empty());
  if (const auto time = carbon::parse_utc_time(text)) {
    const auto again = carbon::parse_utc_time(base::utc_text(*time));
    fuzz::require(again && *again == std::chrono::floor<std::chrono::seconds>(*time));
  }
  return 0;
}
