// CSV files of intensities: what is read is in order and sane, and once written again it reads back as it was.
#include <cstddef>
#include <cstdint>

#include "carbon/file/slot_text.h"
#include "slots_check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace gpubench;
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  const char first = begin == std::string_view::npos ? ' ' : text[begin];
  if (first == '{' || first == '[') return -1;  // the other form has a target of its own
  const auto slots = carbon::parse_slots(text);
  fuzz::check_slots(slots, 10000);
  if (!slots) return 0;
  const auto again = carbon::parse_slots(carbon::slots_json(*slots));
  // Written in milliseconds: what is shorter does not come back.
  if (again) fuzz::require(again->size() == slots->size() && again->front().intensity == slots->front().intensity);
  return 0;
}
