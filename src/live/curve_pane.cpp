#include "live/curve_pane.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

namespace gpubench::live {
namespace {

using meter::ValueKind;

constexpr int kAxis = 8;  // columns of an axis' figures
constexpr int kLeastHeight = 6;

// One value of one GPU over time.
struct Curve {
  const GpuState* gpu;
  ValueKind kind;
  Tone tone;
};

// What the whole height of a curve stands for: "700 W"; empty: not known.
std::string top_text(const Curve& curve, double share, bool utf8) {
  const GpuState& gpu = *curve.gpu;
  if (curve.kind == ValueKind::utilization) return fmt::format("{:.0f} %", 100 * share);
  if (curve.kind == ValueKind::temperature) {
    const auto threshold = temperature_threshold(gpu.gpu);
    return threshold ? fmt::format("{:.0f} {}C", threshold->celsius() * share, utf8 ? "\u00b0" : "") : std::string();
  }
  const auto limit = gpu.latest.power_limit ? std::optional(*gpu.latest.power_limit) : gpu.gpu.power_limit;
  if (!limit) return {};
  return (share > 0 ? three_figures(limit->watts() * share) : "0") + " W";
}

std::string_view name_of(ValueKind kind) {
  if (kind == ValueKind::utilization) return "utilisation";
  return kind == ValueKind::temperature ? "temperature" : "power";
}

// Power of each; where there is one GPU and much room, also what explains it.
std::vector<Curve> curves_for(const ViewState& state, int height) {
  constexpr int kRoomForMore = 36;
  std::vector<Curve> curves;
  for (const GpuState& gpu : state.gpus()) curves.push_back({&gpu, ValueKind::power, Tone::power});
  if (state.gpus().size() == 1 && height >= kRoomForMore) {
    curves.push_back({&state.gpus().front(), ValueKind::utilization, Tone::utilization});
    curves.push_back({&state.gpus().front(), ValueKind::temperature, Tone::temperature});
  }
  while (curves.size() > 1 && height / static_cast<int>(curves.size()) < kLeastHeight) curves.pop_back();
  return curves;
}

// How long the part that `columns` show took: "0:05:00".
std::string span_text(const ViewState& state, int columns) {
  const auto& moments = state.moments();
  if (moments.size() < 2) return {};
  const std::size_t shown = std::min(moments.size(), static_cast<std::size_t>(columns));
  return ", the last " + duration_text(moments.back().time - moments[moments.size() - shown].time);
}

void draw_one(Screen& screen, Area area, const ViewState& state, const Curve& curve, bool utf8) {
  const Area inside{area.row + 1, area.column + kAxis, area.width - kAxis - 1, area.height - 1};
  const std::string top = top_text(curve, 1, utf8);
  const std::string title =
      fmt::format("GPU {}  {}{}", curve.gpu->gpu.index, name_of(curve.kind), span_text(state, inside.width));
  draw_rule(screen, area, title, Tone::plain, utf8);
  if (curve.kind != ValueKind::utilization && !top.empty())
    put_right(screen, {area.row, area.column, area.width - 2, 1}, " limit " + top + " ", Tone::faint);
  const auto figure = [&](int row, const std::string& text) {
    put_right(screen, {row, area.column, kAxis - 1, 1}, text, Tone::faint);
  };
  figure(inside.row, top);
  if (inside.height >= 5) figure(inside.row + inside.height / 2, top_text(curve, 0.5, utf8));
  figure(inside.row + inside.height - 1, top.empty() ? "" : top_text(curve, 0, utf8));
  draw_curve(screen, inside, curve.gpu->history[curve.kind], curve.tone, utf8);
}

bool is_same_phase(const ViewState::Moment& one, const ViewState::Moment& other) {
  constexpr base::Duration kRounding = std::chrono::milliseconds(2);
  return one.phase == other.phase && std::chrono::abs(one.phase_begun - other.phase_begun) <= kRounding;
}

// Below the curves, column by column as they are: where each phase begins, with its name as far as there is room.
void draw_phases(Screen& screen, Area area, const ViewState& state, bool utf8) {
  const auto& moments = state.moments();
  const int shown = std::min(area.width, static_cast<int>(moments.size()));
  const auto moment_at = [&](int i) -> const ViewState::Moment& {
    return moments[moments.size() - static_cast<std::size_t>(shown - i)];
  };
  const int left = area.column + area.width - shown;
  for (int begin = 0; begin < shown;) {
    int end = begin + 1;
    while (end < shown && is_same_phase(moment_at(end), moment_at(begin))) ++end;
    if (const std::string& name = moment_at(begin).phase; !name.empty()) {
      screen.fill(area.row, left + begin, 1, utf8 ? U'\u258f' : U'|', Tone::strong);
      screen.put(area.row, left + begin + 1, name, Tone::strong, end - begin - 1);
    }
    begin = end;
  }
}

bool has_phases(const ViewState& state) {
  return std::any_of(state.moments().begin(), state.moments().end(),
                     [](const ViewState::Moment& moment) { return !moment.phase.empty(); });
}

}  // namespace

bool has_curves(platform::TerminalSize size, std::size_t gpus) {
  constexpr std::size_t kFewGpus = 2;
  return size.columns >= 120 && size.rows >= 40 && gpus > 0 && gpus <= kFewGpus;
}

void draw_curves(Screen& screen, Area area, const ViewState& state, bool utf8) {
  if (area.height < kLeastHeight) return;
  if (has_phases(state)) {
    --area.height;
    const Area below{area.row + area.height, area.column + kAxis, area.width - kAxis - 1, 1};
    put_right(screen, {below.row, area.column, kAxis - 1, 1}, "phase", Tone::faint);
    draw_phases(screen, below, state, utf8);
  }
  const std::vector<Curve> curves = curves_for(state, area.height);
  const int each = area.height / static_cast<int>(curves.size());
  int row = area.row;
  for (std::size_t i = 0; i < curves.size(); ++i) {
    const bool last = i + 1 == curves.size();
    const int height = last ? area.row + area.height - row : each;
    draw_one(screen, {row, area.column, area.width, height}, state, curves[i], utf8);
    row += height;
  }
}

}  // namespace gpubench::live
