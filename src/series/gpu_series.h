// All that is recorded of one GPU during a run.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "meter/reading.h"
#include "series/series.h"

namespace gpubench::series {

struct GpuSeries {
  std::unique_ptr<Series<meter::GpuReading>> readings;     // one per interval
  std::unique_ptr<Series<meter::PowerSample>> power;       // the driver's 20 ms ring, gap-free
  std::unique_ptr<Series<meter::CounterReading>> counter;  // a few around the run, one a minute in it
  meter::SensorTiming sensor = {};                         // of the board that they were read from
};

// What a full or failing disk has cost the series, in words. Ask at the end of a run.
std::vector<std::string> write_errors(const std::vector<GpuSeries>& series);

}  // namespace gpubench::series
