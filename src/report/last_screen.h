// What a run ends with on a terminal: its answer on one screen of 80 columns.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

#include "record/earlier_run.h"
#include "record/run_record.h"

namespace gpubench::report {

// With an empty line above it and the prompt below it, a terminal of 24 lines shows all.
inline constexpr std::size_t kScreenLines = 22;

struct ScreenSetting {
  std::filesystem::path folder;                    // of the run
  std::optional<record::EarlierRun> earlier = {};  // to compare with; empty: there is none
  std::size_t lines = kScreenLines;                // the most; what a run always has stays
};

// What ran and how it ended, its figures with as many digits as they deserve, the findings in a line each, the files.
std::string last_screen(const record::RunRecord& run, const ScreenSetting& setting);

}  // namespace gpubench::report
