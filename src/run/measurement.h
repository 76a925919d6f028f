// One measured run of a workload: idle before, the workload, idle after; the sampler reads throughout.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "gpus/event_monitor.h"
#include "meter/gpu_meter.h"
#include "platform/clock.h"
#include "platform/signals.h"
#include "record/measured.h"
#include "sampler/sampler.h"
#include "series/gpu_series.h"
#include "workload/workload.h"

namespace gpubench::run {

using record::Measured;

struct MeasurementPlan {
  sampler::SamplerOptions sampling;
  base::Duration idle_before{};
  base::Duration idle_after{};
  bool attached = false;  // the workload is only watched: a signal or the timeout ends that, and nothing was interrupted
  std::optional<base::Duration> timeout;  // after which the workload is stopped as by a signal; from its start
  sampler::ReadingObserver observer;
  gpus::EventMonitor* events = nullptr;           // begun before the first reading, ended after the last; may be null
  std::function<void(base::SteadyTime)> started;  // told when the workload runs; may be empty
  std::function<void(base::SteadyTime)> ended;    // and when it has ended; may be empty
  std::function<void(const std::string&)> say;    // what the user is to see at once
};

// `workload` is prepared. The first signal stops the workload gently, the second kills it; SIGUSR1 and SIGUSR2 are handed
// on. An error is one of starting or following the workload; `interrupted` is the signal that came before the start: nothing
// was measured.
base::Result<Measured> measure(workload::Workload& workload, meter::GpuMeter& meter, const platform::Clock& clock,
                               platform::SignalQueue& signals, std::vector<series::GpuSeries>& series,
                               const MeasurementPlan& plan, std::optional<int>& interrupted);

}  // namespace gpubench::run
