#include "live/drawing.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace gpubench::live {
namespace {

constexpr std::array<char32_t, 8> kEighthsAcross = {U'▏', U'▎', U'▍', U'▌', U'▋', U'▊', U'▉', U'█'};
constexpr std::array<char32_t, 8> kEighthsUp = {U'▁', U'▂', U'▃', U'▄', U'▅', U'▆', U'▇', U'█'};
constexpr std::array<char32_t, 5> kAsciiUp = {U'_', U'.', U'-', U'=', U'#'};

template <std::size_t size>
char32_t level(const std::array<char32_t, size>& glyphs, double share) {
  return glyphs.at(static_cast<std::size_t>(std::lround(std::clamp(share, 0.0, 1.0) * (size - 1))));
}

}  // namespace

void draw_bar(Screen& screen, Area area, std::optional<double> share, Tone tone, bool utf8) {
  if (area.width < 1) return;
  screen.fill(area.row, area.column, area.width, utf8 ? U'·' : U'.', Tone::faint);
  if (!share) return;
  const double filled = std::clamp(*share, 0.0, 1.0) * area.width;
  const int whole = static_cast<int>(filled);
  screen.fill(area.row, area.column, whole, utf8 ? U'█' : U'#', tone);
  const auto eighths = static_cast<std::size_t>((filled - whole) * 8);
  if (utf8 && eighths > 0 && whole < area.width)
    screen.fill(area.row, area.column + whole, 1, kEighthsAcross.at(eighths - 1), tone);
}

void draw_sparkline(Screen& screen, Area area, const Sparkline& line, Tone tone, bool utf8) {
  const auto& values = line.values();
  const int shown = std::min(area.width, static_cast<int>(values.size()));
  for (int i = 0; i < shown; ++i) {
    const auto& value = values[values.size() - static_cast<std::size_t>(shown - i)];
    char32_t glyph = U' ';  // not known
    if (value) glyph = utf8 ? level(kEighthsUp, *value) : level(kAsciiUp, *value);
    screen.fill(area.row, area.column + area.width - shown + i, 1, glyph, tone);
  }
}

void draw_curve(Screen& screen, Area area, const Sparkline& line, Tone tone, bool utf8) {
  const auto& values = line.values();
  const int shown = std::min(area.width, static_cast<int>(values.size()));
  for (int i = 0; i < shown; ++i) {
    const auto& value = values[values.size() - static_cast<std::size_t>(shown - i)];
    if (!value) continue;
    const double height = std::clamp(*value, 0.0, 1.0) * area.height;
    for (int row = 0; row < area.height; ++row) {
      const double share = height - row;  // of this row, from the bottom
      if (share <= 0 && row > 0) break;
      const double part = std::clamp(share, 0.0, 1.0);
      screen.fill(area.row + area.height - 1 - row, area.column + area.width - shown + i, 1,
                  utf8 ? level(kEighthsUp, part) : level(kAsciiUp, part), tone);
    }
  }
}

void draw_rule(Screen& screen, Area area, std::string_view title, Tone tone, bool utf8) {
  screen.fill(area.row, area.column, area.width, utf8 ? U'─' : U'-', Tone::faint);
  if (!title.empty()) screen.put(area.row, area.column + 2, " " + std::string(title) + " ", tone, area.width - 4);
}

void put_right(Screen& screen, Area area, std::string_view text, Tone tone) {
  const int start = area.column + std::max(0, area.width - text_width(text));
  screen.put(area.row, start, text, tone, area.column + area.width - start);
}

std::string absent_text(meter::Absent why) {
  switch (why) {
    case meter::Absent::unsupported:
      return "n/s";
    case meter::Absent::gpu_lost:
      return "lost";
    default:
      return "failed";
  }
}

std::string three_figures(double value) {
  const double size = std::abs(value);
  int digits = 2;
  if (size >= 9.995) digits = 1;
  if (size >= 99.95) digits = 0;
  return fmt::format("{:.{}f}", value, digits);
}

ClockState clock_state(const GpuState& gpu) {
  using Reasons = meter::ThrottleReasons;
  if (!gpu.is_read) return {"waiting", Tone::faint};
  if (!gpu.latest.power && gpu.latest.power.error() == meter::Absent::gpu_lost) return {"! GPU LOST", Tone::alarm};
  if (!gpu.counts) return {"not counted", Tone::faint};
  if (!gpu.latest.throttle_reasons)
    return gpu.latest.throttle_reasons.error() == meter::Absent::failed ? ClockState{"failed", Tone::warm} : ClockState{};
  struct Named {
    std::uint64_t bit;
    const char* name;
    Tone tone;
  };
  static constexpr std::array<Named, 9> kByWeight{{
      {Reasons::hardware_thermal, "! HEAT", Tone::alarm},
      {Reasons::hardware_power_brake, "! BRAKE", Tone::alarm},
      {Reasons::hardware_slowdown, "! SLOWDOWN", Tone::alarm},
      {Reasons::software_thermal, "! heat", Tone::alarm},
      {Reasons::software_power_cap, "power cap", Tone::warm},
      {Reasons::sync_boost, "sync boost", Tone::warm},
      {Reasons::application_clocks, "app clocks", Tone::plain},
      {Reasons::display_clock, "display", Tone::plain},
      {Reasons::gpu_idle, "idle", Tone::faint},
  }};
  for (const Named& named : kByWeight)
    if ((gpu.latest.throttle_reasons->bits & named.bit) != 0) return {named.name, named.tone};
  return {"full speed", Tone::plain};
}

}  // namespace gpubench::live
