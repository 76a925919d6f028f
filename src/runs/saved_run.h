// A run read back from its folder.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "record/run_record.h"
#include "runs/run_directory.h"
#include "series/gpu_series.h"

namespace gpubench::runs {

struct SavedRun {
  record::RunRecord run;
  std::vector<series::GpuSeries> series;  // spooled beside the journal, or in the system's folder for temporary files
  bool finished = false;                  // else it is what the journal holds, and not costed
  std::string damage;                     // what of the journal could not be read, in words; empty: all could
};

// Everything is computed again from the journal; no carbon source is asked. Of a run that was not finished the end is that
// of its last value, its score is what a file in benchmark_results says, and its carbon is unknown.
base::Result<SavedRun> load_run(const std::filesystem::path& directory);

// The run's folder: `name` is its id in `results_dir`, its path, or its label, of which the newest run has it.
base::Result<RunDirectory> find_run(const std::filesystem::path& results_dir, const std::string& name);

// An error: the run is under way.
base::Result<void> check_over(const RunDirectory& directory);

// load_run() of a run that is over.
base::Result<SavedRun> load_past_run(const RunDirectory& directory);

}  // namespace gpubench::runs
