// Pieces of a screen: bars, sparklines, numbers. With and without UTF-8.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "live/screen.h"
#include "live/view_state.h"
#include "meter/reading.h"

namespace gpubench::live {

// A part of a screen.
struct Area {
  int row = 0;
  int column = 0;
  int width = 0;
  int height = 0;
};

// A bar of `width` columns, filled by a share from 0 to 1; empty: not known.
void draw_bar(Screen& screen, Area area, std::optional<double> share, Tone tone, bool utf8);
// The newest values at the right end, as many as there are columns.
void draw_sparkline(Screen& screen, Area area, const Sparkline& line, Tone tone, bool utf8);
// The same over several rows, each column as high as its share of the area.
void draw_curve(Screen& screen, Area area, const Sparkline& line, Tone tone, bool utf8);
// A line across with a title in it.
void draw_rule(Screen& screen, Area area, std::string_view title, Tone tone, bool utf8);
// `text` so that it ends at the right end of the area.
void put_right(Screen& screen, Area area, std::string_view text, Tone tone = Tone::plain);

// "690", or what is missing: "n/s" not supported, "failed", "lost".
template <class T, class Value>
std::string value_text(const meter::Field<T>& field, Value value);
std::string absent_text(meter::Absent why);
// With as many decimals as leave about three figures: "6.51", "65.1", "651".
std::string three_figures(double value);

// Why the clocks are throttled, and how bad that is.
struct ClockState {
  std::string text;
  Tone tone = Tone::plain;
};
ClockState clock_state(const GpuState& gpu);

template <class T, class Value>
std::string value_text(const meter::Field<T>& field, Value value) {
  return field ? three_figures(value(*field)) : absent_text(field.error());
}

}  // namespace gpubench::live
