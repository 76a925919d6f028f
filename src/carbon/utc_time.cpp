#include "carbon/utc_time.h"

#include <algorithm>
#include <optional>
#include <string>

#include "base/text.h"

namespace gpubench::carbon {
namespace {

// Takes pieces off the front of a text; after the first that does not fit, it has failed for good.
class Pieces {
 public:
  explicit Pieces(std::string_view text) : rest_(text) {}

  int number(std::size_t digits) {
    int value = 0;
    if (rest_.size() < digits) return spoil();
    for (std::size_t i = 0; i < digits; ++i) {
      if (rest_[i] < '0' || rest_[i] > '9') return spoil();
      value = value * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(digits);
    return value;
  }
  void expect(std::string_view any_of) {
    if (take(any_of) == 0) spoil();
  }
  char take(std::string_view any_of) {
    if (rest_.empty() || any_of.find(rest_.front()) == std::string_view::npos) return 0;
    const char found = rest_.front();
    rest_.remove_prefix(1);
    return found;
  }
  [[nodiscard]] std::size_t digits_ahead() const { return std::min(rest_.find_first_not_of("0123456789"), rest_.size()); }
  [[nodiscard]] bool done() const { return good_ && rest_.empty(); }

 private:
  int spoil() {
    good_ = false;
    return 0;
  }
  std::string_view rest_;
  bool good_ = true;
};

base::Duration decimals(Pieces& pieces) {
  const std::size_t count = pieces.digits_ahead();
  if (count == 0 || count > 9) {
    pieces.expect("");  // spoils it
    return {};
  }
  std::int64_t value = pieces.number(count);
  for (std::size_t i = count; i < 9; ++i) value *= 10;
  return base::Duration(value);
}

base::Duration zone_offset(Pieces& pieces) {
  const char sign = pieces.take("Z+-");
  if (sign == 0) pieces.expect("");
  if (sign == 'Z' || sign == 0) return {};
  const int hours = pieces.number(2);
  pieces.take(":");
  const int minutes = pieces.number(2);
  if (hours > 14 || minutes > 59) pieces.expect("");
  const base::Duration offset = std::chrono::hours(hours) + std::chrono::minutes(minutes);
  return sign == '-' ? -offset : offset;
}

}  // namespace

base::Result<base::WallTime> parse_utc_time(std::string_view text) {
  Pieces pieces(text);
  const int year = pieces.number(4);
  pieces.expect("-");
  const int month = pieces.number(2);
  pieces.expect("-");
  const int day = pieces.number(2);
  pieces.expect("T ");
  const int hour = pieces.number(2);
  pieces.expect(":");
  const int minute = pieces.number(2);
  const int second = pieces.take(":") != 0 ? pieces.number(2) : 0;
  const base::Duration fraction = pieces.take(".") != 0 ? decimals(pieces) : base::Duration{};
  const base::Duration offset = zone_offset(pieces);
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  const bool in_range = date.ok() && year >= 1970 && year <= 2200 && hour < 24 && minute < 60 && second < 60;
  if (!pieces.done() || !in_range)
    return base::failure("not a time with its zone (2026-11-22T12:00Z): " + base::excerpt(text, 40));
  return std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
         std::chrono::seconds(second) + fraction - offset;
}

}  // namespace gpubench::carbon
