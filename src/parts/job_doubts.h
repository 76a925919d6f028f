// What is doubtful about a job: what its parts say, and what only shows when they are put together.
#pragma once

#include <string>
#include <vector>

#include "parts/job.h"

namespace gpubench::parts {

// Those of the job as a whole first, then each of the parts' once, with the nodes that it is about.
std::vector<Doubt> doubts_of(const Job& job, const std::vector<Missing>& missing);

// Of parts that were measured side by side, and of parts of which one had ended before the other began.
Doubt board_counted_once(const std::string& uuid, const std::string& first, const std::string& second);
Doubt board_measured_twice(const Job& job, const std::string& uuid, const std::string& first, const std::string& second);

}  // namespace gpubench::parts
