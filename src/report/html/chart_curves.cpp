#include "report/html/chart_curves.h"

#include <fmt/format.h>

#include <algorithm>
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

// What a chart shows of a reading; empty: it is not there.
using ReadingValue = std::optional<double> (*)(const meter::GpuReading&);

template <auto kField, auto kUnit>
std::optional<double> value_of(const meter::GpuReading& reading) {
  const auto& field = reading.*kField;
  return field ? std::optional(((*field).*kUnit)()) : std::nullopt;
}
constexpr ReadingValue kUtilization = value_of<&meter::GpuReading::utilization, &base::Ratio::percent>;
constexpr ReadingValue kTemperature = value_of<&meter::GpuReading::temperature, &base::Temperature::celsius>;
constexpr ReadingValue kMemory = value_of<&meter::GpuReading::memory_used, &base::Bytes::mebibytes>;
constexpr ReadingValue kSmClock = value_of<&meter::GpuReading::sm_clock, &base::Frequency::megahertz>;
constexpr ReadingValue kMemoryClock = value_of<&meter::GpuReading::memory_clock, &base::Frequency::megahertz>;
constexpr ReadingValue kAveragePower = value_of<&meter::GpuReading::power, &base::Power::watts>;

// The reasons that throttle a busy GPU; low clocks of an idle GPU mean nothing.
std::uint64_t worth_telling(const meter::GpuReading& reading) {
  using Reasons = meter::ThrottleReasons;
  constexpr std::uint64_t kTold = Reasons::software_power_cap | Reasons::hardware_slowdown | Reasons::software_thermal |
                                  Reasons::hardware_thermal | Reasons::hardware_power_brake;
  return reading.throttle_reasons ? reading.throttle_reasons->bits & kTold : 0;
}

// Joins consecutive readings that give the same reasons.
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

// What must be known of all series before the first curve is written.
class Survey {
 public:
  explicit Survey(base::SteadyTime origin) : origin_(origin) {}

  void add(const series::GpuSeries& series) {
    include(extent_of(series.power.get(), origin_, 0));
    include(extent_of(series.readings.get(), origin_, 0));
    bool averages = false;
    HeldDownFinder held_down(gpu_++, charts.held_down);
    if (series.readings)
      series::for_each(*series.readings, [&](const meter::GpuReading& reading) {
        held_down.add(base::to_seconds(reading.time - origin_), worth_telling(reading));
        highest_memory = std::max(highest_memory, kMemory(reading).value_or(0));
        averages = averages || reading.power.has_value();
      });
    const bool has_samples = series.power && series.power->size() > 0;
    charts.average_power = charts.average_power || (!has_samples && averages);
  }

  Charts charts;
  double highest_memory = 0;  // MiB

 private:
  void include(const std::optional<CurveExtent>& extent) {
    if (!extent) return;
    charts.first_seconds = any_ ? std::min(charts.first_seconds, extent->first_seconds) : extent->first_seconds;
    charts.last_seconds = any_ ? std::max(charts.last_seconds, extent->last_seconds) : extent->last_seconds;
    any_ = true;
  }

  base::SteadyTime origin_;
  std::size_t gpu_ = 0;
  bool any_ = false;
};

// Reduces the series of one GPU at a time.
class CurveSource {
 public:
  CurveSource(base::SteadyTime origin, const std::vector<series::GpuSeries>& series) : origin_(origin), series_(&series) {}

  [[nodiscard]] std::size_t gpus() const { return series_->size(); }
  // The driver's samples; without them its averages.
  [[nodiscard]] Curve power(std::size_t gpu) const {
    const auto* samples = (*series_)[gpu].power.get();
    const auto extent = extent_of(samples, origin_, share_of(kPowerPoints, kMostPowerPoints, gpus()));
    if (!extent) return readings(gpu, kAveragePower);
    CurveBuilder builder(*extent);
    series::for_each(*samples, [&](const meter::PowerSample& sample) {
      builder.add(base::to_seconds(sample.time - origin_), sample.power.watts());
    });
    return builder.take();
  }
  [[nodiscard]] Curve readings(std::size_t gpu, ReadingValue value_of) const {
    const auto* readings = (*series_)[gpu].readings.get();
    const auto extent = extent_of(readings, origin_, share_of(kReadingPoints, kMostReadingPoints, gpus()));
    if (!extent) return {};
    CurveBuilder builder(*extent);
    series::for_each(*readings, [&](const meter::GpuReading& reading) {
      const auto value = value_of(reading);
      value ? builder.add(base::to_seconds(reading.time - origin_), *value) : builder.miss();
    });
    return builder.take();
  }

 private:
  base::SteadyTime origin_;
  const std::vector<series::GpuSeries>* series_;
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

// A chart of readings' values, still without scale and limits.
Chart chart_of(const CurveSource& source, std::string_view id, std::string_view title, std::string unit,
               ReadingValue value) {
  Chart chart;
  chart.id = id;
  chart.title = title;
  chart.unit = std::move(unit);
  chart.gpus = source.gpus();
  chart.curve = [source, value](std::size_t gpu) { return source.readings(gpu, value); };
  return chart;
}

Chart power_chart(const record::RunRecord& run, const CurveSource& source) {
  Chart chart = chart_of(source, "power", "Power", "W", kAveragePower);
  chart.curve = [source](std::size_t gpu) { return source.power(gpu); };
  chart.limits = limits(run, "limit", &meter::GpuDescription::power_limit, &base::Power::watts, "W");
  chart.decimals = 1;
  return chart;
}

Chart utilization_chart(const CurveSource& source) {
  Chart chart = chart_of(source, "utilization", "GPU utilisation", "%", kUtilization);
  chart.least_high = 100;
  return chart;
}

Chart temperature_chart(const record::RunRecord& run, const CurveSource& source) {
  Chart chart = chart_of(source, "temperature", "Temperature", "\u00b0C", kTemperature);
  chart.limits =
      limits(run, "slowdown", &meter::GpuDescription::slowdown_temperature, &base::Temperature::celsius, chart.unit);
  return chart;
}

void divide(Curve& curve, double divisor) {
  for (CurvePoint& point : curve.points) {
    point.low /= divisor;
    point.mean /= divisor;
    point.high /= divisor;
  }
}

// In GiB as soon as there is one.
Chart memory_chart(const record::RunRecord& run, const CurveSource& source, double highest_mebibytes) {
  constexpr double kMebibytesPerGibibyte = 1024;
  const bool large = highest_mebibytes >= kMebibytesPerGibibyte;
  const double divisor = large ? kMebibytesPerGibibyte : 1;
  Chart chart = chart_of(source, "memory", "Memory used", large ? "GiB" : "MiB", kMemory);
  chart.curve = [source, divisor](std::size_t gpu) {
    Curve curve = source.readings(gpu, kMemory);
    divide(curve, divisor);
    return curve;
  };
  chart.limits = limits(run, "total", &meter::GpuDescription::memory_total, &base::Bytes::mebibytes, chart.unit, divisor);
  chart.decimals = large ? 2 : 0;
  return chart;
}

Chart clock_chart(const record::RunRecord& run, Chart chart, std::optional<base::Frequency> meter::GpuDescription::* limit) {
  chart.limits = limits(run, "highest", limit, &base::Frequency::megahertz, "MHz");
  return chart;
}

}  // namespace

Charts make_charts(const record::RunRecord& run, const std::vector<series::GpuSeries>& series) {
  Survey survey(run.ran.start);
  for (const series::GpuSeries& gpu : series) survey.add(gpu);
  const CurveSource source(run.ran.start, series);
  Charts charts = std::move(survey.charts);
  charts.first_seconds = std::min(charts.first_seconds, 0.0);
  charts.last_seconds = std::max({charts.last_seconds, base::to_seconds(run.elapsed()), 1e-3});
  charts.charts.push_back(power_chart(run, source));
  charts.charts.push_back(utilization_chart(source));
  charts.charts.push_back(temperature_chart(run, source));
  charts.charts.push_back(memory_chart(run, source, survey.highest_memory));
  charts.charts.push_back(
      clock_chart(run, chart_of(source, "sm_clock", "SM clock", "MHz", kSmClock), &meter::GpuDescription::max_sm_clock));
  charts.charts.push_back(clock_chart(run, chart_of(source, "memory_clock", "Memory clock", "MHz", kMemoryClock),
                                      &meter::GpuDescription::max_memory_clock));
  return charts;
}

}  // namespace gpubench::report
