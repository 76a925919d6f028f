// metrics.yml and metrics.json: the machine-readable account; keys in docs/formats.md.
#pragma once

#include <string>

#include "record/run_record.h"
#include "report/metrics_document.h"

namespace gpubench::report {

// Any keys and values as YAML.
std::string yaml_text(const Document& document);

std::string metrics_yaml(const record::RunRecord& run);
// The same keys in the form that docs/metrics.schema.json describes.
std::string metrics_json(const record::RunRecord& run);

}  // namespace gpubench::report
