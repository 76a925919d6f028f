#include "sink/victoriametrics/import_lines.h"

#include <array>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

namespace gpubench::sink {
namespace {

using Json = nlohmann::json;

template <class Number>
void append_number(std::string& text, Number number) {
  std::array<char, 32> digits{};
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  text.append(digits.data(), end);
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
  const Json json = Json::parse(line);
  const Json& values = json.at("values");
  const Json& times = json.at("timestamps");
  StoredSeries& series = stored[series_of(json.at("metric")).json()];
  for (std::size_t i = 0; i < values.size() && i < times.size(); ++i)
    series[times[i].get<std::int64_t>()].push_back(values[i].is_number() ? values[i].get<double>() : std::nan(""));
}

}  // namespace

std::string import_lines(std::span<const Sample> samples, std::span<const Series> series) {
  std::string lines;
  std::string times;
  for (std::size_t i = 0; i < samples.size();) {
    const std::uint32_t of = samples[i].series;
    lines += "{\"metric\":" + series[of].json() + ",\"values\":[";
    times.clear();
    for (; i < samples.size() && samples[i].series == of; ++i) {
      if (!times.empty()) {
        lines += ',';
        times += ',';
      }
      append_number(lines, samples[i].value);
      append_number(times, samples[i].time_ms);
    }
    lines += "],\"timestamps\":[" + times + "]}\n";
  }
  return lines;
}

base::Result<Stored> exported_lines(std::string_view lines) {
  Stored stored;
  try {
    while (!lines.empty()) {
      const std::size_t end = std::min(lines.find('\n'), lines.size());
      if (end > 0) take_line(stored, lines.substr(0, end));
      lines.remove_prefix(std::min(end + 1, lines.size()));
    }
  } catch (const Json::exception& error) {
    return base::failure(std::string("the database's answer cannot be read: ") + error.what());
  }
  return stored;
}

}  // namespace gpubench::sink
