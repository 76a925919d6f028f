// metrics.yml and metrics.json: the machine-readable account; keys in docs/formats.md.
#pragma once

#include <functional>
#include <ostream>
#include <string>
#include <string_view>

#include "record/run_record.h"
#include "report/metrics_document.h"

namespace gpubench::report {

// Any keys and values as YAML. Of the list `list` the entries come one by one from `each`, which is given what takes them.
using EachEntry = std::function<void(const std::function<void(const Document&)>& take)>;
void write_yaml(std::ostream& out, const Document& document, std::string_view list = {}, const EachEntry& each = {});

std::string metrics_yaml(const record::RunRecord& run);
// The same keys in the form that docs/metrics.schema.json describes.
std::string metrics_json(const record::RunRecord& run);

}  // namespace gpubench::report
