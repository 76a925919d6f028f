// set.json: a file of anybody's. What is taken leads to no folder elsewhere and reads back as it is.
#include <cstddef>
#include <cstdint>
#include <string>

#include "sets/run_set.h"
#include "slots_check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace gpubench;
  const auto set = sets::parse_set({reinterpret_cast<const char*>(bytes), size});
  if (!set) return 0;
  for (const sets::Member& member : set->members)
    fuzz::require(!member.run.empty() && member.run.find_first_of("./") == std::string::npos);
  const auto again = sets::parse_set(sets::set_json(*set));
  fuzz::require(again && again->members == set->members && again->options.runs == set->options.runs);
  return 0;
}
