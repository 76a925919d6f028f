// Pairs begins and ends of each lane into spans while they come.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"
#include "phases/marks.h"

namespace gpubench::phases {

class MarkCollector {
 public:
  // The number of a lane, made when it is new.
  std::uint32_t lane(Origin origin, std::string_view name);

  void begin(std::uint32_t lane, base::SteadyTime time, std::string_view name);
  // Ends the innermost phase of this name, and what was begun within it; without a name the innermost one.
  void end(std::uint32_t lane, base::SteadyTime time, std::string_view name = {});
  void span(std::uint32_t lane, base::SteadyTime start, base::SteadyTime end, std::string_view name);
  void work(std::uint32_t lane, base::SteadyTime time, double amount, std::string_view unit);

  void add_short_ranges(std::uint64_t count) { marks_.short_ranges += count; }

  [[nodiscard]] MarkTroubles& troubles() { return marks_.troubles; }
  [[nodiscard]] bool empty() const { return count_ == 0; }

  // A phase under way.
  struct Current {
    std::vector<std::string> path;  // from the outermost
    base::SteadyTime since;         // the innermost
  };
  // Of the lane that has begun one last; an empty path: none is.
  [[nodiscard]] Current current() const;

  // Ends what is open. No mark can be added to it afterwards.
  Marks finish(base::SteadyTime end);

 private:
  struct Open {
    base::SteadyTime start;
    std::uint32_t name;
  };
  struct LaneState {
    std::vector<Open> open;
    std::size_t skipped = 0;  // begun below the deepest one that is kept
  };
  std::uint32_t name(std::string_view text);
  bool has_room(std::size_t marks);
  void close(std::uint32_t lane, base::SteadyTime time);

  Marks marks_;
  std::map<std::string, std::uint32_t, std::less<>> names_;
  std::map<std::pair<Origin, std::string>, std::uint32_t> lane_numbers_;
  std::vector<LaneState> lanes_;
  std::size_t count_ = 0;          // marks: a span is a begin and an end
  std::uint32_t newest_lane_ = 0;  // that has begun a phase
};

}  // namespace gpubench::phases
