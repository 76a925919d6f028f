// The files of marks in a run's folder: the benchmark appends to them, and everybody reads them from there.
#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "phases/mark_lines.h"
#include "phases/marks.h"
#include "record/run_facts.h"

namespace gpubench::runs {

// Makes marks/1 and so on, one for each benchmark, which any user of the machine may append to. Absolute paths.
base::Result<std::vector<std::filesystem::path>> make_marks_files(const std::filesystem::path& run, std::size_t benchmarks);

// Removes the files if nothing is in them, and then their folder.
void remove_empty_marks_files(const std::filesystem::path& run);

// The clock by which they are read.
phases::MachineClock marks_clock(const record::RunFacts& facts);
// Of the benchmark's containers, in their order; then those of logs.
std::vector<std::filesystem::path> marks_files(const std::filesystem::path& run);

// What is in them; what is open ends at `end`. Of each file up to 64 MiB are read.
phases::Marks read_marks(const std::filesystem::path& run, const record::RunFacts& facts, base::SteadyTime end);

}  // namespace gpubench::runs
