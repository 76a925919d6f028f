#include "workload/docker/engine/time.h"

#include <chrono>

namespace gpubench::workload {
namespace {

// Reads fixed-width fields from the front of a text.
class FieldReader {
 public:
  explicit FieldReader(std::string_view text) : text_(text) {}
  bool number(std::size_t digits, int& value) {
    if (text_.size() < digits) return false;
    value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      if (!is_digit(text_[i])) return false;
      value = value * 10 + (text_[i] - '0');
    }
    text_.remove_prefix(digits);
    return true;
  }
  bool literal(char c) {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  // Digits after a decimal point, as nanoseconds.
  bool fraction(base::Duration& value) {
    std::int64_t nanoseconds = 0;
    std::int64_t scale = 100'000'000;
    if (text_.empty() || !is_digit(text_.front())) return false;
    for (; !text_.empty() && is_digit(text_.front()); text_.remove_prefix(1), scale /= 10) {
      nanoseconds += scale * (text_.front() - '0');
    }
    value = base::Duration(nanoseconds);
    return true;
  }
  [[nodiscard]] char front() const { return text_.empty() ? '\0' : text_.front(); }
  [[nodiscard]] bool at_end() const { return text_.empty(); }

 private:
  static bool is_digit(char c) { return c >= '0' && c <= '9'; }
  std::string_view text_;
};

bool read_offset(FieldReader& reader, std::chrono::minutes& offset) {
  if (reader.literal('Z') || reader.literal('z')) return reader.at_end();
  const bool minus = reader.front() == '-';
  if (!minus && reader.front() != '+') return false;
  reader.literal(reader.front());
  int hours = 0;
  int minutes = 0;
  if (!reader.number(2, hours) || !reader.literal(':') || !reader.number(2, minutes) || !reader.at_end()) return false;
  offset = (std::chrono::hours(hours) + std::chrono::minutes(minutes)) * (minus ? -1 : 1);
  return true;
}

}  // namespace

std::optional<base::WallTime> parse_engine_time(std::string_view text) {
  FieldReader reader(text);
  int year = 0;
  int month = 0;
  int day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  const bool date = reader.number(4, year) && reader.literal('-') && reader.number(2, month) && reader.literal('-') &&
                    reader.number(2, day);
  if (!date || !reader.literal('T') || !reader.number(2, hour) || !reader.literal(':') || !reader.number(2, minute) ||
      !reader.literal(':') || !reader.number(2, second)) {
    return std::nullopt;
  }
  base::Duration fraction{};
  if (reader.literal('.') && !reader.fraction(fraction)) return std::nullopt;
  std::chrono::minutes offset{};
  if (!read_offset(reader, offset)) return std::nullopt;
  const std::chrono::year_month_day calendar{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                             std::chrono::day(static_cast<unsigned>(day))};
  // Years outside the 64 bits of nanoseconds, and the engine's year 1, are no times.
  if (!calendar.ok() || year < 1970 || year > 2200 || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  return base::WallTime(std::chrono::sys_days(calendar)) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
         std::chrono::seconds(second) + fraction - offset;
}

}  // namespace gpubench::workload
