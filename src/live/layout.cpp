#include "live/layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "live/drawing.h"
#include "live/gpu_pane.h"
#include "live/phase_line.h"

namespace gpubench::live {
namespace {

// What begins at which row.
struct Plan {
  int progress = -1;  // -1: the log reports none
  int gpus = 2;
  int gpus_height = 0;
  int curve_height = 0;  // of a tall curve below the GPUs; 0: there is no room
  int log = 0;           // its rule; its lines follow
  int log_height = 0;
  int footer = 0;
};

// On a large screen a few GPUs leave room that a tall curve uses.
int curve_height(const ViewState& state, platform::TerminalSize size, int room) {
  constexpr int kLeast = 6;
  constexpr int kMost = 16;
  constexpr std::size_t kFewGpus = 2;
  if (size.columns < 120 || size.rows < 40 || state.gpus().size() > kFewGpus || room < kLeast) return 0;
  return std::min(room, kMost);
}

Plan plan_of(const ViewState& state, platform::TerminalSize size) {
  Plan plan;
  if (state.done()) plan.progress = plan.gpus++;
  plan.footer = size.rows - 1;
  const int room = plan.footer - plan.gpus - 1;  // for GPUs and lines of log, the rule between left out
  const int least_log = std::max(3, room / 4);
  plan.gpus_height = gpu_pane_height(state, size.columns, std::max(2, room - least_log));
  plan.curve_height = curve_height(state, size, room - plan.gpus_height - least_log);
  plan.log = plan.gpus + plan.gpus_height + plan.curve_height;
  plan.log_height = std::max(0, plan.footer - plan.log - 1);
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

std::vector<Figure> figures(const ViewState& state) {
  const Totals& totals = state.totals();
  std::vector<Figure> all;
  all.push_back({"power", totals.power ? three_figures(totals.power->watts()) + " W" : "not known"});
  if (totals.measured > base::Duration{} && totals.energy) {
    all.push_back({"mean", three_figures((*totals.energy / totals.measured).watts()) + " W"});
    all.push_back({"energy", fmt::format("{:.5f} kWh", totals.energy->kilowatt_hours())});
  } else if (totals.measured > base::Duration{}) {
    all.push_back({"energy", "not known"});
  }
  if (!state.latest()) return all;
  if (state.latest()->phase) all.push_back({"phase", phase_text(*state.latest()->phase)});
  if (!state.latest()->carbon) return all;
  const record::CarbonNow& carbon = *state.latest()->carbon;
  if (carbon.emissions) all.push_back({"CO2", fmt::format("{:.3g} g", carbon.emissions->grams())});
  all.push_back({"grid", fmt::format("{:.0f} g/kWh", carbon.intensity.intensity.grams_per_kilowatt_hour())});
  // "forecast  Carbon Intensity API, ..."; "user value (--carbon_intensity)" says its kind itself.
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

void draw_progress(Screen& screen, const ViewState& state, int row, bool utf8) {
  if (row < 0) return;
  int column = screen.put(row, 1, "progress ");
  const int bar = std::clamp(screen.columns() / 4, 10, 50);
  draw_bar(screen, {row, column, bar, 1}, state.done()->fraction(), Tone::bar, utf8);
  column = screen.put(row, column + bar + 1, fmt::format("{:3.0f} %", state.done()->percent()), Tone::strong);
  screen.put(row, column + 2, state.done_line(), Tone::faint);
}

void draw_log(Screen& screen, const ViewState& state, const Plan& plan, bool utf8) {
  const bool chosen = state.pane() == Pane::log;
  std::string title = std::string(chosen ? "> " : "") + "benchmark's log";
  if (state.log_back() > 0) title += fmt::format("  {} lines below (End: the newest)", state.log_back());
  draw_rule(screen, {plan.log, 0, screen.columns(), 1}, title, chosen ? Tone::strong : Tone::plain, utf8);
  const int lines = static_cast<int>(state.log().size());
  const bool current = !state.log_line().empty() && state.log_back() == 0;
  const int whole = plan.log_height - (current ? 1 : 0);
  const int end = std::max(std::min(lines, plan.log_height), lines - state.log_back());
  const int begin = std::max(0, end - whole);
  int row = plan.log + 1;
  for (int i = begin; i < end && row < plan.footer; ++i) screen.put(row++, 0, state.log()[static_cast<std::size_t>(i)]);
  if (current && row < plan.footer) screen.put(row, 0, state.log_line());
  if (lines == 0 && !current && plan.log_height > 0) screen.put(row, 1, "nothing yet", Tone::faint);
}

void draw_footer(Screen& screen, const ViewState& state, int row) {
  if (!state.message().empty()) {
    screen.put(row, 1, state.message(), Tone::warm);
    return;
  }
  screen.put(row, 1, "q quit   p pause   Tab pane   arrows PgUp PgDn Home End scroll   h help", Tone::faint);
}

void draw_help(Screen& screen) {
  static constexpr std::array<std::string_view, 12> kHelp{
      "q                 stop the benchmark gently and report (asks first)",
      "Ctrl-C            the same without asking; a second time kills it",
      "p, space          pause the display; measuring and the log go on",
      "Tab               choose the pane that scrolls: log or GPUs (\">\")",
      "arrows, j, k      scroll by a line",
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
  draw_progress(screen, state, plan.progress, utf8);
  draw_gpu_pane(screen, {plan.gpus, 0, size.columns, plan.gpus_height}, state, utf8);
  if (plan.curve_height > 0)
    draw_power_curve(screen, {plan.gpus + plan.gpus_height, 0, size.columns, plan.curve_height}, state, utf8);
  draw_log(screen, state, plan, utf8);
  screen.fill(plan.footer, 0, size.columns, U' ');
  draw_footer(screen, state, plan.footer);
  if (state.shows_help()) draw_help(screen);
  return screen;
}

int log_page(const ViewState& state, platform::TerminalSize size) {
  return std::max(1, plan_of(state, size).log_height - 1);
}

}  // namespace gpubench::live
