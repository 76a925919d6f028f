#include "exporting/victoriametrics/import_lines.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/text.h"
#include "exporting/answer.h"

namespace gpubench::exporting {
namespace {

using Json = nlohmann::json;

// VictoriaMetrics takes short lines with less work than long ones: a quarter less than for 10,000 samples (docs/export.md).
constexpr std::size_t kLongestLine = 500;
constexpr std::size_t kUsualBytes = 24;  // of a sample: 13 of its time
constexpr std::int64_t kParts = 1000;
constexpr double kLargestInParts = 1e12;

template <class Number>
void append_number(std::string& text, Number number) {
  std::array<char, 32> digits{};
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  text.append(digits.data(), end);
}

// A sample's value has three decimals at most: as a whole number of thousandths it is written in a third of the time.
void append_value(std::string& text, double value) {
  const auto parts = std::abs(value) < kLargestInParts ? std::llround(value * kParts) : 0;
  if (static_cast<double>(parts) / kParts != value || std::signbit(value)) {
    append_number(text, value);
    return;
  }
  append_number(text, parts / kParts);
  std::int64_t rest = parts % kParts;
  if (rest == 0) return;
  text += '.';
  for (std::int64_t place = kParts / 10; rest > 0; place /= 10) {
    text += static_cast<char>('0' + rest / place);
    rest %= place;
  }
}

Series series_of(const Json& metric) {
  Series series;
  for (const auto& [label, value] : metric.items()) {
    if (label == "__name__") {
      series.name = value.get<std::string>();
    } else {
      series.labels.emplace_back(label, value.get<std::string>());  // Json keeps them sorted
    }
  }
  return series;
}

void take_line(Stored& stored, std::string_view line) {
  const Json json = base::parse_json(line);
  const Json& values = json.at("values");
  const Json& times = json.at("timestamps");
  StoredSeries& series = stored[series_of(json.at("metric")).json()];
  for (std::size_t i = 0; i < values.size() && i < times.size(); ++i)
    series[times[i].get<std::int64_t>()].push_back(values[i].is_number() ? values[i].get<double>() : std::nan(""));
}

// Whether it is something else or was cut off shows at its beginning and at its end.
std::string ends_of(std::string_view line) {
  constexpr std::size_t kEnd = 80;
  if (line.size() <= 2 * kEnd) return base::one_line(line);
  return base::one_line(line.substr(0, kEnd)) + " ... " + base::one_line(line.substr(line.size() - kEnd));
}

}  // namespace

std::string import_lines(std::span<const Sample> samples, std::span<const Series> series) {
  std::string lines;
  std::string times;
  lines.reserve(samples.size() * kUsualBytes);
  for (std::size_t i = 0; i < samples.size();) {
    const std::uint32_t of = samples[i].series;
    lines += "{\"metric\":" + series[of].json() + ",\"values\":[";
    times.clear();
    const std::size_t line_end = std::min(samples.size(), i + kLongestLine);
    for (; i < line_end && samples[i].series == of; ++i) {
      if (!times.empty()) {
        lines += ',';
        times += ',';
      }
      append_value(lines, samples[i].value);
      append_number(times, samples[i].time_ms);
    }
    lines += "],\"timestamps\":[" + times + "]}\n";
  }
  return lines;
}

base::Result<Stored> exported_lines(std::string_view lines) {
  Stored stored;
  std::string_view line;
  try {
    while (!lines.empty()) {
      const std::size_t end = std::min(lines.find('\n'), lines.size());
      line = lines.substr(0, end);
      if (!line.empty()) take_line(stored, line);
      lines.remove_prefix(std::min(end + 1, lines.size()));
    }
  } catch (const Json::exception&) {  // servers report what fails in the middle of an answer as a line of it
    return base::failure(std::string(kUnreadableAnswer) + ": " + ends_of(line));
  }
  return stored;
}

}  // namespace gpubench::exporting
