#include "live/log_progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <string>

#include "base/text.h"

namespace gpubench::live {
namespace {

constexpr std::size_t kLongestProgressLine = 500;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return c >= 'a' && c <= 'z';
}

// What surrounds a number decides what it means.
bool speaks_of_progress(std::string_view before) {
  static constexpr std::array<std::string_view, 13> kWords{
      "epoch", "step", "iter", "batch", "progress", "round", "task", "file", "complete", "sample", "done", "cycle", "phase"};
  return std::any_of(kWords.begin(), kWords.end(),
                     [&](std::string_view word) { return before.find(word) != std::string_view::npos; });
}

// A number that begins at `at`; moves `at` past it.
std::optional<double> take_number(std::string_view line, std::size_t& at) {
  double value = 0;
  const auto parsed = std::from_chars(line.data() + at, line.data() + line.size(), value, std::chars_format::fixed);
  if (parsed.ec != std::errc()) return std::nullopt;
  at = static_cast<std::size_t>(parsed.ptr - line.data());
  return value;
}

std::size_t skip_spaces(std::string_view line, std::size_t at) {
  while (at < line.size() && line[at] == ' ') ++at;
  return at;
}

// "45%" with a bar behind it, at the start of the line, or behind a word of progress.
std::optional<base::Ratio> share_in(std::string_view line, std::size_t begin, std::size_t end, double value) {
  const std::size_t sign = skip_spaces(line, end);
  if (sign >= line.size() || line[sign] != '%' || value > 100) return std::nullopt;
  const bool bar = line.substr(sign + 1).starts_with('|');
  const std::string_view before = base::trimmed(line.substr(0, begin));
  const bool own = before.empty() || before == "[" || before == "(";
  if (!bar && !own && !speaks_of_progress(before) && !speaks_of_progress(line.substr(sign))) return std::nullopt;
  return base::Ratio::from_percent(value);
}

// "3/10" and "3 of 10" next to brackets, a bar or a word for progress.
std::optional<base::Ratio> part(std::string_view line, std::size_t begin, std::size_t end, double value) {
  std::size_t at = skip_spaces(line, end);
  const bool slash = at < line.size() && line[at] == '/';
  if (!slash && !line.substr(at).starts_with("of ")) return std::nullopt;
  at = skip_spaces(line, at + (slash ? 1 : 2));
  if (at >= line.size() || !is_digit(line[at])) return std::nullopt;
  const auto whole = take_number(line, at);
  if (!whole || *whole < 2 || value > *whole) return std::nullopt;
  if (at < line.size() && (line[at] == '/' || is_letter(line[at]))) return std::nullopt;  // a date, a rate
  const std::string_view before = base::trimmed(line.substr(0, begin));
  const std::string_view after = base::trimmed(line.substr(at));
  const bool bracketed = !before.empty() && (before.back() == '[' || before.back() == '(') && !after.empty() &&
                         (after.front() == ']' || after.front() == ')');
  const bool keras = before.empty() && (after.empty() || after.front() == '[');
  if (!bracketed && !keras && !speaks_of_progress(before)) return std::nullopt;
  return base::Ratio::from_fraction(value / *whole);
}

}  // namespace

std::optional<base::Ratio> progress_in(std::string_view line) {
  std::string lower(line.substr(0, kLongestProgressLine));
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
  for (std::size_t at = 0; at < lower.size();) {
    const bool inside = at > 0 && (is_digit(lower[at - 1]) || lower[at - 1] == '.' || lower[at - 1] == '/');
    if (!is_digit(lower[at]) || inside) {
      ++at;
      continue;
    }
    const std::size_t begin = at;
    const auto value = take_number(lower, at);
    if (!value) return std::nullopt;
    if (const auto found = share_in(lower, begin, at, *value)) return found;
    if (const auto found = part(lower, begin, at, *value)) return found;
  }
  return std::nullopt;
}

void ProgressPace::take(std::string_view line, base::WallTime now) {
  if (line.empty()) return;
  const auto found = progress_in(line);
  if (!found) return;
  line_ = line;
  const bool begins = !share_ || found->fraction() < share_->fraction();
  if (begins) {
    began_again_ = share_.has_value();
    begun_ = now;
    first_ = *found;
  }
  if (begins || found->fraction() > share_->fraction()) newest_ = now;
  share_ = found;
}

std::optional<base::Duration> ProgressPace::left(base::WallTime now) const {
  constexpr double kLeastShare = 0.01;  // less says nothing about the pace
  constexpr double kLeastSeconds = 1;
  if (!share_ || share_->fraction() >= 1) return std::nullopt;
  const double grown = share_->fraction() - first_.fraction();
  const double seconds = base::to_seconds(newest_ - begun_);
  if (grown < kLeastShare || seconds < kLeastSeconds) return std::nullopt;
  const base::Duration whole = base::from_seconds(seconds * (1 - share_->fraction()) / grown);
  const base::Duration rest = whole - (now - newest_);
  return rest > base::Duration{} ? std::optional(rest) : std::nullopt;  // later than expected: nothing is known of the rest
}

std::string ProgressPace::left_text(base::WallTime now) const {
  const auto rest = left(now);
  if (!rest) return {};
  return "about " + duration_text(*rest) + (began_again_ ? " left of this part" : " left");
}

std::string expected_text(base::Duration ran, base::Duration last) {
  if (ran >= last) return "took " + duration_text(last) + "; this one is longer";
  return "took " + duration_text(last) + ", so about " + duration_text(last - ran) + " left";
}

std::string duration_text(base::Duration duration) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(std::max(duration, base::Duration{})).count();
  return fmt::format("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

}  // namespace gpubench::live
