// Samples in the form of VictoriaMetrics' /api/v1/import and /api/v1/export: JSON lines of one series each.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "exporting/protocol.h"
#include "exporting/sample.h"

namespace gpubench::exporting {

// The lines for `samples`, which are sorted by series; a series with many samples has several.
std::string import_lines(std::span<const Sample> samples, std::span<const Series> series);

// An error: not what /api/v1/export answers.
base::Result<Stored> exported_lines(std::string_view lines);

}  // namespace gpubench::exporting
