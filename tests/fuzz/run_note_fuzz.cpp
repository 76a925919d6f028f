// The notes of a saved run's journal, from which it is told and costed again: what is not whole says nothing, and what is
// taken is sane.
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "runs/journal_notes.h"
#include "slots_check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace gpubench;
  runs::JournalledRun run;
  std::string_view text(reinterpret_cast<const char*>(bytes), size);
  while (!text.empty()) {  // one note per line
    const std::size_t end = std::min(text.find('\n'), text.size());
    runs::take_note(run, text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  if (run.closing) fuzz::require(carbon::are_sane(run.closing->intensities));
  if (run.facts) {
    fuzz::require(run.facts->carbon.pue.fraction() >= 1 && run.facts->carbon.lifetime_years > 0);
    fuzz::require(run.facts->carbon.functional_units > 0);
  }
  return 0;
}
