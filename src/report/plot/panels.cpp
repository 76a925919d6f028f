#include "report/plot/panels.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

#include "meter/value_facts.h"
#include "report/text.h"

namespace gpubench::report {
namespace {

using meter::ValueKind;

// Drawn within the panel of the utilisation.
struct Part {
  ValueKind kind;
  std::string_view legend;
  std::string_view dash;
};
constexpr std::array kParts{Part{ValueKind::sm_activity, "dashed: SM", "(6,3)"},
                            Part{ValueKind::tensor_activity, "dotted: tensor", "(2,3)"}};

bool is_drawn(const meter::ValueFacts& facts) {
  return facts.shown || std::any_of(kParts.begin(), kParts.end(), [&](const Part& part) { return part.kind == facts.kind; });
}

// The interval values of one GPU.
struct ReadingCurves {
  meter::OfEachValue<Curve> values;  // in their units; of those that are drawn
  std::vector<ThrottlePhase> phases;
};

ReadingCurves reading_curves(const series::GpuSeries& gpu, std::size_t position, base::SteadyTime origin) {
  const auto extent = extent_of(gpu.readings.get(), origin);
  if (!extent) return {};
  std::vector<CurveBuilder> builders(meter::kValues, CurveBuilder(*extent));
  ThrottleFinder throttled(*extent);
  series::for_each(*gpu.readings, [&](const meter::GpuReading& reading) {
    const double seconds = base::to_seconds(reading.time - origin);
    throttled.add(seconds, reading);
    for (const meter::ValueFacts& facts : meter::kValueFacts) {
      if (!is_drawn(facts)) continue;
      CurveBuilder& builder = builders[meter::place_of(facts.kind)];
      const auto value = facts.read(reading);
      if (value) builder.add(seconds, *value);
      if (!value && !facts.activity) builder.miss();  // not every reading is to have activity
    }
  });
  ReadingCurves curves;
  for (const meter::ValueFacts& facts : meter::kValueFacts)
    curves.values[facts.kind] = builders[meter::place_of(facts.kind)].take();
  curves.phases = throttled.phases(position);
  return curves;
}

struct Span {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
  [[nodiscard]] bool empty() const { return low > high; }
};

Span value_span(const std::vector<Curve>& curves) {
  Span span;
  for (const Curve& curve : curves) {
    for (const CurvePoint& point : curve.points) {
      span.low = std::min(span.low, point.low);
      span.high = std::max(span.high, point.high);
    }
  }
  return span;
}

// The different values of one limit over the GPUs: each is a line; when there are more than three only the ends are.
std::vector<LimitLine> lines_at(std::vector<double> values, const std::string& name, const std::string& unit_text,
                                int decimals = 0) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  if (values.size() > 3) values = {values.front(), values.back()};
  std::vector<LimitLine> lines;
  lines.reserve(values.size());
  for (const double value : values)
    lines.push_back({value, fmt::format("{} {:.{}f} {}", name, value, decimals, unit_text), false});
  return lines;
}

template <class Quantity>
std::vector<LimitLine> limit_lines(const std::vector<meter::GpuDescription>& gpus, const std::string& name,
                                   std::optional<Quantity> meter::GpuDescription::* limit, double (Quantity::*unit)() const,
                                   const std::string& unit_text, double scale = 1, int decimals = 0) {
  std::vector<double> values;
  for (const meter::GpuDescription& gpu : gpus)
    if (gpu.*limit) values.push_back((*(gpu.*limit).*unit)() / scale);
  return lines_at(std::move(values), name, unit_text, decimals);
}

void append(std::vector<LimitLine>& lines, std::vector<LimitLine> more) {
  lines.insert(lines.end(), more.begin(), more.end());
}

// From zero to a little above the highest value and the highest limit: room for the limit's label.
void fit_from_zero(Panel& panel) {
  const Span span = value_span(panel.curves);
  double highest = span.empty() ? 0 : span.high * 1.05;
  for (const LimitLine& limit : panel.limits) highest = std::max(highest, limit.value * 1.13);
  panel.high = highest > 0 ? highest : 1;
}

Panel power_panel(const PlotInput& input, std::vector<Curve> curves) {
  Panel panel;
  panel.title = "Power (W)";
  if (!input.total_energy.empty()) panel.title += ", total energy " + input.total_energy;
  panel.curves = std::move(curves);
  panel.limits = limit_lines(input.gpus, "limit", &meter::GpuDescription::power_limit, &base::Power::watts, "W");
  fit_from_zero(panel);
  constexpr double kShareForPhases = 0.14;
  if (!input.phases.empty() && !panel.is_empty()) panel.low = -kShareForPhases * panel.high;
  return panel;
}

// Of many GPUs they would hide each other.
std::vector<PartCurve> part_curves(meter::OfEachValue<std::vector<Curve>>& curves) {
  constexpr std::size_t kFewGpus = 2;
  std::vector<PartCurve> parts;
  for (const Part& part : kParts) {
    std::vector<Curve>& of_gpus = curves[part.kind];
    for (std::size_t gpu = 0; gpu < of_gpus.size() && of_gpus.size() <= kFewGpus; ++gpu)
      if (!of_gpus[gpu].points.empty()) parts.push_back({part.legend, part.dash, gpu, std::move(of_gpus[gpu])});
  }
  return parts;
}

Panel utilization_panel(std::vector<Curve> curves) {
  Panel panel;
  panel.title = "GPU utilisation (%)";
  panel.curves = std::move(curves);
  panel.low = -2;  // so that lines at 0 and 100 are not hidden by the frame
  panel.high = 104;
  return panel;
}

Panel temperature_panel(const PlotInput& input, std::vector<Curve> curves) {
  Panel panel;
  panel.title = "Temperature (°C)";
  panel.curves = std::move(curves);
  panel.limits =
      limit_lines(input.gpus, "slowdown", &meter::GpuDescription::slowdown_temperature, &base::Temperature::celsius, "°C");
  for (LimitLine& line : panel.limits) line.below = true;  // shutdown is close above it
  append(panel.limits, limit_lines(input.gpus, "shutdown", &meter::GpuDescription::shutdown_temperature,
                                   &base::Temperature::celsius, "°C"));
  fit_from_zero(panel);
  const Span span = value_span(panel.curves);
  if (!span.empty()) panel.low = std::min(20.0, std::floor(span.low / 10) * 10);
  return panel;
}

void scale(std::vector<Curve>& curves, double divisor) {
  for (Curve& curve : curves) {
    for (CurvePoint& point : curve.points) {
      point.low /= divisor;
      point.mean /= divisor;
      point.high /= divisor;
    }
  }
}

// In GiB as soon as there is one. A total far above all that was used would flatten the curves: it is written, not drawn.
Panel memory_panel(const PlotInput& input, std::vector<Curve> curves) {
  Panel panel;
  const bool large = !value_span(curves).empty() && value_span(curves).high >= 1024;
  const double divisor = large ? 1024 : 1;
  const std::string unit = large ? "GiB" : "MiB";
  panel.title = "Memory used (" + unit + ")";
  scale(curves, divisor);
  panel.curves = std::move(curves);
  panel.limits = limit_lines(input.gpus, "total", &meter::GpuDescription::memory_total, &base::Bytes::mebibytes, unit,
                             divisor, large ? 1 : 0);
  const Span span = value_span(panel.curves);
  if (!span.empty() && !panel.limits.empty() && span.high < 0.3 * panel.limits.back().value) {
    panel.note = panel.limits.back().label + " is above this scale";
    panel.limits.clear();
    panel.high = std::max(1.3 * span.high, 1e-3);
    return panel;
  }
  fit_from_zero(panel);
  return panel;
}

// "max 1980 MHz" of each different highest value; of more than three only the ends.
std::vector<LimitLine> highest_lines(const std::vector<meter::GpuDescription>& gpus, const meter::ValueFacts& facts) {
  std::vector<double> values;
  for (const meter::GpuDescription& gpu : gpus)
    if (const auto highest = facts.highest(gpu)) values.push_back(*highest);
  return lines_at(std::move(values), "max", std::string(facts.unit));
}

Panel plain_panel(const PlotInput& input, const meter::ValueFacts& facts, std::vector<Curve> curves) {
  Panel panel;
  panel.title = fmt::format("{} ({})", facts.title, facts.unit);
  panel.curves = std::move(curves);
  if (facts.highest != nullptr) panel.limits = highest_lines(input.gpus, facts);
  fit_from_zero(panel);
  return panel;
}

Panel panel_of(const PlotInput& input, ValueKind kind, std::vector<Curve> curves) {
  switch (kind) {
    case ValueKind::power:
      return power_panel(input, std::move(curves));
    case ValueKind::utilization:
      return utilization_panel(std::move(curves));
    case ValueKind::temperature:
      return temperature_panel(input, std::move(curves));
    case ValueKind::memory_used:
      return memory_panel(input, std::move(curves));
    default:
      return plain_panel(input, meter::facts_of(kind), std::move(curves));
  }
}

// Room for the strips below zero.
void show_phases(Panel& panel, const std::vector<ThrottlePhase>& phases) {
  if (phases.empty() || panel.is_empty()) return;
  panel.phases = phases;
  panel.low = -0.16 * panel.high;
}

// Steps of time that read well; at most ten of them over `length`.
double tick_step(double length, bool hours) {
  static constexpr std::array kSixties = {0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 20.0, 30.0};
  static constexpr std::array kHours = {0.5, 1.0, 2.0, 3.0, 4.0, 6.0, 12.0, 24.0, 48.0, 96.0, 168.0, 336.0, 672.0};
  const auto fitting = [&](const auto& steps) {
    const auto* const step = std::find_if(steps.begin(), steps.end(), [&](double s) { return length / s <= 10; });
    return step == steps.end() ? length / 5 : *step;
  };
  return hours ? fitting(kHours) : fitting(kSixties);
}

TimeAxis time_axis_of(const PlotInput& input) {
  Span span;
  const auto include = [&](const std::optional<CurveExtent>& extent) {
    if (!extent) return;
    span.low = std::min(span.low, extent->first_seconds);
    span.high = std::max(span.high, extent->last_seconds);
  };
  for (const series::GpuSeries& gpu : *input.series) {
    include(extent_of(gpu.readings.get(), input.origin));
    include(extent_of(gpu.power.get(), input.origin));
  }
  if (input.run)
    include(
        CurveExtent{base::to_seconds(input.run->start - input.origin), base::to_seconds(input.run->end - input.origin), 2});
  return span.empty() ? time_axis(0, 1) : time_axis(span.low, span.high);
}

}  // namespace

TimeAxis time_axis(double first_seconds, double last_seconds) {
  const double length = std::max(last_seconds - first_seconds, 1e-3);
  const auto axis = [&](double unit, const char* label) {
    return TimeAxis{first_seconds, first_seconds + length, unit, tick_step(length / unit, unit == 3600), label};
  };
  if (length < 180) return axis(1, "Time since start (s)");
  return length < 3 * 3600 ? axis(60, "Time since start (min)") : axis(3600, "Time since start (h)");
}

bool Panel::is_empty() const {
  return std::all_of(curves.begin(), curves.end(), [](const Curve& curve) { return curve.points.empty(); });
}

Panels make_panels(const PlotInput& input) {
  Panels result;
  meter::OfEachValue<std::vector<Curve>> curves;
  std::vector<ThrottlePhase> phases;
  for (std::size_t position = 0; position < input.series->size(); ++position) {
    const series::GpuSeries& gpu = (*input.series)[position];
    ReadingCurves readings = reading_curves(gpu, position, input.origin);
    phases.insert(phases.end(), readings.phases.begin(), readings.phases.end());
    Curve samples = sample_curve(gpu, input.origin);
    Curve& averages = readings.values[ValueKind::power];
    const bool stand_in = samples.points.empty() && !averages.points.empty();
    result.average_power = result.average_power || stand_in;
    if (!stand_in) averages = std::move(samples);
    for (const meter::ValueFacts& facts : meter::kValueFacts)
      curves[facts.kind].push_back(std::move(readings.values[facts.kind]));
  }
  result.time = time_axis_of(input);
  for (const ValueKind kind : meter::values_in_order({ValueKind::power})) {
    if (!meter::facts_of(kind).shown) continue;
    result.panels.push_back(panel_of(input, kind, std::move(curves[kind])));
    if (kind == ValueKind::utilization) result.panels.back().parts = part_curves(curves);
    if (kind == ValueKind::sm_clock) show_phases(result.panels.back(), phases);
  }
  return result;
}

}  // namespace gpubench::report
