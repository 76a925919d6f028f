// metrics.yml: the machine-readable account; keys in docs/formats.md.
#pragma once

#include <string>

#include "record/run_record.h"

namespace gpubench::report {

std::string metrics_yaml(const record::RunRecord& run);

}  // namespace gpubench::report
