// Where a source's answers are kept for a later run without a network.
#pragma once

#include <filesystem>
#include <vector>

#include "base/result.h"
#include "carbon/intensity.h"

namespace gpubench::carbon {

class AnswerCache {
 public:
  AnswerCache() = default;
  virtual ~AnswerCache() = default;
  AnswerCache(const AnswerCache&) = default;
  AnswerCache& operator=(const AnswerCache&) = default;

  // What was kept, with the time it was fetched and " (from the cache)" in its source; empty if nothing was. An error: the
  // file is broken; it is then ignored, with a message.
  [[nodiscard]] virtual base::Result<std::vector<IntensitySlot>> load() const = 0;
  // Replaces what was kept, whole or not at all; intervals that ended more than a week before `now` are dropped.
  [[nodiscard]] virtual base::Result<void> store(std::vector<IntensitySlot> slots, base::WallTime now) const = 0;
  [[nodiscard]] virtual const std::filesystem::path& path() const = 0;
};

}  // namespace gpubench::carbon
