#include "live/phase_line.h"

#include <fmt/format.h>

#include "base/text.h"

namespace gpubench::live {

std::string phase_text(const record::PhaseNow& phase) {
  constexpr std::size_t kLongestPath = 60;
  std::string text = fmt::format("{} for {:.1f} s", base::one_line(phase.path, kLongestPath), base::to_seconds(phase.time));
  if (phase.energy) text += fmt::format(", about {:.0f} J", phase.energy->joules());
  return text;
}

std::string phase_line(const record::Progress& progress) {
  return progress.phase ? "Phase: " + phase_text(*progress.phase) + "\n" : std::string();
}

}  // namespace gpubench::live
