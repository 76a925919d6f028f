// What a source answered, kept in a file: a later run without a network still has the forecast for its half-hours.
#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "carbon/answer_cache.h"

namespace gpubench::carbon {

class ForecastCache final : public AnswerCache {
 public:
  // `folder` is made when something is stored. `key` names source and place: another key is another file.
  ForecastCache(const std::filesystem::path& folder, std::string_view key);

  [[nodiscard]] base::Result<std::vector<IntensitySlot>> load() const override;
  [[nodiscard]] base::Result<void> store(std::vector<IntensitySlot> slots, base::WallTime now) const override;
  [[nodiscard]] const std::filesystem::path& path() const override { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace gpubench::carbon
