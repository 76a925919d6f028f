// A run as a report of BoAmps (github.com/Boavizta/BoAmps), the exchange format for the energy of AI tasks.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "record/run_record.h"

namespace gpubench::report {

// What no meter can know (the task, its data, the country) comes from `about`, a JSON object in BoAmps' own form that is
// laid over what is known of the run. An error says what is missing, or that the energy is not known.
base::Result<std::string> boamps_report(const record::RunRecord& run, std::string_view about);

}  // namespace gpubench::report
