// The trace of a meter: all that was read of one machine's GPUs, as text that a person can read and compare.
//
// Line 1 is a header, a JSON object:
//   {"format":"iris-gpubench-trace","version":1,
//    "recorded":{"gpu":"NVIDIA H200","driver":"580.159.04","source":"NVML 13.580.159.04","date":"2026-11-22T12:00:00Z"},
//    "gpus":[{"index":0,"name":"NVIDIA H200","uuid":"GPU-...","pci_bus_id":"00000000:1B:00.0","power_limit_mw":700000,
//             "max_power_limit_mw":700000,"memory_total_bytes":150754820096,"max_sm_clock_mhz":1980,
//             "max_memory_clock_mhz":3201,"max_operating_temperature_c":87,"slowdown_temperature_c":92,
//             "shutdown_temperature_c":95}]}
// "recorded" may also have a "note". In "gpus" all but index, name, uuid and pci_bus_id may be missing: the driver did not
// report it. Every other line is one of these, its fields separated by one space; GPU is a position in "gpus", times are
// microseconds since the trace's start (negative for power samples that were in the driver's ring before it), all numbers
// are whole:
//   R GPU TIME UTILIZATION_% MEMORY_UTILIZATION_% POWER_mW LIMIT_mW TEMPERATURE_C MEMORY_USED_BYTES SM_MHZ MEMORY_MHZ
//   REASONS
//     one reading; REASONS are the driver's bits as a decimal number
//   E GPU BEFORE AFTER ENERGY_mJ    one reading of the energy counter, begun and ended at these times
//   P GPU TIME POWER_mW             one sample of the driver's power ring
// An absent value is "-" (unsupported), "!" (the call failed) or "x" (the GPU was lost). The lines of one letter and one GPU
// are in time order (power samples strictly), and the energy counter does not decrease; lines of different ones may be mixed
// as they come.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "meter/reading.h"

namespace gpubench::meter {

// Where and when a trace was recorded, as it says itself.
struct TraceOrigin {
  std::string gpu;
  std::string driver;
  std::string source;  // MeterSource::description of then
  std::string date;    // UTC
  std::string note;
};

struct TracePower {
  base::SteadyTime time;
  Field<base::Power> power;
};

struct TraceCounter {
  base::SteadyTime before;
  base::SteadyTime after;
  Field<base::Energy> energy;
};

// All that a trace has of one GPU. The times count from the trace's start, which is SteadyTime{}.
struct TraceOfGpu {
  GpuDescription description;
  std::vector<GpuReading> readings;
  std::vector<TraceCounter> counter;
  std::vector<TracePower> power;
};

struct Trace {
  TraceOrigin recorded;
  std::vector<TraceOfGpu> gpus;
};

// Strict and bounded (64 MiB, 64 GPUs, 10 days): the first line that is not exactly as described above is an error with its
// number.
base::Result<Trace> parse_trace(std::string_view text);
base::Result<Trace> load_trace(const std::string& path);

// Lines of a trace, each with its newline. Values that the format has no room for (negative, not finite) are written as
// failed.
std::string header_line(const TraceOrigin& recorded, const std::vector<GpuDescription>& gpus);
std::string reading_line(std::size_t gpu, const GpuReading& reading);
std::string counter_line(std::size_t gpu, const TraceCounter& reading);
std::string power_line(std::size_t gpu, const TracePower& sample);

}  // namespace gpubench::meter
