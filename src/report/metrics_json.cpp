#include "report/metrics_json.h"

#include "report/metrics_document.h"

namespace gpubench::report {

std::string metrics_json(const record::RunRecord& run) {
  return metrics_document(run).dump(2) + "\n";
}

}  // namespace gpubench::report
