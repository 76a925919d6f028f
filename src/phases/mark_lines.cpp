#include "phases/mark_lines.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>

#include "base/text.h"
#include "base/words.h"

namespace gpubench::phases {
namespace {

constexpr std::size_t kLongestLine = 512;  // clients write 256 bytes at most
constexpr base::Duration kLongestDistance = std::chrono::hours(24 * 3650);
constexpr std::string_view kNvtxLane = "nvtx:";
constexpr std::string_view kLogLane = "log:";
// What PyTorch's emit_nvtx appends to the name of an operator: it is another text each time.
constexpr std::array<std::string_view, 5> kNumbersOfOperators{", seq = ", ", op_id = ", ", sizes = [", ", input_op_ids = [",
                                                              ", seq_ids = ["};

std::string_view without_numbers(std::string_view name) {
  std::size_t end = name.size();
  for (const std::string_view number : kNumbersOfOperators) end = std::min(end, name.find(number));
  return name.substr(0, end);
}

bool is_nvtx(std::string_view who) {
  return who.starts_with(kNvtxLane);
}

// As the writer's own line names it: marks and NVTX ranges of a process are of one clock.
std::string_view process_of(std::string_view who) {
  if (is_nvtx(who)) who.remove_prefix(kNvtxLane.size());
  return who.substr(0, who.find('/'));
}

std::string_view take_word(std::string_view& text) {
  const std::size_t end = std::min(text.find(' '), text.size());
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return word;
}

}  // namespace

// "op time who rest"
struct MarkLines::Words {
  std::string_view op;
  std::string_view time;
  std::string_view who;
  std::string_view rest;
};

void MarkLines::read(std::string_view bytes, std::optional<base::SteadyTime> arrived) {
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    const std::string_view part = bytes.substr(0, end);
    if (end == std::string_view::npos) {
      overlong_ = overlong_ || rest_.size() + part.size() > kLongestLine;
      if (!overlong_) rest_ += part;
      return;
    }
    bytes.remove_prefix(end + 1);
    if (overlong_ || rest_.size() + part.size() > kLongestLine) {
      ++marks_.troubles().unreadable;
    } else if (rest_.empty()) {
      line(part, arrived);
    } else {
      line(rest_ += part, arrived);
    }
    rest_.clear();
    overlong_ = false;
  }
}

void MarkLines::finish() {
  if (!rest_.empty() || overlong_) ++marks_.troubles().torn;
  rest_.clear();
  overlong_ = false;
}

void MarkLines::line(std::string_view text, std::optional<base::SteadyTime> arrived) {
  if (!text.empty() && text.back() == '\r') text.remove_suffix(1);
  if (text.empty()) return;
  Words words;
  words.op = take_word(text);
  words.time = take_word(text);
  words.who = take_word(text);
  words.rest = text;
  if (!take(words, arrived)) ++marks_.troubles().unreadable;
}

bool MarkLines::take(const Words& words, std::optional<base::SteadyTime> arrived) {
  if (words.op.size() != 1 || words.who.empty()) return false;
  const char op = words.op.front();
  if (op == 'h') return take_writer(words);
  if (op == 'x') return take_span(words);
  if (op == 'n') return take_short_ranges(words);
  if (std::string_view("beiw").find(op) == std::string_view::npos) return false;
  const auto time = time_of(words.time, words.who, arrived);
  if (!time && words.time == "-") {
    ++marks_.troubles().untimed;
    return true;
  }
  if (!time) return false;
  if (op == 'w') return take_work(words, *time);
  if (op != 'e' && words.rest.empty()) return false;
  const std::uint32_t lane = lane_of(words.who);
  if (op == 'b') marks_.begin(lane, *time, words.rest);
  if (op == 'e') marks_.end(lane, *time, words.rest);
  if (op == 'i') marks_.span(lane, *time, *time, words.rest);
  return true;
}

// "h NANOSECONDS PROCESS MICROSECONDS BOOT_ID TIME_NAMESPACE": both clocks of the writer at one moment, and which they are.
bool MarkLines::take_writer(const Words& words) {
  std::string_view rest = words.rest;
  const auto steady = base::number_in<std::int64_t>(words.time);
  const auto wall = base::number_in<std::int64_t>(take_word(rest));
  const std::string_view boot_id = take_word(rest);
  const auto time_namespace = base::number_in<std::uint64_t>(take_word(rest));
  constexpr std::int64_t kLatest = std::int64_t{1} << 52;  // microseconds: the year 2112
  if (!steady || !wall || !time_namespace || *wall < 0 || *wall > kLatest) return false;
  const bool same = boot_id == clock_.boot_id &&
                    (*time_namespace == clock_.time_namespace || *time_namespace == 0 || clock_.time_namespace == 0);
  if (same) return true;
  constexpr std::size_t kMostWriters = 4096;
  if (offsets_.size() >= kMostWriters || *steady < 0 || *steady > base::Duration(kLongestDistance).count()) return false;
  const base::SteadyTime here = clock_.anchor.to_steady(base::WallTime(std::chrono::microseconds(*wall)));
  offsets_[std::string(words.who)] = here - base::SteadyTime(base::Duration(*steady));
  ++marks_.troubles().other_clock;
  return true;
}

bool MarkLines::take_span(const Words& words) {
  const std::size_t colon = words.time.find(':');
  if (colon == std::string_view::npos || words.rest.empty()) return false;
  const auto start = time_of(words.time.substr(0, colon), words.who, {});
  const auto end = time_of(words.time.substr(colon + 1), words.who, {});
  if (!start || !end || *end < *start) return false;
  marks_.span(lane_of(words.who), *start, *end, is_nvtx(words.who) ? without_numbers(words.rest) : words.rest);
  return true;
}

bool MarkLines::take_short_ranges(const Words& words) {
  const auto count = base::number_in<std::uint32_t>(words.rest);
  if (count) marks_.add_short_ranges(*count);
  return count.has_value();
}

bool MarkLines::take_work(const Words& words, base::SteadyTime time) {
  std::string_view rest = words.rest;
  const auto amount = base::number_in<double>(take_word(rest));
  if (!amount || !std::isfinite(*amount) || *amount <= 0) return false;
  marks_.work(lane_of(words.who), time, *amount, base::trimmed(rest).empty() ? "units" : rest);
  return true;
}

bool MarkLines::is_near(base::SteadyTime time) const {
  return time > clock_.anchor.steady - kLongestDistance && time < clock_.anchor.steady + kLongestDistance;
}

std::optional<base::SteadyTime> MarkLines::time_of(std::string_view text, std::string_view who,
                                                   std::optional<base::SteadyTime> arrived) const {
  if (text == "-") return arrived;
  const bool is_wall = !text.empty() && text.front() == 'r';
  if (is_wall) text.remove_prefix(1);
  const auto count = base::number_in<std::int64_t>(text);
  constexpr std::int64_t kMost = std::int64_t{1} << 62;
  if (!count || *count < 0 || *count > (is_wall ? kMost / 1000 : kMost)) return std::nullopt;
  base::SteadyTime time(base::Duration{*count});
  if (is_wall) {
    time = clock_.anchor.to_steady(base::WallTime(base::Duration(*count * 1000)));
  } else if (const auto other = offsets_.find(process_of(who)); other != offsets_.end()) {
    time += other->second;
  }
  return is_near(time) ? std::optional(time) : std::nullopt;
}

std::uint32_t MarkLines::lane_of(std::string_view who) {
  Origin origin = Origin::marks;
  if (who.substr(0, kLogLane.size()) == kLogLane) origin = Origin::log;
  if (is_nvtx(who)) {
    origin = Origin::nvtx;
    who.remove_prefix(kNvtxLane.size());
  }
  return label_.empty() ? marks_.lane(origin, who) : marks_.lane(origin, label_ + " " + std::string(who));
}

}  // namespace gpubench::phases
