// The lines of a file of marks (docs/formats.md), read as they come.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "phases/mark_collector.h"

namespace gpubench::phases {

// By what marks of this machine's own clock are known.
struct MachineClock {
  std::string boot_id;               // /proc/sys/kernel/random/boot_id
  std::uint64_t time_namespace = 0;  // inode of /proc/self/ns/time; 0: not known
  base::ClockAnchor anchor;
};

// One file of marks, or one stream of them. Bytes may be cut anywhere.
class MarkLines {
 public:
  // `label`: put before the names of its lanes, where there are several files; may be empty.
  MarkLines(MarkCollector& marks, MachineClock clock, std::string label = {})
      : marks_(marks), clock_(std::move(clock)), label_(std::move(label)) {}

  // `arrived`: the time of marks that have none of their own; empty: they are left out.
  void read(std::string_view bytes, std::optional<base::SteadyTime> arrived = {});
  // The file has ended.
  void finish();

 private:
  struct Words;
  void line(std::string_view text, std::optional<base::SteadyTime> arrived);
  bool take(const Words& words, std::optional<base::SteadyTime> arrived);
  bool take_writer(const Words& words);
  bool take_span(const Words& words);
  bool take_short_ranges(const Words& words);
  bool take_work(const Words& words, base::SteadyTime time);
  [[nodiscard]] std::optional<base::SteadyTime> time_of(std::string_view text, std::string_view who,
                                                        std::optional<base::SteadyTime> arrived) const;
  [[nodiscard]] bool is_near(base::SteadyTime time) const;
  std::uint32_t lane_of(std::string_view who);

  MarkCollector& marks_;
  MachineClock clock_;
  std::string label_;
  std::string rest_;                                            // of a line whose end has not come
  bool overlong_ = false;                                       // the line that is being read is longer than any of ours
  std::map<std::string, base::Duration, std::less<>> offsets_;  // of writers with another clock, by process
};

}  // namespace gpubench::phases
