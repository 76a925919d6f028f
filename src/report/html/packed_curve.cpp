// write_curve: numbers of a curve as few characters.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string_view>

#include "report/html/chart_curves.h"
#include "report/html/escape.h"

namespace gpubench::report {
namespace {

// Three bytes as four characters at a time, straight to the stream.
class Base64Writer {
 public:
  explicit Base64Writer(std::ostream& out) : out_(out) {}
  void add(std::uint32_t value, int bytes) {  // little endian
    for (int i = 0; i < bytes; ++i) add_byte((value >> (8 * i)) & 0xFFU);
  }
  void finish() {
    static constexpr std::array kPadding{"", "==", "="};
    const int had = count_;
    while (count_ != 0) add_byte(0, had);
    out_ << kPadding[static_cast<std::size_t>(had)];
  }

 private:
  void add_byte(std::uint32_t byte, int real_bytes = 3) {
    held_ = (held_ << 8U) | byte;
    if (++count_ < 3) return;
    static constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (int digit = 0; digit <= real_bytes; ++digit) out_.put(kDigits[(held_ >> (18 - 6 * digit)) & 0x3FU]);
    held_ = 0;
    count_ = 0;
  }

  std::ostream& out_;
  std::uint32_t held_ = 0;
  int count_ = 0;
};

// The finest round step in which `range` takes at most 65535 steps.
double step_for(double range) {
  double power = 1e-3;
  while (power < 1e12) {
    for (const double digit : {1.0, 2.0, 5.0})
      if (range / (digit * power) <= std::numeric_limits<std::uint16_t>::max()) return digit * power;
    power *= 10;
  }
  return std::max(range, 1.0);
}

// Seconds per tick, so that the whole curve fits into 32 bits: 0.1 ms up to five days.
double tick_for(double span) {
  double tick = 1e-4;
  while (span / tick > std::numeric_limits<std::uint32_t>::max()) tick *= 10;
  return tick;
}

void write_times(std::ostream& out, const Curve& curve) {
  const double first = curve.points.empty() ? 0 : curve.points.front().seconds;
  const double span = curve.points.empty() ? 0 : curve.points.back().seconds - first;
  const double tick = tick_for(span);
  out << ",\"first\":" << json_number(first) << ",\"tick\":" << json_number(tick) << R"(,"t":")";
  Base64Writer base64(out);
  for (const CurvePoint& point : curve.points)
    base64.add(static_cast<std::uint32_t>(std::max(0.0, std::round((point.seconds - first) / tick))), 4);
  base64.finish();
  out << '"';
}

// How values become 16-bit numbers.
struct Scale {
  double offset = 0;
  double step = 1;
};

Scale scale_for(const Curve& curve) {
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  for (const CurvePoint& point : curve.points) {
    low = std::min(low, point.low);
    high = std::max(high, point.high);
  }
  return curve.points.empty() ? Scale{} : Scale{low, step_for(high - low)};
}

void write_values(std::ostream& out, const char* name, const Curve& curve, const Scale& scale, double CurvePoint::* value) {
  out << ",\"" << name << "\":\"";
  Base64Writer base64(out);
  for (const CurvePoint& point : curve.points) {
    const double steps = std::round((point.*value - scale.offset) / scale.step);
    base64.add(static_cast<std::uint32_t>(std::clamp(steps, 0.0, 65535.0)), 2);
  }
  base64.finish();
  out << '"';
}

void write_gaps(std::ostream& out, const Curve& curve) {
  out << ",\"gaps\":[";
  const char* comma = "";
  for (std::size_t i = 0; i < curve.points.size(); ++i) {
    if (!curve.points[i].after_gap) continue;
    out << comma << i;
    comma = ",";
  }
  out << ']';
}

}  // namespace

void write_curve(std::ostream& out, const Curve& curve) {
  const Scale scale = scale_for(curve);
  out << "{\"n\":" << curve.points.size();
  write_times(out, curve);
  out << ",\"offset\":" << json_number(scale.offset) << ",\"step\":" << json_number(scale.step);
  write_values(out, "mean", curve, scale, &CurvePoint::mean);
  if (curve.is_reduced) {
    write_values(out, "low", curve, scale, &CurvePoint::low);
    write_values(out, "high", curve, scale, &CurvePoint::high);
  }
  write_gaps(out, curve);
  out << '}';
}

}  // namespace gpubench::report
