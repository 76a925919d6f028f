// What a set says of its variants, as samples to send: the same in the same order as long as no run is added.
#pragma once

#include <filesystem>
#include <memory>

#include "exporting/figures/figure_samples.h"
#include "exporting/run_series.h"
#include "sets/roles.h"
#include "sets/run_set.h"

namespace gpubench::exporting {

// All are of the end of the set's last run.
std::unique_ptr<FigureSamples> set_samples(const sets::RunSet& set, const sets::FiguresOfRuns& figures);

// Of a set's folder. A set that cannot be read has none.
std::unique_ptr<Source> make_set_samples(const std::filesystem::path& set_folder, Names names);

}  // namespace gpubench::exporting
