#include "run/wait_until.h"

#include <fmt/format.h>

#include <algorithm>

namespace gpubench::run {
namespace {

constexpr base::Duration kOnTerminal = std::chrono::seconds(1);
constexpr base::Duration kElsewhere = std::chrono::minutes(10);
constexpr base::Duration kLongestSleep = std::chrono::seconds(30);  // the wall clock may be set while we sleep

}  // namespace

std::string waiting_text(base::Duration left) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(left).count();
  if (seconds < 60) return fmt::format("{} s", seconds);
  if (seconds < 3600) return fmt::format("{} min {:02} s", seconds / 60, seconds % 60);
  return fmt::format("{} h {:02} min {:02} s", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

std::optional<int> wait_until(base::WallTime start, const std::string& why, const platform::Clock& clock,
                              platform::SignalQueue& signals, platform::Terminal& terminal) {
  const bool renews = terminal.is_terminal();
  const base::Duration period = renews ? kOnTerminal : kElsewhere;
  base::SteadyTime tell = clock.now();
  std::optional<int> signal;
  for (;;) {
    const base::Duration left = start - clock.wall_now();
    if (left <= base::Duration::zero()) break;
    if (clock.now() >= tell) {
      const std::string line = "Waiting for " + why + ": " + waiting_text(left) + " left (Ctrl-C ends it)";
      terminal.write(renews ? "\r\033[K" + line : line + "\n");
      tell += period;
    }
    signal = signals.wait(std::min({left, kLongestSleep, std::max(tell - clock.now(), base::Duration::zero())}));
    if (signal) break;
  }
  if (renews) terminal.write("\r\033[K");
  return signal;
}

}  // namespace gpubench::run
