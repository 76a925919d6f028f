#include "exporting/answer.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.h"

namespace gpubench::exporting {
namespace {

constexpr std::size_t kExcerptLength = 160;
constexpr base::Duration kShortestWait = std::chrono::milliseconds(250);
constexpr base::Duration kLongestWait = std::chrono::seconds(300);

std::optional<int> number_in(std::string_view text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

std::optional<unsigned> month_of(std::string_view name) {
  constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto* found = std::find(months.begin(), months.end(), name);
  if (found == months.end()) return std::nullopt;
  return static_cast<unsigned>(found - months.begin()) + 1;
}

// "Sun, 22 Nov 2026 12:00:00 GMT": the one form of a date that servers may write today.
std::optional<base::WallTime> http_date(std::string_view text) {
  constexpr std::size_t kLength = 29;
  if (text.size() != kLength || text.substr(25) != " GMT") return std::nullopt;
  const auto day = number_in(text.substr(5, 2));
  const auto month = month_of(text.substr(8, 3));
  const auto year = number_in(text.substr(12, 4));
  const auto hour = number_in(text.substr(17, 2));
  const auto minute = number_in(text.substr(20, 2));
  const auto second = number_in(text.substr(23, 2));
  if (!day || *day < 1 || !month || !year || !hour || !minute || !second) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(*month),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return base::WallTime(std::chrono::sys_days(date)) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
         std::chrono::seconds(*second);
}

}  // namespace

Verdict judge_status(int status) {
  if (status / 100 == 2) return Verdict::accepted;
  if (status == 408 || status == 425 || status == 429 || status >= 500) return Verdict::later;
  if (status == 400 || status == 409 || status == 413 || status == 422) return Verdict::refused;
  return Verdict::setup;  // 401, 403, 404, redirects
}

std::string answer_text(const platform::HttpResponse& answer) {
  const std::string status = "the server answered HTTP " + std::to_string(answer.status);
  if (answer.status == 401 || answer.status == 403) return status + " (user, password or token not accepted)";
  if (answer.status == 404) return status + " (this address accepts no samples)";
  if (answer.status >= 300 && answer.status < 400) return status + " (a redirect; it is not followed)";
  return answer.body.empty() ? status : status + ": " + base::excerpt(answer.body, kExcerptLength);
}

std::optional<base::Duration> retry_after(std::string_view header, base::WallTime now) {
  base::Duration wait{};
  const bool digits = !header.empty() && header.find_first_not_of("0123456789") == std::string_view::npos;
  if (digits) {
    const auto seconds = number_in(header);
    wait = seconds ? base::Duration(std::chrono::seconds(*seconds)) : kLongestWait;  // more than an int holds
  } else if (const auto date = http_date(header)) {
    wait = *date - now;
  } else {
    return std::nullopt;
  }
  return std::clamp(wait, kShortestWait, kLongestWait);
}

}  // namespace gpubench::exporting
