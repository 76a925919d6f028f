// The account of a job as keys and values: those of a run's metrics.json, and `group`, `nodes`, `ranks`, `balance`.
#pragma once

#include <ostream>
#include <string>

#include "parts/job.h"

namespace gpubench::parts {

// With an empty list of boards, `kBoards`: a large job's are taken one by one.
Json job_document(const Job& job);
inline constexpr const char* kBoards = "gpus";

// metrics.json and metrics.yml, boards and all.
void write_job_json(std::ostream& out, const Job& job);
void write_job_yaml(std::ostream& out, const Job& job);
// ranks.csv
std::string ranks_csv(const Job& job);

}  // namespace gpubench::parts
