#include "sets/sweep_picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "base/xml.h"
#include "platform/files.h"
#include "report/text.h"

namespace gpubench::sets {
namespace {

constexpr double kLeft = 90;
constexpr double kRight = 760;
constexpr double kTop = 56;
constexpr double kBottom = 440;
constexpr double kTextHeight = 14;

constexpr const char* kStyle =
    "svg{background:#fff;font:13px system-ui,sans-serif;fill:#222}.grid{stroke:#ddd}.bar{stroke:#5f6b7a;stroke-width:1.5}"
    ".point{fill:#5f6b7a;stroke:#5f6b7a;stroke-width:2}.maybe{fill:#fff;stroke:#0a7d38}.least{fill:#0a7d38;stroke:#0a7d38}"
    ".title{font-size:16px;font-weight:600}.note{fill:#555}.name{paint-order:stroke;stroke:#fff;stroke-width:3px}";

// A mean with what it may be off; one run has no interval by scatter, and the meter's is drawn.
struct Extent {
  double low;
  double mean;
  double high;
};

Extent extent_of(const statistics::Mean& mean) {
  const double half = std::isfinite(mean.half_width()) ? mean.half_width() : 0;
  return {mean.sample.mean - half, mean.sample.mean, mean.sample.mean + half};
}

// 1, 2 or 5 times a power of ten: some five of them in `span`.
double round_step(double span) {
  const double power = std::pow(10, std::floor(std::log10(span / 4)));
  for (const double step : {1.0, 2.0, 5.0})
    if (span / (step * power) <= 6) return step * power;
  return 10 * power;
}

// From values to places in the picture.
class Axis {
 public:
  Axis(double from, double to) : from_(from), to_(to) {}
  void include(const Extent& extent) {
    low_ = empty_ ? extent.low : std::min(low_, extent.low);
    high_ = empty_ ? extent.high : std::max(high_, extent.high);
    empty_ = false;
  }
  void close() {
    const double margin = std::max((high_ - low_) * 0.08, std::abs(high_) * 0.005);
    low_ -= margin;
    high_ += margin;
    step_ = round_step(high_ - low_);
  }
  [[nodiscard]] double place(double value) const { return from_ + (to_ - from_) * (value - low_) / (high_ - low_); }
  [[nodiscard]] std::vector<double> ticks() const {
    std::vector<double> values;
    const double first = std::ceil(low_ / step_);
    for (int i = 0; (first + i) * step_ <= high_; ++i) values.push_back((first + i) * step_);
    return values;
  }
  [[nodiscard]] std::string label(double value) const {
    const int decimals = std::max(0, static_cast<int>(std::ceil(-std::log10(step_) - 1e-9)));
    return report::plain_number(value, decimals);
  }

 private:
  double from_;
  double to_;
  double low_ = 0;
  double high_ = 1;
  double step_ = 1;
  bool empty_ = true;
};

std::string grid(const Axis& time, const Axis& energy) {
  std::string text;
  for (const double value : energy.ticks())
    text += fmt::format(R"(<line class="grid" x1="{}" y1="{:.1f}" x2="{}" y2="{:.1f}"/><text x="{}" y="{:.1f}" )"
                        R"(text-anchor="end">{}</text>)",
                        kLeft, energy.place(value), kRight, energy.place(value), kLeft - 8, energy.place(value) + 4,
                        energy.label(value));
  for (const double value : time.ticks())
    text +=
        fmt::format(R"(<line class="grid" x1="{:.1f}" y1="{}" x2="{:.1f}" y2="{}"/><text x="{:.1f}" y="{}" )"
                    R"(text-anchor="middle">{}</text>)",
                    time.place(value), kTop, time.place(value), kBottom, time.place(value), kBottom + 18, time.label(value));
  return text +
         fmt::format(
             R"(<text x="{}" y="{}" text-anchor="middle">time of a run in s</text>)"
             R"svg(<text transform="translate(24 {}) rotate(-90)" text-anchor="middle">energy of a run in J</text>)svg",
             (kLeft + kRight) / 2, kBottom + 40, (kTop + kBottom) / 2);
}

std::string bars(const Axis& time, const Axis& energy, const Extent& x, const Extent& y) {
  return fmt::format(R"(<line class="bar" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}"/>)"
                     R"(<line class="bar" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}"/>)",
                     time.place(x.low), energy.place(y.mean), time.place(x.high), energy.place(y.mean), time.place(x.mean),
                     energy.place(y.low), time.place(x.mean), energy.place(y.high));
}

// Where labels stand, so that none covers another: each gives way downwards.
class Labels {
 public:
  double free_place(double x, double y) {
    constexpr double kWidth = 90;
    constexpr double kTouching = kTextHeight - 0.5;  // less than it gives way by: rounding cannot make it give way again
    for (bool moved = true; moved;) {
      moved = false;
      for (const auto& [other_x, other_y] : taken_)
        if (std::abs(other_x - x) < kWidth && std::abs(other_y - y) < kTouching) {
          y = other_y + kTextHeight;
          moved = true;
        }
    }
    taken_.push_back({x, y});
    return y;
  }

 private:
  std::vector<std::array<double, 2>> taken_;
};

// The further class of a point.
std::string_view mark_of(const Sweep& sweep, std::size_t point) {
  if (sweep.least == point) return " least";
  return sweep.points[point].maybe_least ? " maybe" : "";
}

std::string legend(const RunSet& set) {
  const std::string title =
      (set.label.empty() ? set.benchmark : set.label + " (" + set.benchmark + ")") + ": energy and time";
  return fmt::format(
      R"(<text class="title" x="{}" y="22">{}</text>)"
      R"(<circle class="point least" cx="{}" cy="40" r="5"/><text x="{}" y="44">least energy</text>)"
      R"(<circle class="point maybe" cx="{}" cy="40" r="5"/><text x="{}" y="44">cannot be told apart from it</text>)"
      R"(<circle class="point" cx="{}" cy="40" r="5"/><text x="{}" y="44">uses more</text>)"
      R"(<text class="note" x="{}" y="44">bars: 95 %, this board</text>)",
      kLeft, base::xml_text(title, 80), kLeft + 6, kLeft + 18, kLeft + 126, kLeft + 138, kLeft + 336, kLeft + 348,
      kLeft + 440);
}

}  // namespace

std::string sweep_picture(const RunSet& set, const Sweep& sweep) {
  Axis time(kLeft, kRight);
  Axis energy(kBottom, kTop);
  for (const SweepPoint& point : sweep.points) {
    time.include(extent_of(point.time));
    energy.include(extent_of(point.energy));
  }
  time.close();
  energy.close();
  std::string text =
      fmt::format(R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}" role="img"><style>{}</style>)",
                  kRight + 110, kBottom + 56, kStyle) +
      legend(set) + grid(time, energy);
  Labels labels;
  for (std::size_t i = 0; i < sweep.points.size(); ++i) {
    const SweepPoint& point = sweep.points[i];
    const Extent x = extent_of(point.time);
    const Extent y = extent_of(point.energy);
    text += bars(time, energy, x, y) + fmt::format(R"(<circle class="point{}" cx="{:.1f}" cy="{:.1f}" r="5"/>)",
                                                   mark_of(sweep, i), time.place(x.mean), energy.place(y.mean));
    text += fmt::format(R"(<text class="name" x="{:.1f}" y="{:.1f}">{}</text>)"
                        "\n",
                        time.place(x.mean) + 9, labels.free_place(time.place(x.mean), energy.place(y.mean) - 6),
                        base::xml_text(set.variants[point.variant].name, 40));
  }
  return text + "</svg>\n";
}

base::Result<bool> write_sweep_picture(const std::filesystem::path& folder, const RunSet& set,
                                       const FiguresOfRuns& figures) {
  if (!is_sweep(set)) return false;
  const Sweep sweep = sweep_of(set, figures);
  if (!sweep.least) return false;
  if (const auto written = platform::write_file_atomically(folder / kSweepPicture, sweep_picture(set, sweep)); !written)
    return base::failure(written.error());
  return true;
}

}  // namespace gpubench::sets
