// What the plot shows.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/quantity.h"
#include "base/time.h"
#include "meter/reading.h"
#include "record/run_record.h"
#include "series/gpu_series.h"

namespace gpubench::report {

// A time of even carbon intensity.
struct IntensityStep {
  base::SteadyTime from;
  base::SteadyTime to;
  base::CarbonIntensity intensity;
};

inline constexpr std::size_t kPhaseLevels = 2;  // of phases within each other that are drawn

// From a phase's begin to its end.
struct PhaseStrip {
  base::Window time;
  std::size_t phase = 0;  // those of one name have one colour
  std::size_t depth = 0;
  std::string name;
};

struct PlotInput {
  std::string title;     // benchmark name
  std::string subtitle;  // energy, emissions, "REPLAY ..." and whatever else must be said of the figures
  std::vector<meter::GpuDescription> gpus;
  std::vector<bool> is_other = {};                         // of those: not the benchmark's; empty: all are
  std::vector<std::string> names = {};                     // of the curves; empty: those of the GPUs
  const std::vector<series::GpuSeries>* series = nullptr;  // one per GPU
  base::SteadyTime origin;                                 // time 0 of the axis
  std::optional<base::Window> run;                         // the workload's start and end, if known
  bool under_way = false;                                  // its end is not known yet: what is there goes so far
  std::string total_energy;                                // "20.811 kJ (0.0057809 kWh)"; empty: not known
  std::vector<IntensityStep> intensity;                    // of the grid over the run, in time order; under the power
  std::vector<PhaseStrip> phases;                          // the longest of the two outermost levels; below the power
  bool replay = false;                                     // said in large letters
  std::string foot = {};                                   // what the curves are; empty: those of GPUs
};

// The plot of a finished run; refers to `series`. Title and subtitle say what the record says.
PlotInput plot_input(const record::RunRecord& run, const std::vector<series::GpuSeries>& series);

}  // namespace gpubench::report
