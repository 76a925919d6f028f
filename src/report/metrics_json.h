// metrics.json: the keys of metrics.yml in the form that docs/metrics.schema.json describes.
#pragma once

#include <string>

#include "record/run_record.h"

namespace gpubench::report {

std::string metrics_json(const record::RunRecord& run);

}  // namespace gpubench::report
