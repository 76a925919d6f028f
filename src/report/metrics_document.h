// The account of a run as keys and values, from which metrics.yml and metrics.json are written; keys in docs/formats.md.
#pragma once

#include <nlohmann/json.hpp>

#include "record/run_record.h"

namespace gpubench::report {

using Document = nlohmann::ordered_json;

// Raised when a key changes its meaning or goes; new keys do not raise it.
inline constexpr int kMetricsSchemaVersion = 1;

Document metrics_document(const record::RunRecord& run);

}  // namespace gpubench::report
