// Recalculates a saved run's carbon: with another source, region or PUE, or with actual values in place of forecasts.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/quantity.h"
#include "base/result.h"
#include "carbon/carbon_options.h"
#include "cli/environment.h"
#include "runs/run_directory.h"

namespace gpubench::commands {

// What is to be other than it was.
struct Recosting {
  bool asks_elsewhere = false;  // another source, region or intensity; else the run's own source is asked again
  std::function<void(carbon::CarbonOptions& options, std::string& region)> apply;  // to the run's own
};

struct Recosted {
  std::string changes;                         // tables, old and new
  std::string note;                            // remarks, if something could not be done as asked
  std::optional<base::Emissions> before = {};  // of the GPUs; empty: not known
  std::optional<base::Emissions> after = {};
};

// Writes recarbon.txt, .yml, .json and the intensities used into the run's folder; its own files do not change. Repeating it
// with the same answers leaves the same files. An error: nothing was written, or not all, where a file could not be.
base::Result<Recosted> recost(const runs::RunDirectory& directory, const Recosting& change,
                              const cli::Environment& environment);

}  // namespace gpubench::commands
