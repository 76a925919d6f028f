// The account of a job from its parts.
#pragma once

#include <vector>

#include "base/result.h"
#include "parts/job.h"

namespace gpubench::parts {

// An error names the part that is of another job or another version, or of a second job of the same name.
base::Result<Job> make_job(std::vector<PartFigures> parts, std::vector<Missing> missing);

}  // namespace gpubench::parts
