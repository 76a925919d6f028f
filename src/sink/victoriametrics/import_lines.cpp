#include "sink/victoriametrics/import_lines.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

namespace gpubench::sink {
namespace {

constexpr std::size_t kLongestLabel = 1024;  // the server cuts or drops silently somewhere above

std::string cleaned(std::string_view value) {
  std::string text(value.substr(0, kLongestLabel));
  if (value.size() > kLongestLabel) {
    // Not in the middle of a character: take away continuation bytes and their leading byte.
    while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xC0U) == 0x80U) text.pop_back();
    if (!text.empty() && static_cast<unsigned char>(text.back()) >= 0xC0U) text.pop_back();
  }
  std::replace_if(
      text.begin(), text.end(), [](char letter) { return (letter >= 0 && letter < ' ') || letter == 0x7F; }, ' ');
  return text;
}

template <class Number>
void append_number(std::string& text, Number number) {
  std::array<char, 32> digits{};
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  text.append(digits.data(), end);
}

// Three decimals are all that a driver tells (mW), and what the server stores exactly.
double rounded(double value) {
  return std::abs(value) < 1e12 ? std::round(value * 1e3) / 1e3 : value;
}

}  // namespace

std::string series_json(std::string_view name, const Labels& labels) {
  nlohmann::json metric = nlohmann::json::object();
  metric["__name__"] = name;
  for (const auto& [label, value] : labels) {
    if (!value.empty()) metric[std::string(label)] = cleaned(value);
  }
  return metric.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string import_lines(std::span<const Sample> samples, std::span<const std::string> series) {
  struct Columns {
    std::string values;
    std::string times;
  };
  std::map<std::uint32_t, Columns> by_series;
  for (const Sample& sample : samples) {
    Columns& columns = by_series[sample.series];
    if (!columns.values.empty()) {
      columns.values += ',';
      columns.times += ',';
    }
    append_number(columns.values, rounded(sample.value));
    append_number(columns.times, sample.time_ms);
  }
  std::string lines;
  for (const auto& [index, columns] : by_series) {
    lines +=
        "{\"metric\":" + series[index] + ",\"values\":[" + columns.values + "],\"timestamps\":[" + columns.times + "]}\n";
  }
  return lines;
}

}  // namespace gpubench::sink
