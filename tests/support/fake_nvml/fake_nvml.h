// What a test may do with the fake besides NVML's own functions; found with dlsym.
#pragma once

#include <cstdint>

extern "C" {
// From now on the fake's clocks stand at these times until the next call (instead of following the machine's). A change of
// the difference between the two is a step of the wall clock: samples keep the stamps that they got when they were taken.
using FakeNvmlSetClock = void (*)(std::int64_t monotonic_ns, std::int64_t realtime_ns);  // "fake_nvml_set_clock"
// How often an NVML function ("nvmlDeviceGetPowerUsage") or field ("field:83") was called, a
// scope of fields ("scope:0") or a type of samples ("samples:0") asked for since nvmlInit_v2.
using FakeNvmlCalls = int (*)(const char* name);  // "fake_nvml_calls"
}
