#include "report/html/chart_curves.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "meter/reading.h"

namespace gpubench::report {
namespace {

// Points of all GPUs' curves together: 10 bytes each, 13.3 in base64, hence 4.3 MB of power and 3.2 MB of five kinds of
// readings when a run is long. Alone, a GPU has 40000 points of power: 800 s at 50 Hz are there sample by sample.
constexpr std::size_t kPowerPoints = 320'000;
constexpr std::size_t kReadingPoints = 48'000;
constexpr std::size_t kMostPowerPoints = 40'000;
constexpr std::size_t kMostReadingPoints = 6'000;
constexpr std::size_t kMostHeldDown = 4'000;
constexpr std::size_t kReadingCurves = 6;

enum ReadingCurve : std::uint8_t { utilization, temperature, memory, sm_clock, memory_clock, average_power };

struct GpuCurves {
  Curve power;
  std::array<Curve, kReadingCurves> readings;
};

std::size_t share_of(std::size_t all, std::size_t most, std::size_t gpus) {
  return std::min(most, all / std::max<std::size_t>(gpus, 1));
}

template <class T>
std::optional<CurveExtent> extent_of(const series::Series<T>* series, base::SteadyTime origin, std::size_t most_points) {
  const std::size_t count = series == nullptr ? 0 : series->size();
  if (count == 0) return std::nullopt;
  T first;
  T last;
  if (series->read(0, std::span<T>(&first, 1)) == 0 || series->read(count - 1, std::span<T>(&last, 1)) == 0)
    return std::nullopt;
  return CurveExtent{base::to_seconds(first.time - origin), base::to_seconds(last.time - origin), count, most_points};
}

template <class Quantity>
void add_field(CurveBuilder& builder, double seconds, const meter::Field<Quantity>& field,
               double (Quantity::*unit)() const) {
  field ? builder.add(seconds, ((*field).*unit)()) : builder.miss();
}

void add_reading(std::vector<CurveBuilder>& builders, double seconds, const meter::GpuReading& reading) {
  add_field(builders[utilization], seconds, reading.utilization, &base::Ratio::percent);
  add_field(builders[temperature], seconds, reading.temperature, &base::Temperature::celsius);
  add_field(builders[memory], seconds, reading.memory_used, &base::Bytes::mebibytes);
  add_field(builders[sm_clock], seconds, reading.sm_clock, &base::Frequency::megahertz);
  add_field(builders[memory_clock], seconds, reading.memory_clock, &base::Frequency::megahertz);
  add_field(builders[average_power], seconds, reading.power, &base::Power::watts);
}

// The reasons that hold a busy GPU down; an idle one's low clocks are no news.
std::uint64_t worth_telling(const meter::GpuReading& reading) {
  using Reasons = meter::ThrottleReasons;
  constexpr std::uint64_t kTold = Reasons::software_power_cap | Reasons::hardware_slowdown | Reasons::software_thermal |
                                  Reasons::hardware_thermal | Reasons::hardware_power_brake;
  return reading.throttle_reasons ? reading.throttle_reasons->bits & kTold : 0;
}

// Joins readings one after the other that give the same reasons.
class HeldDownFinder {
 public:
  HeldDownFinder(std::size_t gpu, std::vector<HeldDown>& found) : gpu_(gpu), found_(found) {}
  void add(double seconds, std::uint64_t bits) {
    if (open_ && found_.back().bits == bits) {
      found_.back().to = seconds;
      return;
    }
    if (open_) found_.back().to = seconds;  // until another reading says otherwise
    open_ = bits != 0 && found_.size() < kMostHeldDown;
    if (open_) found_.push_back({gpu_, seconds, seconds, bits});
  }

 private:
  std::size_t gpu_;
  std::vector<HeldDown>& found_;
  bool open_ = false;
};

void include(Charts& charts, bool& any, const CurveExtent& extent) {
  charts.first_seconds = any ? std::min(charts.first_seconds, extent.first_seconds) : extent.first_seconds;
  charts.last_seconds = any ? std::max(charts.last_seconds, extent.last_seconds) : extent.last_seconds;
  any = true;
}

// What has become of one run's series, GPU by GPU.
class Reduction {
 public:
  Reduction(base::SteadyTime origin, std::size_t gpus) : origin_(origin), gpus_(gpus) {}

  void add(const series::GpuSeries& series) {
    GpuCurves curves;
    add_power(series, curves);
    add_readings(series, curves);
    if (curves.power.points.empty() && !curves.readings[average_power].points.empty()) {
      curves.power = std::move(curves.readings[average_power]);
      charts_.average_power = true;
    }
    curves_.push_back(std::move(curves));
  }
  Charts& charts() { return charts_; }
  std::vector<Curve> power() {
    std::vector<Curve> taken;
    taken.reserve(curves_.size());
    for (GpuCurves& gpu : curves_) taken.push_back(std::move(gpu.power));
    return taken;
  }
  std::vector<Curve> readings(ReadingCurve which) {
    std::vector<Curve> taken;
    taken.reserve(curves_.size());
    for (GpuCurves& gpu : curves_) taken.push_back(std::move(gpu.readings[which]));
    return taken;
  }

 private:
  void add_power(const series::GpuSeries& series, GpuCurves& curves) {
    const auto extent = extent_of(series.power.get(), origin_, share_of(kPowerPoints, kMostPowerPoints, gpus_));
    if (!extent) return;
    include(charts_, any_, *extent);
    CurveBuilder builder(*extent);
    series::for_each(*series.power, [&](const meter::PowerSample& sample) {
      builder.add(base::to_seconds(sample.time - origin_), sample.power.watts());
    });
    curves.power = builder.take();
  }

  void add_readings(const series::GpuSeries& series, GpuCurves& curves) {
    const auto extent = extent_of(series.readings.get(), origin_, share_of(kReadingPoints, kMostReadingPoints, gpus_));
    if (!extent) return;
    include(charts_, any_, *extent);
    std::vector<CurveBuilder> builders(kReadingCurves, CurveBuilder(*extent));
    HeldDownFinder held_down(curves_.size(), charts_.held_down);
    series::for_each(*series.readings, [&](const meter::GpuReading& reading) {
      const double seconds = base::to_seconds(reading.time - origin_);
      add_reading(builders, seconds, reading);
      held_down.add(seconds, worth_telling(reading));
    });
    for (std::size_t i = 0; i < kReadingCurves; ++i) curves.readings[i] = builders[i].take();
  }

  base::SteadyTime origin_;
  std::size_t gpus_;
  Charts charts_;
  std::vector<GpuCurves> curves_;
  bool any_ = false;
};

// The different values of one limit over the GPUs; of more than three only the ends.
template <class Quantity>
std::vector<ChartLimit> limits(const record::RunRecord& run, const char* name,
                               std::optional<Quantity> meter::GpuDescription::* limit, double (Quantity::*unit)() const,
                               const std::string& unit_text, double divisor = 1) {
  std::vector<double> values;
  for (const record::GpuRecord* gpu : run.all_gpus())
    if (gpu->gpu.*limit) values.push_back((*(gpu->gpu.*limit).*unit)() / divisor);
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  if (values.size() > 3) values = {values.front(), values.back()};
  std::vector<ChartLimit> found;
  found.reserve(values.size());
  for (const double value : values)
    found.push_back({value, fmt::format("{} {:.{}f} {}", name, value, divisor == 1 ? 0 : 1, unit_text)});
  return found;
}

double highest(const std::vector<Curve>& curves) {
  double high = 0;
  for (const Curve& curve : curves)
    for (const CurvePoint& point : curve.points) high = std::max(high, point.high);
  return high;
}

Chart power_chart(const record::RunRecord& run, std::vector<Curve> curves) {
  return {"power",
          "Power",
          "W",
          std::move(curves),
          limits(run, "limit", &meter::GpuDescription::power_limit, &base::Power::watts, "W"),
          0,
          1};
}

Chart temperature_chart(const record::RunRecord& run, std::vector<Curve> curves) {
  auto lines = limits(run, "slowdown", &meter::GpuDescription::slowdown_temperature, &base::Temperature::celsius, "\u00b0C");
  return {"temperature", "Temperature", "\u00b0C", std::move(curves), std::move(lines), 0, 0};
}

// In GiB as soon as there is one.
Chart memory_chart(const record::RunRecord& run, std::vector<Curve> curves) {
  constexpr double kMebibytesPerGibibyte = 1024;
  const bool large = highest(curves) >= kMebibytesPerGibibyte;
  const double divisor = large ? kMebibytesPerGibibyte : 1;
  for (Curve& curve : curves) {
    for (CurvePoint& point : curve.points) {
      point.low /= divisor;
      point.mean /= divisor;
      point.high /= divisor;
    }
  }
  const std::string unit = large ? "GiB" : "MiB";
  auto total = limits(run, "total", &meter::GpuDescription::memory_total, &base::Bytes::mebibytes, unit, divisor);
  return {"memory", "Memory used", unit, std::move(curves), std::move(total), 0, large ? 2 : 0};
}

Chart clock_chart(const record::RunRecord& run, std::string_view id, std::string_view title, std::vector<Curve> curves,
                  std::optional<base::Frequency> meter::GpuDescription::* limit) {
  return {id, title, "MHz", std::move(curves), limits(run, "highest", limit, &base::Frequency::megahertz, "MHz"), 0, 0};
}

}  // namespace

Charts make_charts(const record::RunRecord& run, const std::vector<series::GpuSeries>& series) {
  Reduction reduction(run.ran.start, series.size());
  for (const series::GpuSeries& gpu : series) reduction.add(gpu);
  Charts charts = std::move(reduction.charts());
  charts.first_seconds = std::min(charts.first_seconds, 0.0);
  charts.last_seconds = std::max({charts.last_seconds, base::to_seconds(run.elapsed()), 1e-3});
  charts.charts.push_back(power_chart(run, reduction.power()));
  charts.charts.push_back({"utilization", "GPU utilisation", "%", reduction.readings(utilization), {}, 100, 0});
  charts.charts.push_back(temperature_chart(run, reduction.readings(temperature)));
  charts.charts.push_back(memory_chart(run, reduction.readings(memory)));
  charts.charts.push_back(
      clock_chart(run, "sm_clock", "SM clock", reduction.readings(sm_clock), &meter::GpuDescription::max_sm_clock));
  charts.charts.push_back(clock_chart(run, "memory_clock", "Memory clock", reduction.readings(memory_clock),
                                      &meter::GpuDescription::max_memory_clock));
  return charts;
}

}  // namespace gpubench::report
