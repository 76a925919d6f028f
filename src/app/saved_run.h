// A run read back from its folder.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "app/environment.h"
#include "app/run_directory.h"
#include "app/run_journal.h"
#include "base/result.h"
#include "platform/clock.h"
#include "record/run_record.h"
#include "series/gpu_series.h"

namespace gpubench::app {

struct SavedRun {
  record::RunRecord run;
  std::vector<series::GpuSeries> series;  // spooled beside the journal, or in the system's folder for temporary files
  CarbonOptions carbon;                   // as the run was costed
  std::string carbon_region;              // as its option had it
  bool finished = false;                  // else it is told as far as the journal goes
  std::string damage;                     // what could not be read of the journal, in words; empty: nothing is missing
};

// Everything is computed anew from the journal. Of a run that was not finished the end is that of its last value, and the
// carbon source is asked as the run would have.
base::Result<SavedRun> load_run(const std::filesystem::path& directory, const Environment& environment,
                                const platform::Clock& clock);

// The run's folder: `name` is its id in `results_dir`, or its path.
base::Result<RunDirectory> find_run(const std::filesystem::path& results_dir, const std::string& name);

// load_run() of a run that is not under way, by the system's clock.
base::Result<SavedRun> load_past_run(const RunDirectory& directory, const Environment& environment);

}  // namespace gpubench::app
