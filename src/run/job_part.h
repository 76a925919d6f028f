// A run as a part of a job: its part.json, and at the end the job's record.
#pragma once

#include <string>
#include <vector>

#include "parts/membership.h"
#include "parts/part.h"
#include "record/run_record.h"

namespace gpubench::run {

// Of a part that is about to be measured.
parts::Part begun_part(const parts::Membership& member);
// The rank that this process ran itself.
parts::RankRun rank_run(const parts::Membership& member, const record::RunRecord& run);

}  // namespace gpubench::run
