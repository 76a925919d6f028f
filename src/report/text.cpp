#include "report/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace gpubench::report {
namespace {

constexpr int kMostDecimals = 30;  // work of 1e18 units leaves 1e-18 J for each, and its half-width

void cut_trailing_zeros(std::string& text) {
  if (text.find('.') == std::string::npos) return;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
}

// Decimals that keep four significant digits of a value whose `decimals` would not.
int needed_decimals(double value, int decimals) {
  const double size = std::abs(value);
  if (size == 0 || size >= 100 * std::pow(10.0, -decimals) || !std::isfinite(size)) return decimals;
  return std::min(kMostDecimals, 3 - static_cast<int>(std::floor(std::log10(size))));
}

std::string fixed(double value, int decimals) {
  const std::string text = fmt::format("{:.{}f}", value, std::clamp(decimals, 0, kMostDecimals));
  return text.find_first_not_of("-0.") == std::string::npos && text.front() == '-' ? text.substr(1) : text;
}

// Digits before the point, less one: 3 of 1234, -2 of 0.012.
int magnitude(double value) {
  return static_cast<int>(std::floor(std::log10(std::abs(value))));
}

}  // namespace

std::string grouped(std::string number) {
  const std::size_t begin = number.starts_with('-') ? 1 : 0;
  std::size_t end = std::min(number.find('.'), number.size());
  if (number.find_first_not_of("0123456789.", begin) != std::string::npos) return number;  // "inf", "1e+20"
  for (; end > begin + 3; end -= 3) number.insert(end - 3, ",");
  return number;
}

std::string rounded(double value, double half_width) {
  if (!std::isfinite(value)) return fmt::format("{}", value);
  constexpr double kSixDigits = 1e-4;
  const bool known = half_width > 0 && std::isfinite(half_width);
  // Of a value within its own doubt two digits are kept, as of any other.
  const double width =
      known ? std::min(half_width, value == 0 ? half_width : std::abs(value)) : std::abs(value) * kSixDigits;
  if (!(width > 0)) return "0";
  const int decimals = 1 - magnitude(width);
  if (decimals >= 0) return grouped(fixed(value, decimals));
  const double step = std::pow(10.0, -decimals);
  return grouped(fixed(std::round(value / step) * step, 0));
}

std::string significant(double value) {
  constexpr int kDigits = 4;
  if (!std::isfinite(value)) return fmt::format("{}", value);
  return value == 0 ? "0" : grouped(fixed(value, kDigits - 1 - magnitude(value)));
}

std::string exact_number(double value) {
  std::string text = fmt::format("{}", value);
  if (!std::isfinite(value) || text.find('.') != std::string::npos) return text;
  text.insert(std::min(text.find('e'), text.size()), ".0");
  return text;
}

std::string short_number(double value, int decimals) {
  std::string text = plain_number(value, decimals);
  if (text.find('.') == std::string::npos && std::isfinite(value)) text += ".0";
  return text;
}

std::string plain_number(double value, int decimals) {
  std::string text = fmt::format("{:.{}f}", value, needed_decimals(value, decimals));
  cut_trailing_zeros(text);
  return text == "-0" ? "0" : text;
}

}  // namespace gpubench::report
