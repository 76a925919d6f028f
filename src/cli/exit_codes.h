// Exit codes of the tool itself; else the benchmark's own.
#pragma once

namespace gpubench::cli {

inline constexpr int kUsageError = 2;
inline constexpr int kCannotRun = 125;
inline constexpr int kTimedOut = 124;    // as timeout(1)
inline constexpr int kSignalBase = 128;  // plus the number of the signal that ended it

}  // namespace gpubench::cli
