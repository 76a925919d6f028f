#include "live/layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "live/curve_pane.h"
#include "live/drawing.h"
#include "live/gpu_pane.h"
#include "live/log_pane.h"
#include "live/phase_line.h"

namespace gpubench::live {
namespace {

// Where everything is.
struct Plan {
  int progress = -1;  // its row; -1: nothing is known of it
  Area gpus;
  Area curves;  // without height: there is no room
  Area log;
  int footer = 0;
};

// Curves and the log share what the GPUs leave: side by side, or all of it is the log's.
Plan plan_of(const ViewState& state, platform::TerminalSize size) {
  Plan plan;
  int top = 2;
  if (state.pace().share() || (state.expected() && state.started())) plan.progress = top++;
  plan.footer = size.rows - 1;
  const int room = plan.footer - top - 1;  // for GPUs and lines of log, the rule between left out
  const int least_log = std::max(3, room / 4);
  plan.gpus = {top, 0, size.columns, gpu_pane_height(state, size.columns, std::max(2, room - least_log))};
  top += plan.gpus.height;
  plan.log = {top, 0, size.columns, std::max(0, plan.footer - top)};
  if (!has_curves(size, state.gpus().size())) return plan;
  plan.curves = plan.log;
  plan.curves.width = size.columns * 11 / 20;
  plan.log.column = plan.curves.width + 1;
  plan.log.width -= plan.curves.width + 1;
  return plan;
}

// At the right of the title. The date gives way to the benchmark's name.
std::string title_time(const ViewState& state, base::WallTime now, int room) {
  constexpr std::size_t kDate = 11;  // "2026-11-22 "
  std::string text = state.started() ? "running " + duration_text(now - *state.started()) : "before the start";
  if (state.is_paused()) text = "PAUSED, still measuring";
  const std::string time = base::utc_table_text(now) + " UTC ";
  const std::string whole = text + "  " + time;
  return text_width(whole) <= room ? whole : text + "  " + time.substr(kDate);
}

void draw_title(Screen& screen, const ViewState& state, base::WallTime now) {
  constexpr std::string_view kProduct = " iris-gpubench  ";
  screen.fill(0, 0, screen.columns(), U' ', Tone::title);
  const int notice = state.notice().empty() ? 0 : text_width(state.notice()) + 3;
  const int taken = text_width(kProduct) + notice + text_width(state.benchmark()) + 1;
  const std::string right = title_time(state, now, screen.columns() - taken);
  put_right(screen, {0, 0, screen.columns(), 1}, right, state.is_paused() ? Tone::title_warning : Tone::title);
  const int width = screen.columns() - text_width(right) - 1;
  int column = screen.put(0, 0, kProduct, Tone::title, width);
  if (!state.notice().empty())
    column = screen.put(0, column, " " + state.notice() + " ", Tone::title_warning, width - column) + 1;
  screen.put(0, column, state.benchmark(), Tone::title, width - column);
}

// A name and its value.
struct Figure {
  std::string name;
  std::string value;
};

// Four digits: how far it can be trusted is known only at the end.
std::string kilowatt_hours_text(base::Energy energy) {
  const double value = energy.kilowatt_hours();
  const int whole = value > 0 ? static_cast<int>(std::floor(std::log10(value))) : 0;
  return fmt::format("{:.{}f} kWh", value, std::clamp(3 - whole, 0, 5));
}

std::vector<Figure> figures(const ViewState& state) {
  const Totals& totals = state.totals();
  std::vector<Figure> all;
  all.push_back({"power", totals.power ? three_figures(totals.power->watts()) + " W" : "not known"});
  if (totals.measured > base::Duration{} && totals.energy) {
    all.push_back({"mean", three_figures((*totals.energy / totals.measured).watts()) + " W"});
    all.push_back({"energy", kilowatt_hours_text(*totals.energy)});
  } else if (totals.measured > base::Duration{}) {
    all.push_back({"energy", "not known"});
  }
  if (!state.latest()) return all;
  if (state.latest()->phase) all.push_back({"phase", phase_text(*state.latest()->phase)});
  if (!state.latest()->carbon) return all;
  const record::CarbonNow& carbon = *state.latest()->carbon;
  if (carbon.emissions) all.push_back({"CO2", fmt::format("{:.3g} g", carbon.emissions->grams())});
  all.push_back({"grid", fmt::format("{:.0f} g/kWh", carbon.intensity.intensity.grams_per_kilowatt_hour())});
  // "forecast  Carbon Intensity API, ..."; "user value (--carbon-intensity)" says its kind itself.
  const std::string_view kind = carbon::kind_text(carbon.intensity.kind);
  const std::string& source = carbon.intensity.source;
  all.push_back({source.starts_with(kind) ? "" : std::string(kind), source});
  return all;
}

void draw_totals(Screen& screen, const ViewState& state) {
  int column = 1;
  for (const Figure& figure : figures(state)) {
    if (column + text_width(figure.name + figure.value) + 1 > screen.columns()) return;
    if (!figure.name.empty()) column = screen.put(1, column, figure.name + " ");
    column = screen.put(1, column, figure.value, Tone::strong) + 2;
  }
}

// By the log; else by how long the benchmark took the last time.
void draw_progress(Screen& screen, const ViewState& state, int row, base::WallTime now, bool utf8) {
  if (row < 0) return;
  const auto share = state.pace().share();
  int column = screen.put(row, 1, share ? "progress " : "last run ");
  const int bar = std::clamp(screen.columns() / 4, 10, 50);
  if (!share) {
    const base::Duration ran = now - *state.started();
    draw_bar(screen, {row, column, bar, 1}, base::to_seconds(ran) / base::to_seconds(*state.expected()), Tone::bar, utf8);
    screen.put(row, column + bar + 2, expected_text(ran, *state.expected()), Tone::strong);
    return;
  }
  draw_bar(screen, {row, column, bar, 1}, share->fraction(), Tone::bar, utf8);
  column = screen.put(row, column + bar + 1, fmt::format("{:3.0f} %", share->percent()), Tone::strong);
  if (const std::string left = state.pace().left_text(now); !left.empty())
    column = screen.put(row, column + 2, left, Tone::strong);
  screen.put(row, column + 2, state.pace().line(), Tone::faint);
}

void draw_footer(Screen& screen, const ViewState& state, int row) {
  if (!state.message().empty()) {
    screen.put(row, 1, state.message(), Tone::warm);
    return;
  }
  screen.put(row, 1, "q quit   p pause   Tab pane   arrows PgUp PgDn Home End scroll   h help", Tone::faint);
}

void draw_help(Screen& screen) {
  static constexpr std::array<std::string_view, 13> kHelp{
      "q                 stop the benchmark gently and report (asks first)",
      "Ctrl-C            the same without asking; a second time kills it",
      "p, space          pause the display; measuring and the log go on",
      "Tab               choose the pane that scrolls: log or GPUs (\">\")",
      "arrows, j, k      scroll by a line",
      "left, right       the rest of long lines of the log",
      "PgUp, PgDn        scroll by a page",
      "Home, End, g, G   oldest, newest",
      "Ctrl-L            redraw everything",
      "",
      "Bars show the share of the limit; curves the last readings, newest",
      "on the right. Energy and mean here come from these readings; the",
      "results use the energy counters.",
  };
  constexpr int kWidth = 72;
  const int top = std::max(1, (screen.rows() - static_cast<int>(kHelp.size()) - 2) / 2);
  const int left = std::max(0, (screen.columns() - kWidth) / 2);
  for (int i = -1; i <= static_cast<int>(kHelp.size()); ++i) screen.fill(top + 1 + i, left, kWidth, U' ', Tone::title);
  for (std::size_t i = 0; i < kHelp.size(); ++i)
    screen.put(top + 1 + static_cast<int>(i), left + 2, kHelp.at(i), Tone::title, kWidth - 4);
}

}  // namespace

Screen draw(const ViewState& state, platform::TerminalSize size, base::WallTime now, bool utf8) {
  Screen screen(size);
  const Plan plan = plan_of(state, size);
  draw_title(screen, state, now);
  draw_totals(screen, state);
  // A picture that is held stands still.
  const base::WallTime shown = state.is_paused() && state.latest() ? state.latest()->time : now;
  draw_progress(screen, state, plan.progress, shown, utf8);
  draw_gpu_pane(screen, plan.gpus, state, utf8);
  draw_curves(screen, plan.curves, state, utf8);
  draw_log_pane(screen, plan.log, state, utf8);
  screen.fill(plan.footer, 0, size.columns, U' ');
  draw_footer(screen, state, plan.footer);
  if (state.shows_help()) draw_help(screen);
  return screen;
}

int log_page(const ViewState& state, platform::TerminalSize size) {
  return std::max(1, plan_of(state, size).log.height - 2);
}

}  // namespace gpubench::live
