// What the record of a job on several nodes says of the whole, as samples to send.
#pragma once

#include <filesystem>
#include <memory>

#include "exporting/figures/figure_samples.h"
#include "exporting/run_series.h"

namespace gpubench::exporting {

// Of a job's folder, by its metrics.json; all are of the job's end. A job that has no record has none. What is not known,
// such as the total while a node is missing, is left out.
std::unique_ptr<Source> make_job_samples(const std::filesystem::path& job_folder, Names names);

}  // namespace gpubench::exporting
