// What stands beside the energy of a job's parts, as that of the job.
#pragma once

#include <filesystem>
#include <vector>

#include "base/result.h"
#include "beside/slurm.h"
#include "parts/job.h"

namespace gpubench::parts {

// The step of Slurm that all were in, of which nothing is asked yet, and each node's counters once.
beside::Beside beside_of(const std::vector<PartFigures>& parts);

// What Slurm says of it now, unless it is saved with the job's record in this folder.
base::Result<void> ask_slurm(const std::filesystem::path& folder, Job& job, beside::SlurmPrograms& slurm);

}  // namespace gpubench::parts
