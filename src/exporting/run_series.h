// The names and labels of a run's readings, and their values in base units. The names are a contract with dashboards:
// docs/export.md.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "exporting/sample.h"
#include "meter/gpu_meter.h"

namespace gpubench::exporting {

enum class Names : std::uint8_t {
  standard,  // by Prometheus' conventions
  classic,   // of the predecessor's dashboards: power_gpu0 ...; what those lack goes by its standard name
};
std::string_view names_text(Names names);

// What is known of a run when it starts; labels of what is sent.
struct RunLabels {
  std::string run_id;
  std::string host;
  std::string benchmark;  // image or command name
  std::string tool_version;
  std::string driver_version;  // empty: not known
  std::vector<meter::GpuDescription> gpus;
  std::string source;  // the name of what the readings come from
};

// gpubench_run_info: labels of the whole run; its value is 1.
Series run_info_series(const RunLabels& run);
// Labels by which runs' results can be compared without their info: run, host, benchmark, GPU type and number.
Labels result_labels(const RunLabels& run);

// Of one GPU, in the order of visit_values().
std::vector<Series> reading_series(const RunLabels& run, const meter::GpuDescription& gpu, Names names);
// Calls visit(position in reading_series(), value) for each field that is there and finite.
void visit_values(const meter::GpuReading& reading, Names names, const std::function<void(std::size_t, double)>& visit);

// The driver's own power samples, and the energy counter.
Series power_sample_series(const RunLabels& run, const meter::GpuDescription& gpu);
Series energy_series(const RunLabels& run, const meter::GpuDescription& gpu);

// The grid's intensity, and the run's emissions so far.
Series carbon_intensity_series(const RunLabels& run, const std::string& region, std::string_view kind,
                               const std::string& source);
Series emissions_series(const RunLabels& run);
// The start and the end of the run, as seconds since 1970 at that moment.
inline constexpr std::string_view kRunStart = "gpubench_run_start_timestamp_seconds";
inline constexpr std::string_view kRunEnd = "gpubench_run_end_timestamp_seconds";
Series event_series(const RunLabels& run, std::string_view name);
// What one of the benchmark's GPUs has used since its start, by readings.
Series energy_so_far_series(const RunLabels& run, const meter::GpuDescription& gpu);

// What each name means that is worth asking for while a run lasts: for the HELP and TYPE lines of a page that is scraped.
struct Meaning {
  std::string_view name;
  std::string_view type;  // "gauge" or "counter"
  std::string_view help;
};
std::vector<Meaning> meanings();

}  // namespace gpubench::exporting
