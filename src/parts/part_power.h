// The power of a part's GPUs over its time, in few enough points that those of a thousand nodes can be put together.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "report/curve.h"

namespace gpubench::parts {

struct BoardPower {
  std::string uuid;
  report::Curve curve;  // watts; of each point only the mean is kept
};

struct PartPower {
  base::WallTime start;  // second 0 of the curves
  std::vector<BoardPower> boards = {};
};

// power_curves.json in the part's folder.
base::Result<void> write_power(const std::filesystem::path& folder, const PartPower& power);
// Empty: there is none, or it is damaged.
std::optional<PartPower> read_power(const std::filesystem::path& folder);

}  // namespace gpubench::parts
