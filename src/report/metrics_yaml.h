// metrics.yml and metrics.json: the machine-readable account; keys in docs/formats.md.
#pragma once

#include <string>

#include "record/run_record.h"

namespace gpubench::report {

std::string metrics_yaml(const record::RunRecord& run);
// The same keys in the form that docs/metrics.schema.json describes.
std::string metrics_json(const record::RunRecord& run);

}  // namespace gpubench::report
