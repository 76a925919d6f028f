// The points of a sweep as a picture: energy against time, with 95 % intervals.
#pragma once

#include <filesystem>
#include <string>

#include "base/result.h"
#include "sets/run_set.h"
#include "sets/sweep.h"

namespace gpubench::sets {

inline constexpr const char* kSweepPicture = "sweep.svg";

// An SVG that needs nothing else. Points that cannot be told apart from the least energy are hollow.
std::string sweep_picture(const RunSet& set, const Sweep& sweep);

// In the set's folder, if it is a sweep of which runs count. False: it is not.
base::Result<bool> write_sweep_picture(const std::filesystem::path& folder, const RunSet& set, const FiguresOfRuns& figures);

}  // namespace gpubench::sets
