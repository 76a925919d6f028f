#include "report/plot/gnuplot_script.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <utility>
#include <vector>

#include "report/text.h"

namespace gpubench::report {
namespace {

constexpr int kWidth = 1600;  // pixels
constexpr int kHeight = 1200;
constexpr std::size_t kLegendColumns = 8;
constexpr std::size_t kFewPoints = 60;       // drawn as dots too
constexpr std::size_t kSubtitleWidth = 165;  // characters of a line
constexpr std::size_t kTitleWidth = 90;

// Distinct with any of the common kinds of colour blindness, and on white: after Okabe and Ito, without their yellow.
constexpr std::array<std::string_view, 8> kColours = {"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                                      "#E69F00", "#56B4E9", "#882255", "#555555"};
// With more GPUs than colours the second round is dashed, the third dotted.
constexpr std::array<std::string_view, 3> kDashes = {"solid", "(10,4)", "(2,3)"};

// Lengths are pixels from the top left corner, gnuplot's screen is 0 to 1 from the bottom left.
double screen_x(double pixels) {
  return pixels / kWidth;
}
double screen_y(double pixels) {
  return 1 - pixels / kHeight;
}

class Script {
 public:
  template <class... Args>
  void line(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(text_), format, std::forward<Args>(args)...);
    text_.push_back('\n');
  }
  // The script is done with.
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

std::string_view colour_of(std::size_t curve) {
  return kColours[curve % kColours.size()];
}

std::string style_of(std::size_t gpu) {
  return fmt::format("lc rgb '{}' dt {}", colour_of(gpu), kDashes[(gpu / kColours.size()) % kDashes.size()]);
}

// The same picture in each format: points of type and lines are as large in print as 96 pixels to the inch make them.
std::string terminal_of(PlotFormat format) {
  constexpr double kPixelsPerInch = 96;
  switch (format) {
    case PlotFormat::svg:
      return fmt::format("svg noenhanced size {},{} background rgb 'white' font 'DejaVu Sans,14' linewidth 1", kWidth,
                         kHeight);
    case PlotFormat::pdf:
      return fmt::format(
          "pdfcairo noenhanced size {:.4f}in,{:.4f}in background rgb 'white' font 'DejaVu Sans,11' linewidth 1",
          kWidth / kPixelsPerInch, kHeight / kPixelsPerInch);
    default:
      return fmt::format("pngcairo noenhanced size {},{} background rgb 'white' font 'DejaVu Sans,11' linewidth 1", kWidth,
                         kHeight);
  }
}

void write_settings(Script& script, PlotFormat format) {
  script.line("set encoding utf8");
  script.line("set terminal {}", terminal_of(format));
  script.line("set border 3 lc rgb '#444444'");
  script.line("set tics nomirror out scale 0.6 textcolor rgb '#333333' font ',10'");
  script.line("set grid xtics ytics back lt 1 lw 0.6 lc rgb '#E4E4E4'");
  script.line("unset key");
  script.line("set style fill transparent solid 0.25 noborder");
}

// Columns: time, low, mean, high; a blank line is a gap.
void write_curve(Script& script, const Curve& curve, const std::string& name, const TimeAxis& time) {
  script.line("{} << EOD", name);
  for (const CurvePoint& point : curve.points)
    script.line("{}{:.7g} {:.6g} {:.6g} {:.6g}", point.after_gap ? "\n" : "", point.seconds / time.unit_seconds, point.low,
                point.mean, point.high);
  script.line("EOD");
}

// Of data: panel 0, GPU 1.
std::string curve_name(std::size_t panel, std::size_t gpu) {
  return fmt::format("$P{}G{}", panel, gpu);
}
std::string part_name(std::size_t panel, std::size_t part) {
  return fmt::format("$P{}S{}", panel, part);
}

// Lines of at most kSubtitleWidth characters, broken between two statements; the last is cut.
std::vector<std::string> subtitle_lines(const std::string& text) {
  const std::string rest = one_line(text, 2 * kSubtitleWidth);
  if (rest.size() <= kSubtitleWidth) return {rest};
  constexpr std::string_view kBetween = "  |  ";
  const std::size_t at = rest.rfind(kBetween, kSubtitleWidth);
  if (at == std::string::npos || at == 0) return {one_line(rest, kSubtitleWidth)};
  return {rest.substr(0, at), one_line(rest.substr(at + kBetween.size()), kSubtitleWidth)};
}

std::string legend_text(const PlotInput& input, std::size_t gpu) {
  const meter::GpuDescription& description = input.gpus[gpu];
  const bool one_model =
      std::all_of(input.gpus.begin(), input.gpus.end(), [&](const auto& g) { return g.name == description.name; });
  const bool other = gpu < input.is_other.size() && input.is_other[gpu];
  const std::string name = fmt::format("GPU {}{}", description.index, other ? " (other)" : "");
  return input.gpus.size() == 1 || !one_model ? name + "  " + one_line(description.name, 20) : name;
}

std::vector<std::string> legend_of(const PlotInput& input) {
  std::vector<std::string> names = input.names;
  if (names.empty())
    for (std::size_t gpu = 0; gpu < input.gpus.size(); ++gpu) names.push_back(legend_text(input, gpu));
  return names;
}

// Fewer columns when each entry has a model name.
std::size_t legend_columns(const std::vector<std::string>& names) {
  std::size_t longest = 0;
  for (const std::string& name : names) longest = std::max(longest, name.size());
  return longest > 8 ? kLegendColumns / 2 : kLegendColumns;
}

double write_legend(Script& script, const PlotInput& input, double top) {
  const std::vector<std::string> names = legend_of(input);
  const std::size_t columns = legend_columns(names);
  const double column_width = (kWidth - 130.0) / static_cast<double>(columns);
  for (std::size_t gpu = 0; gpu < names.size(); ++gpu) {
    const std::size_t row = gpu / columns;
    const double x = 66 + column_width * static_cast<double>(gpu % columns);
    const double y = top + 24 * static_cast<double>(row);
    script.line("set arrow from screen {:.5f},{:.5f} to screen {:.5f},{:.5f} nohead lw 3 {}", screen_x(x), screen_y(y),
                screen_x(x + 38), screen_y(y), style_of(gpu));
    script.line("set label {} at screen {:.5f},{:.5f} left font ',11'", gnuplot_quoted(names[gpu]), screen_x(x + 48),
                screen_y(y));
  }
  const std::size_t rows = (names.size() + columns - 1) / columns;
  return top + 24 * static_cast<double>(rows);
}

// Title, subtitle, badge, legend, foot: drawn once, with the first panel. Returns where the panels may begin (pixels).
double write_frame(Script& script, const PlotInput& input, const Panels& panels) {
  script.line("set label {} at screen {:.5f},{:.5f} left font 'DejaVu Sans:Bold,17' textcolor rgb '#111111'",
              gnuplot_quoted(one_line(input.title, kTitleWidth)), screen_x(64), screen_y(34));
  double y = 64;
  for (const std::string& line : subtitle_lines(input.subtitle)) {
    script.line("set label {} at screen {:.5f},{:.5f} left font ',11' textcolor rgb '#444444'", gnuplot_quoted(line),
                screen_x(64), screen_y(y));
    y += 22;
  }
  if (input.replay) {
    script.line(
        "set object rectangle from screen {:.5f},{:.5f} to screen {:.5f},{:.5f} front fc rgb '#B3261E' fs solid noborder",
        screen_x(kWidth - 356), screen_y(54), screen_x(kWidth - 40), screen_y(14));
    script.line(
        "set label 'REPLAY - not a measurement' at screen {:.5f},{:.5f} center front font 'DejaVu Sans:Bold,13' "
        "textcolor rgb 'white'",
        screen_x(kWidth - 198), screen_y(34));
  }
  y = write_legend(script, input, y + 8);
  std::string band = panels.average_power ? "Power: the driver's average where there are no samples."
                                          : "Power: the driver's samples; band: lowest to highest, line: mean.";
  if (!input.foot.empty()) band = input.foot;
  script.line("set label {} at screen {:.5f},{:.5f} left font ',9' textcolor rgb '#666666'",
              gnuplot_quoted(band + (input.run ? " Grey: before and after the benchmark." : "")), screen_x(64),
              screen_y(kHeight - 16));
  return y;
}

// Two are below each other, more are in two columns.
std::size_t columns_of(const Panels& panels) {
  return panels.panels.size() <= 2 ? 1 : 2;
}

void write_place(Script& script, const Panels& panels, std::size_t panel, double top) {
  const std::size_t columns = columns_of(panels);
  const std::size_t rows = columns == 1 ? panels.panels.size() : 3;
  const std::size_t row = panel / columns;
  const double row_height = (kHeight - 44 - top) / static_cast<double>(rows);
  const double row_top = top + row_height * static_cast<double>(row);
  const double left = panel % columns == 0 ? 84 : 880;
  script.line("set lmargin at screen {:.5f}", screen_x(left));
  script.line("set rmargin at screen {:.5f}", screen_x(columns == 1 ? 1560 : left + 680));
  script.line("set tmargin at screen {:.5f}", screen_y(row_top + 50));
  script.line("set bmargin at screen {:.5f}", screen_y(row_top + row_height - 34));
}

void write_run_marks(Script& script, const PlotInput& input, const TimeAxis& time, bool named) {
  if (!input.run) return;
  const double start = base::to_seconds(input.run->start - input.origin) / time.unit_seconds;
  const double end = base::to_seconds(input.run->end - input.origin) / time.unit_seconds;
  script.line("set object rectangle from graph 0,graph 0 to first {:.7g},graph 1 behind fc rgb '#F1F1F1' fs solid noborder",
              start);
  std::vector<std::pair<double, const char*>> marks{{start, "start"}};
  if (!input.under_way) {
    script.line(
        "set object rectangle from first {:.7g},graph 0 to graph 1,graph 1 behind fc rgb '#F1F1F1' fs solid noborder", end);
    marks.emplace_back(end, "end");
  }
  for (const auto& [at, name] : marks) {
    script.line("set arrow from first {0:.7g},graph 0 to first {0:.7g},graph 1 nohead back lw 1 lc rgb '#888888' dt (4,4)",
                at);
    if (named)
      script.line("set label '{}' at first {:.7g},graph 1 center offset 0,0.5 font ',9' textcolor rgb '#666666'", name, at);
  }
}

void write_limits(Script& script, const Panel& panel) {
  // At the left, where the GPU is still idle; with a white ground, so that curves do not cross them.
  script.line("set style textbox opaque noborder margins 0.4,0.2 fillcolor rgb '#FFFFFF'");
  for (const LimitLine& limit : panel.limits) {
    script.line(
        "set arrow from graph 0,first {0:.7g} to graph 1,first {0:.7g} nohead front lw 1.2 lc rgb '#A61C1C' dt (8,4)",
        limit.value);
    script.line("set label {} at graph 0.005,first {:.7g} left offset 0,{} front boxed font ',9' textcolor rgb '#A61C1C'",
                gnuplot_quoted(limit.label), limit.value, limit.below ? "-0.7" : "0.7");
  }
}

// The more bands lie over each other, the lighter each.
double band_opacity(std::size_t gpus) {
  if (gpus <= 2) return 0.28;
  return gpus <= 8 ? 0.14 : 0.08;
}

// Bands under lines, so that no GPU's line is hidden by another's band.
std::string plot_items(const Panel& panel, std::size_t number) {
  std::string items;
  const auto add = [&](const std::string& item) { items += (items.empty() ? "plot " : ", ") + item; };
  const double opacity = band_opacity(panel.curves.size());
  for (std::size_t gpu = 0; gpu < panel.curves.size(); ++gpu)
    if (panel.curves[gpu].is_reduced && !panel.curves[gpu].points.empty())
      add(fmt::format("$P{}G{} using 1:2:4 with filledcurves fs transparent solid {} noborder lc rgb '{}'", number, gpu,
                      opacity, colour_of(panel.first_colour + gpu)));
  // A peak one pixel wide is too faint as a band: the band's upper edge is drawn, half transparent.
  for (std::size_t gpu = 0; gpu < panel.curves.size(); ++gpu)
    if (panel.curves[gpu].is_reduced && !panel.curves[gpu].points.empty())
      add(fmt::format("$P{}G{} using 1:4 with lines lw 0.8 lc rgb '#80{}'", number, gpu,
                      colour_of(panel.first_colour + gpu).substr(1)));
  for (std::size_t gpu = 0; gpu < panel.curves.size(); ++gpu) {
    const std::size_t count = panel.curves[gpu].points.size();
    if (count == 0) continue;
    const std::string dots = count <= kFewPoints && panel.curves.size() <= 4 ? "linespoints pt 7 ps 0.55" : "lines";
    add(fmt::format("$P{}G{} using 1:3 with {} lw {} {}", number, gpu, dots, panel.curves.size() <= 8 ? 1.6 : 1.1,
                    style_of(panel.first_colour + gpu)));
  }
  for (std::size_t part = 0; part < panel.parts.size(); ++part)
    add(fmt::format("{} using 1:3 with lines lw 1.2 lc rgb '{}' dt {}", part_name(number, part),
                    kColours[panel.parts[part].gpu % kColours.size()], panel.parts[part].dash));
  return items.empty() ? fmt::format("plot {:.7g} with lines lc rgb 'white'", 2 * panel.high - panel.low) : items;
}

// Which dashes are which part.
void write_parts_legend(Script& script, const Panel& panel) {
  std::string text;
  for (std::size_t i = 0; i < panel.parts.size(); ++i)
    if (i == 0 || panel.parts[i].legend != panel.parts[i - 1].legend)
      text += fmt::format("{}{}", text.empty() ? "" : ",  ", panel.parts[i].legend);
  if (!text.empty())
    script.line("set label {} at graph 1,graph 1 right offset 0,1.5 font ',9' textcolor rgb '#666666'",
                gnuplot_quoted(text));
}

constexpr std::string_view kIntensityColour = "#6A3D9A";

// The grid's carbon intensity as steps on an axis of their own, to the right of the power. Returns what plots them.
std::string write_intensity(Script& script, const PlotInput& input, const TimeAxis& time) {
  if (input.intensity.empty()) return {};
  const auto at = [&](base::SteadyTime when) { return base::to_seconds(when - input.origin) / time.unit_seconds; };
  double highest = 0;
  script.line("$Intensity << EOD");
  for (const IntensityStep& step : input.intensity) {
    const double grams = step.intensity.grams_per_kilowatt_hour();
    highest = std::max(highest, grams);
    script.line("{:.7g} {:.6g}\n{:.7g} {:.6g}", at(step.from), grams, at(step.to), grams);
  }
  script.line("EOD");
  script.line("set y2range [0:{:.7g}]", highest > 0 ? 1.2 * highest : 1);
  script.line("set y2tics nomirror out scale 0.6 textcolor rgb '{}' font ',9'", kIntensityColour);
  script.line("set label 'grid (gCO2/kWh, right)' at graph 1,graph 1 right offset 0,1.5 font ',9' textcolor rgb '{}'",
              kIntensityColour);
  return fmt::format(", $Intensity using 1:2 axes x1y2 with lines lw 2 lc rgb '{}' dt (14,4,2,4)", kIntensityColour);
}

constexpr std::string_view kCapColour = "#E69F00";
constexpr std::string_view kSlowdownColour = "#A61C1C";

// Axis marks from zero up only: below it are the strips.
void write_value_marks(Script& script, const Panel& panel, bool has_strips) {
  script.line("set ytics autofreq");
  if (!has_strips) return;
  double step = std::pow(10.0, std::floor(std::log10(panel.high)));
  while (panel.high / step < 4) step /= 2;
  script.line("set ytics 0,{:.7g}", step);
}

// A strip for each GPU, the first on top, with a bar for each phase in which its clock was throttled.
void write_phases(Script& script, const PlotInput& input, const Panel& panel, const TimeAxis& time) {
  if (panel.phases.empty()) return;
  const auto gpus = static_cast<double>(input.gpus.size());
  const double strip = std::min(0.8 * -panel.low / gpus, 0.05 * panel.high);
  bool capped = false;
  bool slowed = false;
  for (const ThrottlePhase& phase : panel.phases) {
    (phase.slowdown ? slowed : capped) = true;
    const double top = 0.1 * panel.low - strip * static_cast<double>(phase.gpu);
    script.line(
        "set object rectangle from first {:.7g},first {:.7g} to first {:.7g},first {:.7g} back fc rgb '{}' fs solid "
        "noborder",
        phase.from_seconds / time.unit_seconds, top, phase.to_seconds / time.unit_seconds, top - 0.75 * strip,
        phase.slowdown ? kSlowdownColour : kCapColour);
  }
  const auto explain = [&](std::string_view what, std::string_view colour, double offset) {
    script.line("set label '{}' at graph 1,graph 1 right offset {},1.5 font ',9' textcolor rgb '{}'", what, offset, colour);
  };
  if (capped) explain("throttled by the power cap", "#9A6700", 0);
  if (slowed) explain("by heat or hardware", kSlowdownColour, capped ? -24 : 0);
}

// Strips below the power, those of phases within others under them; a name where there is room for it.
void write_phase_strips(Script& script, const PlotInput& input, const Panel& panel, const TimeAxis& time) {
  const double strip = -panel.low / (kPhaseLevels + 0.2);
  const double axis = time.last_seconds - time.first_seconds;
  constexpr double kSharePerCharacter = 0.0125;  // of the axis
  for (const PhaseStrip& phase : input.phases) {
    const double from = base::to_seconds(phase.time.start - input.origin);
    const double to = base::to_seconds(phase.time.end - input.origin);
    const double top = -0.1 * strip - strip * static_cast<double>(phase.depth);
    script.line(
        "set object rectangle from first {:.7g},first {:.7g} to first {:.7g},first {:.7g} back fc rgb '{}' fs solid 0.35 "
        "noborder",
        from / time.unit_seconds, top, to / time.unit_seconds, top - 0.85 * strip, kColours[phase.phase % kColours.size()]);
    if (static_cast<double>(phase.name.size()) * kSharePerCharacter * axis < to - from)
      script.line("set label {} at first {:.7g},first {:.7g} center front font ',8' textcolor rgb '#222222'",
                  gnuplot_quoted(phase.name), (from + to) / 2 / time.unit_seconds, top - 0.43 * strip);
  }
}

void write_panel(Script& script, const PlotInput& input, const Panels& panels, std::size_t number, double top) {
  const Panel& panel = panels.panels[number];
  const TimeAxis& time = panels.time;
  write_place(script, panels, number, top);
  script.line("set xrange [{:.7g}:{:.7g}]", time.first_seconds / time.unit_seconds, time.last_seconds / time.unit_seconds);
  script.line("set xtics {:.7g}", time.tick);
  script.line("set yrange [{:.7g}:{:.7g}]", panel.low, panel.high);
  const bool lowest_row = number + columns_of(panels) >= panels.panels.size();
  script.line("set xlabel {} offset 0,0.5 textcolor rgb '#333333'", gnuplot_quoted(lowest_row ? time.label : ""));
  script.line("set label {} at graph 0,graph 1 left offset 0,1.5 font 'DejaVu Sans:Bold,12' textcolor rgb '#222222'",
              gnuplot_quoted(panel.title));
  if (panel.is_empty())
    script.line("set label 'not available' at graph 0.5,graph 0.5 center front font ',13' textcolor rgb '#777777'");
  if (!panel.note.empty())
    script.line("set label {} at graph 0.995,graph 0.95 right front font ',10' textcolor rgb '#777777'",
                gnuplot_quoted(panel.note));
  write_parts_legend(script, panel);
  write_run_marks(script, input, time, number < columns_of(panels));
  const bool shows_phases = number == 0 && !input.phases.empty();
  write_value_marks(script, panel, shows_phases || !panel.phases.empty());
  write_limits(script, panel);
  write_phases(script, input, panel, time);
  if (shows_phases) write_phase_strips(script, input, panel, time);
  const std::string intensity = number == 0 ? write_intensity(script, input, time) : std::string();
  script.line("{}{}", plot_items(panel, number), intensity);
  script.line("unset y2tics");
  script.line("unset label");
  script.line("unset arrow");
  script.line("unset object");
}

}  // namespace

// Within single quotes gnuplot knows no escapes, no macros and no commands; a quote is doubled.
std::string gnuplot_quoted(std::string_view text) {
  std::string quoted = "'";
  for (const char c : one_line(text)) quoted += c == '\'' ? std::string("''") : std::string(1, c);
  return quoted + "'";
}

std::string gnuplot_script(const PlotInput& input, const Panels& panels, PlotFormat format) {
  Script script;
  write_settings(script, format);
  for (std::size_t p = 0; p < panels.panels.size(); ++p) {
    const Panel& panel = panels.panels[p];
    for (std::size_t g = 0; g < panel.curves.size(); ++g)
      write_curve(script, panel.curves[g], curve_name(p, g), panels.time);
    for (std::size_t i = 0; i < panel.parts.size(); ++i)
      write_curve(script, panel.parts[i].curve, part_name(p, i), panels.time);
  }
  script.line("set multiplot");
  const double top = write_frame(script, input, panels);
  for (std::size_t p = 0; p < panels.panels.size(); ++p) write_panel(script, input, panels, p, top);
  script.line("unset multiplot");
  return script.take();
}

}  // namespace gpubench::report
