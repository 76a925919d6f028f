#include "base/time.h"

#include <array>
#include <cstdio>
#include <ctime>

namespace gpubench::base {
namespace {

std::string format_utc(WallTime time, const char* pattern) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(time);
  const std::time_t seconds = whole.time_since_epoch().count();
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 40> text{};
  const std::size_t length = std::strftime(text.data(), text.size(), pattern, &parts);
  return {text.data(), length};
}

}  // namespace

std::string utc_text(WallTime time) {
  return format_utc(time, "%Y-%m-%dT%H:%M:%SZ");
}

std::string utc_text_milliseconds(WallTime time) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(time);
  const auto milliseconds = std::chrono::floor<std::chrono::milliseconds>(time - whole).count();
  std::array<char, 8> fraction{};
  std::snprintf(fraction.data(), fraction.size(), ".%03dZ", static_cast<int>(milliseconds));
  return format_utc(time, "%Y-%m-%dT%H:%M:%S") + fraction.data();
}

std::string utc_table_text(WallTime time) {
  return format_utc(time, "%Y-%m-%d %H:%M:%S");
}

std::string utc_compact_text(WallTime time) {
  return format_utc(time, "%Y%m%dT%H%M%SZ");
}

}  // namespace gpubench::base
