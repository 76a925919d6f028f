// Recalculates a saved run's carbon: another source, region or PUE, or values that are actual now.
#pragma once

#include <optional>
#include <string>

#include "app/carbon_options.h"
#include "app/environment.h"
#include "app/run_directory.h"
#include "base/result.h"

namespace gpubench::app {

// What is to be other than it was; what is empty stays.
struct RecarbonOptions {
  std::optional<std::string> source;
  std::optional<std::string> region;
  std::optional<double> intensity;  // gCO2/kWh, as given on the command line
  std::optional<double> pue;
  std::optional<double> embodied_kg;
  std::optional<double> lifetime_years;
  std::optional<std::string> functional_unit;
};

// Whether its numbers are such as a run takes.
base::Result<void> check_recarbon(const RecarbonOptions& options);

struct Recarboned {
  std::string changes;  // tables, old and new
  std::string note;     // remarks, if something could not be done as asked
};

// Writes recarbon.txt, .yml, .json and the intensities used into the run's folder; its own files do not change. Repeating it
// with the same answers leaves the same files. An error: nothing was written.
base::Result<Recarboned> recarbon(const RunDirectory& directory, const RecarbonOptions& options,
                                  const Environment& environment);

}  // namespace gpubench::app
