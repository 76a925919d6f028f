// What a source answered, kept on disk: a later run without a network still has the forecast for its half-hours.
#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "carbon/intensity.h"

namespace gpubench::carbon {

class ForecastCache {
 public:
  // `folder` is made when something is stored. `key` names source and place: another key is another file.
  ForecastCache(const std::filesystem::path& folder, std::string_view key);

  // What was kept, with the time it was fetched and " (from the cache)" in its source; empty if nothing was. An error: the
  // file is broken; it is then ignored, with a message.
  [[nodiscard]] base::Result<std::vector<IntensitySlot>> load() const;
  // Replaces what was kept, whole or not at all; intervals that ended more than a week before `now` are dropped.
  [[nodiscard]] base::Result<void> store(std::vector<IntensitySlot> slots, base::WallTime now) const;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace gpubench::carbon
