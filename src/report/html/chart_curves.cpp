#include "report/html/chart_curves.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "meter/value_facts.h"

namespace gpubench::report {
namespace {

using meter::ValueKind;

// Points of all GPUs' curves together: 10 bytes each, 13.3 in base64, hence 4.3 MB of power and 3.2 MB of five kinds of
// readings when a run is long. Alone, a GPU has 40000 points of power: 800 s at 50 Hz are there sample by sample.
constexpr std::size_t kPowerPoints = 320'000;
constexpr std::size_t kReadingPoints = 48'000;
constexpr std::size_t kMostPowerPoints = 40'000;
constexpr std::size_t kMostReadingPoints = 6'000;
// Throttled spans of all GPUs together, 30 bytes each, and of one GPU.
constexpr std::size_t kThrottledSpans = 16'000;
constexpr std::size_t kMostThrottledSpans = 4'000;

std::size_t share_of(std::size_t all, std::size_t most, std::size_t gpus) {
  return std::min(most, all / std::max<std::size_t>(gpus, 1));
}

// The reasons that throttle a busy GPU; low clocks of an idle GPU mean nothing.
std::uint64_t worth_telling(const meter::GpuReading& reading) {
  using Reasons = meter::ThrottleReasons;
  constexpr std::uint64_t kTold = Reasons::software_power_cap | Reasons::hardware_slowdown | Reasons::software_thermal |
                                  Reasons::hardware_thermal | Reasons::hardware_power_brake;
  return reading.throttle_reasons ? reading.throttle_reasons->bits & kTold : 0;
}

// Joins consecutive readings of a GPU that give the same reasons. Where there are more spans than `most`, those with the
// shortest gaps between them become one.
class ThrottledSpans {
 public:
  ThrottledSpans(std::size_t gpu, std::size_t most) : gpu_(gpu), most_(std::max<std::size_t>(most, 2)) {}

  void add(double seconds, std::uint64_t bits) {
    if (bits_ != 0) spans_.back().to = seconds;  // until another reading says otherwise
    if (bits != 0 && bits != bits_) begin({gpu_, seconds, seconds, bits});
    bits_ = bits;
  }

  [[nodiscard]] const std::vector<ThrottledSpan>& spans() const { return spans_; }
  [[nodiscard]] bool are_joined() const { return joined_gap_.has_value(); }

 private:
  void begin(const ThrottledSpan& span) {
    if (spans_.size() >= most_) halve();
    append(span);
  }

  void append(const ThrottledSpan& span) {
    if (spans_.empty() || !joined_gap_ || span.from - spans_.back().to > *joined_gap_) {
      spans_.push_back(span);
      return;
    }
    spans_.back().to = span.to;
    spans_.back().bits |= span.bits;
  }

  // At least every other gap is as short as the one in the middle.
  void halve() {
    std::vector<double> gaps;
    for (std::size_t i = 1; i < spans_.size(); ++i) gaps.push_back(spans_[i].from - spans_[i - 1].to);
    const auto middle = gaps.begin() + static_cast<std::ptrdiff_t>(gaps.size() / 2);
    std::nth_element(gaps.begin(), middle, gaps.end());
    joined_gap_ = *middle;
    for (const ThrottledSpan& span : std::exchange(spans_, {})) append(span);
  }

  std::size_t gpu_;
  std::size_t most_;
  std::vector<ThrottledSpan> spans_;
  std::uint64_t bits_ = 0;            // of the last reading; not 0: it is the last span's
  std::optional<double> joined_gap_;  // seconds; empty: nothing was joined
};

// What must be known of all series before the first curve is written.
class Survey {
 public:
  Survey(base::SteadyTime origin, std::size_t gpus)
      : origin_(origin), most_spans_(share_of(kThrottledSpans, kMostThrottledSpans, gpus)) {}

  void add(const series::GpuSeries& series) {
    include(extent_of(series.power.get(), origin_, 0));
    include(extent_of(series.readings.get(), origin_, 0));
    bool averages = false;
    ThrottledSpans throttled(gpu_++, most_spans_);
    if (series.readings)
      series::for_each(*series.readings, [&](const meter::GpuReading& reading) {
        throttled.add(base::to_seconds(reading.time - origin_), worth_telling(reading));
        if (reading.memory_used) highest_memory = std::max(highest_memory, reading.memory_used->mebibytes());
        averages = averages || reading.power.has_value();
      });
    charts.throttled.insert(charts.throttled.end(), throttled.spans().begin(), throttled.spans().end());
    charts.throttled_joined = charts.throttled_joined || throttled.are_joined();
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
  std::size_t most_spans_;  // of a GPU
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
    Curve samples = sample_curve((*series_)[gpu], origin_, share_of(kPowerPoints, kMostPowerPoints, gpus()));
    if (samples.points.empty()) samples = readings(gpu, meter::facts_of(ValueKind::power));
    return samples;
  }
  [[nodiscard]] Curve readings(std::size_t gpu, const meter::ValueFacts& facts) const {
    const auto* readings = (*series_)[gpu].readings.get();
    const auto extent = extent_of(readings, origin_, share_of(kReadingPoints, kMostReadingPoints, gpus()));
    if (!extent) return {};
    CurveBuilder builder(*extent);
    series::for_each(*readings, [&](const meter::GpuReading& reading) {
      const auto value = facts.read(reading);
      value ? builder.add(base::to_seconds(reading.time - origin_), *value) : builder.miss();
    });
    return builder.take();
  }

 private:
  base::SteadyTime origin_;
  const std::vector<series::GpuSeries>* series_;
};

// The different values of one limit over the GPUs; of more than three only the ends.
std::vector<ChartLimit> limits(const record::RunRecord& run, const meter::ValueFacts& facts, const std::string& unit,
                               double divisor = 1) {
  std::vector<double> values;
  for (const record::GpuRecord* gpu : run.all_gpus())
    if (const auto highest = facts.highest(gpu->gpu)) values.push_back(*highest / divisor);
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  if (values.size() > 3) values = {values.front(), values.back()};
  std::vector<ChartLimit> found;
  found.reserve(values.size());
  for (const double value : values)
    found.push_back({value, fmt::format("{} {:.{}f} {}", facts.highest_name, value, divisor == 1 ? 0 : 1, unit)});
  return found;
}

Chart chart_of(const record::RunRecord& run, const CurveSource& source, const meter::ValueFacts& facts) {
  Chart chart;
  chart.id = facts.key;
  chart.title = facts.title;
  chart.unit = facts.unit;
  chart.gpus = source.gpus();
  chart.curve = [source, &facts](std::size_t gpu) { return source.readings(gpu, facts); };
  if (facts.unit == "%")
    chart.least_high = 100;
  else if (facts.highest != nullptr)
    chart.limits = limits(run, facts, chart.unit);
  return chart;
}

Chart power_chart(const record::RunRecord& run, const CurveSource& source) {
  Chart chart = chart_of(run, source, meter::facts_of(ValueKind::power));
  chart.curve = [source](std::size_t gpu) { return source.power(gpu); };
  chart.decimals = 1;
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
  const meter::ValueFacts& facts = meter::facts_of(ValueKind::memory_used);
  Chart chart = chart_of(run, source, facts);
  if (highest_mebibytes < kMebibytesPerGibibyte) return chart;
  chart.unit = "GiB";
  chart.curve = [source](std::size_t gpu) {
    Curve curve = source.readings(gpu, meter::facts_of(ValueKind::memory_used));
    divide(curve, kMebibytesPerGibibyte);
    return curve;
  };
  chart.limits = limits(run, facts, chart.unit, kMebibytesPerGibibyte);
  chart.decimals = 2;
  return chart;
}

}  // namespace

namespace {

// Of activity those that are not zero all the time.
bool has_chart(const record::RunRecord& run, const meter::ValueFacts& facts) {
  if (!facts.activity) return facts.shown;
  const auto all = run.all_gpus();
  return std::any_of(all.begin(), all.end(), [&](const record::GpuRecord* gpu) {
    const auto& statistics = gpu->statistics[facts.kind];
    return statistics && statistics->maximum > 0;
  });
}

}  // namespace

Charts make_charts(const record::RunRecord& run, const std::vector<series::GpuSeries>& series) {
  Survey survey(run.ran.start, series.size());
  for (const series::GpuSeries& gpu : series) survey.add(gpu);
  const CurveSource source(run.ran.start, series);
  Charts charts = std::move(survey.charts);
  charts.first_seconds = std::min(charts.first_seconds, 0.0);
  charts.last_seconds = std::max({charts.last_seconds, base::to_seconds(run.elapsed()), 1e-3});
  for (const ValueKind kind : meter::values_in_order({ValueKind::power})) {
    const meter::ValueFacts& facts = meter::facts_of(kind);
    if (!has_chart(run, facts)) continue;
    if (kind == ValueKind::power)
      charts.charts.push_back(power_chart(run, source));
    else if (kind == ValueKind::memory_used)
      charts.charts.push_back(memory_chart(run, source, survey.highest_memory));
    else
      charts.charts.push_back(chart_of(run, source, facts));
  }
  return charts;
}

}  // namespace gpubench::report
