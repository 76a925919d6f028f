#include "live/gpu_pane.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "live/activity_line.h"

namespace gpubench::live {
namespace {

using meter::ValueKind;

constexpr int kBlockWidth = 62;  // least
constexpr int kBlockHeight = 1 + static_cast<int>(std::count_if(meter::kValueFacts.begin(), meter::kValueFacts.end(),
                                                                [](const meter::ValueFacts& facts) { return facts.shown; }));
// What the GPUs were doing has a row, where it is known and there is room.
enum class ActivityRow : bool { no, yes };

constexpr double kHot = 0.9;    // of the threshold
constexpr double kCool = 0.75;  // of it

// One quantity of one GPU.
struct Metric {
  std::string_view name;
  std::string value;  // with its limit and unit
  std::string brief;  // without the unit
  const Sparkline* history;
  Tone tone = Tone::bar;     // of its bar and curve
  Tone text = Tone::strong;  // of its value; otherwise it is doubtful or bad
};

std::optional<double> newest(const Sparkline& line) {
  return line.values().empty() ? std::nullopt : line.values().back();
}

template <class T, class Value>
std::string with_limit(const std::string& value, const std::optional<T>& limit, Value unit) {
  return limit ? value + "/" + three_figures(unit(*limit)) : value;
}

// Temperature says by its tone how near the threshold is; `cool`: of the usual.
Tone heat_tone(const GpuState& gpu, Tone cool) {
  const auto share = newest(gpu.history[ValueKind::temperature]);
  if (!share || *share < kCool) return cool;
  return *share < kHot ? Tone::warm : Tone::alarm;
}

Metric utilization(const GpuState& gpu) {
  const std::string value = value_text(gpu.latest.utilization, [](base::Ratio r) { return r.percent(); });
  const std::string whole = gpu.latest.utilization ? fmt::format("{:.0f}", gpu.latest.utilization->percent()) : value;
  return {"utilisation", whole + " %", whole + "%", &gpu.history[ValueKind::utilization], Tone::utilization};
}

Metric power(const GpuState& gpu) {
  const auto watts = [](base::Power p) { return p.watts(); };
  const auto limit = gpu.latest.power_limit ? std::optional(*gpu.latest.power_limit) : gpu.gpu.power_limit;
  const std::string text = with_limit(value_text(gpu.latest.power, watts), limit, watts);
  return {"power", text + " W", text, &gpu.history[ValueKind::power], Tone::power};
}

const char* celsius_unit(bool utf8) {
  return utf8 ? "\u00b0C" : "C";
}

Metric temperature(const GpuState& gpu, bool utf8) {
  const auto celsius = [](base::Temperature t) { return t.celsius(); };
  const std::string value = gpu.latest.temperature ? fmt::format("{:.0f}", gpu.latest.temperature->celsius())
                                                   : value_text(gpu.latest.temperature, celsius);
  const auto threshold = temperature_threshold(gpu.gpu);
  const std::string text = threshold ? value + fmt::format("/{:.0f}", threshold->celsius()) : value;
  return {"temperature",
          text + " " + celsius_unit(utf8),
          text,
          &gpu.history[ValueKind::temperature],
          heat_tone(gpu, Tone::temperature),
          heat_tone(gpu, Tone::strong)};
}

Metric memory(const GpuState& gpu) {
  const auto gibibytes = [](base::Bytes b) { return b.mebibytes() / 1024; };
  const std::string text = with_limit(value_text(gpu.latest.memory_used, gibibytes), gpu.gpu.memory_total, gibibytes);
  return {"memory", text + " GiB", text, &gpu.history[ValueKind::memory_used], Tone::memory};
}

Metric clock(const char* name, const meter::Field<base::Frequency>& now, const std::optional<base::Frequency>& highest,
             const Sparkline& history) {
  const std::string value = now ? fmt::format("{:.0f}", now->megahertz()) : absent_text(now.error());
  const std::string text = highest ? value + fmt::format("/{:.0f}", highest->megahertz()) : value;
  return {name, text + " MHz", value, &history, Tone::clock};
}

Metric sm_clock(const GpuState& gpu) {
  return clock("SM clock", gpu.latest.sm_clock, gpu.gpu.max_sm_clock, gpu.history[ValueKind::sm_clock]);
}
Metric memory_clock(const GpuState& gpu) {
  return clock("mem clock", gpu.latest.memory_clock, gpu.gpu.max_memory_clock, gpu.history[ValueKind::memory_clock]);
}

// A value that nothing above is made for.
Metric plain(const GpuState& gpu, const meter::ValueFacts& facts) {
  const std::string value = value_text(facts.read(gpu.latest), [](double number) { return number; });
  return {facts.title, value + " " + std::string(facts.unit), value, &gpu.history[facts.kind]};
}

Metric metric_of(const GpuState& gpu, const meter::ValueFacts& facts, bool utf8) {
  switch (facts.kind) {
    case ValueKind::utilization:
      return utilization(gpu);
    case ValueKind::power:
      return power(gpu);
    case ValueKind::temperature:
      return temperature(gpu, utf8);
    case ValueKind::memory_used:
      return memory(gpu);
    case ValueKind::sm_clock:
      return sm_clock(gpu);
    case ValueKind::memory_clock:
      return memory_clock(gpu);
    default:
      return plain(gpu, facts);
  }
}

// "power cap" for the state of the clocks; name, bar, value, history of each quantity below. `mark`: before the title.
void draw_block(Screen& screen, Area area, const GpuState& gpu, std::string_view mark, bool utf8) {
  draw_rule(screen, area, fmt::format("{}GPU {}  {}", mark, gpu.gpu.index, gpu.gpu.name), Tone::strong, utf8);
  if (const ClockState state = clock_state(gpu); !state.text.empty())
    put_right(screen, {area.row, area.column, area.width - 2, 1}, " " + state.text + " ", state.tone);
  if (!gpu.is_read) return;
  constexpr int kName = 12;
  constexpr int kValue = 16;
  const int bar = (area.width - kName - kValue - 3) / 2;
  int row = area.row + 1;
  for (const meter::ValueFacts& facts : meter::kValueFacts) {
    if (!facts.shown) continue;
    const Metric metric = metric_of(gpu, facts, utf8);
    int column = area.column;
    screen.put(row, column, metric.name, Tone::plain, kName);
    draw_bar(screen, {row, column += kName, bar, 1}, newest(*metric.history), metric.tone, utf8);
    put_right(screen, {row, column += bar + 1, kValue, 1}, metric.value, metric.text);
    column += kValue + 1;
    draw_sparkline(screen, {row, column, area.column + area.width - column - 1, 1}, *metric.history, metric.tone, utf8);
    ++row;
  }
  if (row >= area.row + area.height || !gpu.activity) return;
  screen.put(row, area.column, "activity", Tone::plain, kName);
  screen.put(row, area.column + kName, activity_text(*gpu.activity), Tone::strong, area.width - kName);
}

// Widths of a row's columns.
struct RowPlan {
  int bar;
  int spark;
};
constexpr int kIndex = 3;
constexpr int kPercent = 5;
constexpr int kPower = 9;
constexpr int kHeat = 8;
constexpr int kMemory = 11;
constexpr int kClock = 6;
constexpr int kState = 12;

RowPlan row_plan(int width) {
  const int rest = width - kIndex - kPercent - kPower - kHeat - kMemory - 2 * kClock - kState - 1;
  const int bar = std::max(0, std::min(40, rest / 2));
  return {bar, std::max(0, rest - bar)};
}

// `last`: also the titles of the last two columns.
void draw_row_titles(Screen& screen, Area area, bool last, bool utf8) {
  const RowPlan plan = row_plan(area.width);
  int column = area.column;
  put_right(screen, {area.row, column, kIndex, 1}, "GPU", Tone::faint);
  column += kIndex + 1;
  screen.put(area.row, column, plan.bar >= 4 ? "util" : "", Tone::faint);
  column += plan.bar;
  const auto title = [&](int width, std::string_view text) {
    put_right(screen, {area.row, column, width, 1}, text, Tone::faint);
    column += width;
  };
  title(kPercent, "%");
  title(kPower, "power W");
  title(kHeat, fmt::format("temp {}", celsius_unit(utf8)));
  title(kMemory, "mem GiB");
  title(kClock, "SM");
  title(kClock, "mem");
  if (!last) return;
  screen.put(area.row, column + 1, "clocks", Tone::faint, kState - 1);
  screen.put(area.row, column + kState, plan.spark >= 5 ? "power" : "", Tone::faint);
}

void draw_row(Screen& screen, Area area, const GpuState& gpu, bool utf8) {
  const RowPlan plan = row_plan(area.width);
  int column = area.column;
  put_right(screen, {area.row, column, kIndex, 1}, std::to_string(gpu.gpu.index), Tone::strong);
  column += kIndex + 1;
  draw_bar(screen, {area.row, column, plan.bar, 1}, newest(gpu.history[ValueKind::utilization]), Tone::utilization, utf8);
  column += plan.bar;
  const auto value = [&](int width, const Metric& metric) {
    if (gpu.is_read)
      put_right(screen, {area.row, column, width, 1}, metric.brief, metric.text == Tone::strong ? Tone::plain : metric.text);
    column += width;
  };
  value(kPercent, utilization(gpu));
  value(kPower, power(gpu));
  value(kHeat, temperature(gpu, utf8));
  value(kMemory, memory(gpu));
  value(kClock, sm_clock(gpu));
  value(kClock, memory_clock(gpu));
  const ClockState state = clock_state(gpu);
  screen.put(area.row, column + 1, state.text, state.tone, kState - 1);
  draw_sparkline(screen, {area.row, column + kState, plan.spark, 1}, gpu.history[ValueKind::power], Tone::power, utf8);
}

int block_columns(int columns, std::size_t gpus) {
  return std::clamp(columns / kBlockWidth, 1, std::max(1, static_cast<int>(gpus)));
}

int block_height(ActivityRow activity) {
  return kBlockHeight + (activity == ActivityRow::yes ? 1 : 0);
}

int blocks_height(const ViewState& state, int columns, ActivityRow activity) {
  const int across = block_columns(columns, state.gpus().size());
  return (static_cast<int>(state.gpus().size()) + across - 1) / across * block_height(activity);
}

ActivityRow activity_row(const ViewState& state, int columns, int most) {
  const bool known =
      std::any_of(state.gpus().begin(), state.gpus().end(), [](const GpuState& gpu) { return gpu.activity.has_value(); });
  return known && blocks_height(state, columns, ActivityRow::yes) <= most ? ActivityRow::yes : ActivityRow::no;
}

void draw_blocks(Screen& screen, Area area, const ViewState& state, bool utf8) {
  const int height = block_height(activity_row(state, area.width, area.height));
  const int across = block_columns(area.width, state.gpus().size());
  const int width = area.width / across;
  for (std::size_t i = 0; i < state.gpus().size(); ++i) {
    const int position = static_cast<int>(i);
    draw_block(screen, {area.row + position / across * height, area.column + position % across * width, width - 1, height},
               state.gpus()[i], i == 0 && state.pane() == Pane::gpus ? "> " : "", utf8);
  }
}

void draw_rows(Screen& screen, Area area, const ViewState& state, bool utf8) {
  const int count = static_cast<int>(state.gpus().size());
  const int shown = std::min(area.height - 1, count);
  const int first = std::clamp(state.first_gpu(), 0, count - shown);
  draw_row_titles(screen, area, shown == count, utf8);  // else it is said there which rows are shown
  if (shown < count)
    put_right(
        screen, area,
        fmt::format(" {}{} to {} of {} ", state.pane() == Pane::gpus ? "> " : "Tab: ", first + 1, first + shown, count),
        Tone::strong);
  for (int i = 0; i < shown; ++i) {
    const GpuState& gpu = state.gpus()[static_cast<std::size_t>(first) + static_cast<std::size_t>(i)];
    draw_row(screen, {area.row + 1 + i, area.column, area.width, 1}, gpu, utf8);
  }
}

}  // namespace

int gpu_pane_height(const ViewState& state, int columns, int most) {
  const int blocks = blocks_height(state, columns, activity_row(state, columns, most));
  return blocks <= most ? blocks : std::min(most, static_cast<int>(state.gpus().size()) + 1);
}

void draw_gpu_pane(Screen& screen, Area area, const ViewState& state, bool utf8) {
  if (area.height >= blocks_height(state, area.width, ActivityRow::no))
    draw_blocks(screen, area, state, utf8);
  else if (area.height > 1)
    draw_rows(screen, area, state, utf8);
}

}  // namespace gpubench::live
