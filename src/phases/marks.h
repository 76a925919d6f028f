// What a benchmark says of its own phases: named spans of time and work, each on the lane of who wrote it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/time.h"

namespace gpubench::phases {

// Where marks come from. The first of them that has any decides whose phases the energy is divided by.
enum class Origin : std::uint8_t { marks, nvtx, log };

// A thread of the benchmark, or a log.
struct Lane {
  Origin origin = Origin::marks;
  std::string name;  // "4711/4712", "log"
  friend bool operator==(const Lane&, const Lane&) = default;
};

// There may be a million of each: numbers stand for names.
struct Span {
  base::SteadyTime start;
  base::SteadyTime end;
  std::uint32_t name = 0;  // of Marks::names
  std::uint32_t lane = 0;  // of Marks::lanes
};
struct WorkMark {
  base::SteadyTime time;
  double amount = 0;       // above 0
  std::uint32_t unit = 0;  // of Marks::names
  std::uint32_t lane = 0;
};

// What of the marks could not be used.
struct MarkTroubles {
  std::size_t unreadable = 0;          // lines that are none of ours
  std::size_t torn = 0;                // a last line without its end
  std::size_t begins_without_end = 0;  // taken to end with what is around them, or with the run
  std::size_t ends_without_begin = 0;
  std::size_t too_deep = 0;     // more than kDeepest within each other
  std::size_t too_many = 0;     // after the first million
  std::size_t untimed = 0;      // without a time
  std::size_t other_clock = 0;  // writers whose clock is another one: dated by the wall clock
  [[nodiscard]] bool any() const {
    return unreadable + torn + begins_without_end + ends_without_begin + too_deep + too_many + untimed + other_clock > 0;
  }
  friend bool operator==(const MarkTroubles&, const MarkTroubles&) = default;
};
// "2 lines that are no marks; 1 mark without an end"; empty: none.
std::string troubles_text(const MarkTroubles& troubles);

inline constexpr std::size_t kDeepest = 64;
inline constexpr std::size_t kMostMarks = 1'000'000;
inline constexpr std::size_t kMostNames = 1000;

struct Marks {
  std::vector<std::string> names;  // of phases and of units of work
  std::vector<Lane> lanes;
  std::vector<Span> spans;  // in the order of their ends
  std::vector<WorkMark> works;
  MarkTroubles troubles;
  std::uint64_t short_ranges = 0;  // NVTX ranges below 10 ms: part of what is around them (nvtx/nvtx_ranges.c)
};

}  // namespace gpubench::phases
