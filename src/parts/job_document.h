// The account of a job as keys and values: those of a run's metrics.json, and `group`, `nodes`, `ranks`, `balance`.
#pragma once

#include <string>

#include "parts/job.h"

namespace gpubench::parts {

Json job_document(const Job& job);
// ranks.csv
std::string ranks_csv(const Job& job);

}  // namespace gpubench::parts
