// The names and labels of what is sent, and the values of a reading in their units. The names are a contract with
// dashboards: docs/formats.md.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "meter/reading.h"
#include "sink/sink.h"

namespace gpubench::sink {

// Of one GPU, in the order of visit_values(); as series_json.
std::vector<std::string> gpu_series(const RunIdentity& run, const meter::GpuDescription& gpu);
// gpubench_run_info: what is true of the whole run, as labels; its value is 1.
std::string run_info_series(const RunIdentity& run);

// Calls visit(position in gpu_series(), value) for each field that is there and finite.
void visit_values(const meter::GpuReading& reading, const std::function<void(std::size_t, double)>& visit);

}  // namespace gpubench::sink
