#include "phases/mark_collector.h"

#include <algorithm>

#include "base/text.h"

namespace gpubench::phases {
namespace {

constexpr std::size_t kLongestName = 200;  // characters
constexpr std::size_t kMostLanes = 4096;   // of more, the others share the last one
constexpr const char* kOtherNames = "(other names)";

void add_count(std::string& text, std::size_t count, const char* one, const char* more) {
  if (count > 0) base::add_item(text, std::to_string(count) + " " + (count == 1 ? one : more));
}

}  // namespace

std::string troubles_text(const MarkTroubles& troubles) {
  std::string text;
  add_count(text, troubles.unreadable, "line that is no mark", "lines that are no marks");
  add_count(text, troubles.torn, "line without its end", "lines without their end");
  add_count(text, troubles.begins_without_end, "begin without an end", "begins without an end");
  add_count(text, troubles.ends_without_begin, "end without a begin", "ends without a begin");
  add_count(text, troubles.too_deep, "phase nested too deep", "phases nested too deep");
  add_count(text, troubles.too_many, "mark after the first million", "marks after the first million");
  add_count(text, troubles.untimed, "mark without a time", "marks without a time");
  add_count(text, troubles.other_clock, "program with another clock, dated by the wall clock",
            "programs with another clock, dated by the wall clock");
  return text;
}

std::uint32_t MarkCollector::lane(Origin origin, std::string_view name) {
  const auto key = std::pair(origin, base::one_line(name, kLongestName));
  const auto found = lane_numbers_.find(key);
  if (found != lane_numbers_.end()) return found->second;
  if (lanes_.size() >= kMostLanes) return static_cast<std::uint32_t>(kMostLanes - 1);
  marks_.lanes.push_back({origin, key.second});
  lanes_.emplace_back();
  const auto number = static_cast<std::uint32_t>(lanes_.size() - 1);
  lane_numbers_.emplace(key, number);
  return number;
}

std::uint32_t MarkCollector::name(std::string_view text) {
  if (const auto found = names_.find(text); found != names_.end()) return found->second;
  std::string clean = base::one_line(text, kLongestName);
  if (base::trimmed(clean).empty()) clean = "(no name)";
  if (names_.size() >= kMostNames) clean = kOtherNames;
  if (const auto found = names_.find(clean); found != names_.end()) return found->second;
  marks_.names.push_back(clean);
  const auto number = static_cast<std::uint32_t>(marks_.names.size() - 1);
  names_.emplace(std::move(clean), number);
  return number;
}

bool MarkCollector::has_room(std::size_t marks) {
  if (count_ + marks <= kMostMarks) {
    count_ += marks;
    return true;
  }
  marks_.troubles.too_many += marks;
  return false;
}

void MarkCollector::begin(std::uint32_t lane, base::SteadyTime time, std::string_view name) {
  LaneState& state = lanes_[lane];
  if (state.open.size() >= kDeepest || !has_room(2)) {
    if (state.open.size() >= kDeepest) ++marks_.troubles.too_deep;
    ++state.skipped;
    return;
  }
  state.open.push_back({time, this->name(name)});
  newest_lane_ = lane;
}

void MarkCollector::close(std::uint32_t lane, base::SteadyTime time) {
  std::vector<Open>& open = lanes_[lane].open;
  marks_.spans.push_back({open.back().start, std::max(open.back().start, time), open.back().name, lane});
  open.pop_back();
}

// No room is asked for: an end always has its begin's.
void MarkCollector::end(std::uint32_t lane, base::SteadyTime time, std::string_view name) {
  LaneState& state = lanes_[lane];
  if (state.skipped > 0) {
    --state.skipped;
    return;
  }
  std::vector<Open>& open = state.open;
  const auto is_it = [&](const Open& phase) { return name.empty() || marks_.names[phase.name] == name; };
  auto found = std::find_if(open.rbegin(), open.rend(), is_it);
  if (found == open.rend() && !name.empty())  // its name may have been cleaned or be one of too many
    found = std::find_if(open.rbegin(), open.rend(),
                         [&, number = this->name(name)](const Open& phase) { return phase.name == number; });
  if (found == open.rend()) {
    ++marks_.troubles.ends_without_begin;
    return;
  }
  for (auto inner = found - open.rbegin(); inner > 0; --inner) {
    ++marks_.troubles.begins_without_end;
    close(lane, time);
  }
  close(lane, time);
}

void MarkCollector::span(std::uint32_t lane, base::SteadyTime start, base::SteadyTime end, std::string_view name) {
  if (has_room(2)) marks_.spans.push_back({start, std::max(start, end), this->name(name), lane});
}

void MarkCollector::work(std::uint32_t lane, base::SteadyTime time, double amount, std::string_view unit) {
  if (has_room(1)) marks_.works.push_back({time, amount, name(unit), lane});
}

MarkCollector::Current MarkCollector::current() const {
  Current current;
  if (newest_lane_ >= lanes_.size()) return current;
  for (const Open& phase : lanes_[newest_lane_].open) {
    current.path.push_back(marks_.names[phase.name]);
    current.since = phase.start;
  }
  return current;
}

Marks MarkCollector::finish(base::SteadyTime end) {
  for (std::uint32_t lane = 0; lane < lanes_.size(); ++lane) {
    marks_.troubles.begins_without_end += lanes_[lane].open.size();
    while (!lanes_[lane].open.empty()) close(lane, end);
  }
  return std::move(marks_);
}

}  // namespace gpubench::phases
