#include "report/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace gpubench::report {
namespace {

void cut_trailing_zeros(std::string& text) {
  if (text.find('.') == std::string::npos) return;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
}

// Decimals that keep four significant digits of a value whose `decimals` would not.
int needed_decimals(double value, int decimals) {
  const double size = std::abs(value);
  if (size == 0 || size >= 100 * std::pow(10.0, -decimals) || !std::isfinite(size)) return decimals;
  return std::min(20, 3 - static_cast<int>(std::floor(std::log10(size))));
}

}  // namespace

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
