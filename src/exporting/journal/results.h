// A finished run's results as samples, kept in the journal so that they are sent like everything else.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/quantity.h"
#include "base/time.h"
#include "exporting/sample.h"
#include "record/run_record.h"

namespace gpubench::exporting {

struct ResultSample {
  std::string name;
  Labels labels;
  std::int64_t time_ms = 0;
  double value = 0;
};

std::vector<ResultSample> result_samples(const record::RunRecord& run);
// A journal's note that holds them.
std::string results_note(const record::RunRecord& run);
// What such a note holds; nothing of any other.
std::vector<ResultSample> results_in(std::string_view note);

}  // namespace gpubench::exporting
