// Which adapter implements each interface, by the options.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/environment.h"
#include "app/gpu_watch.h"
#include "app/options.h"
#include "app/workload_gpus.h"
#include "base/result.h"
#include "meter/gpu_meter.h"
#include "platform/clock.h"
#include "runs/run_directory.h"
#include "sampler/sampler.h"
#include "workload/workload.h"

namespace gpubench::app {

// Image or command name, of several containers joined: for the run id and the title.
std::string benchmark_name(const Options& options);

// What a container is given beside its options.
struct WorkloadPlace {
  meter::SourceKind source = meter::SourceKind::nvml;
  const std::vector<meter::GpuDescription>& gpus;  // of this machine
  const WorkloadGpus& own_gpus;
  const runs::RunDirectory& directory;
  int interrupt_fd = -1;  // readable: preparation that takes long is given up
};
// `logs`: one for each of several containers, else one.
base::Result<std::unique_ptr<workload::Workload>> make_workload(const Options& options, const Environment& environment,
                                                                const WorkloadPlace& place, const platform::Clock& clock,
                                                                const std::vector<workload::LogSink*>& logs);

// How to recognise the processes of the started workload.
WorkloadProcesses workload_processes(const workload::WorkloadDescription& workload, const runs::RunDirectory& directory);

// Names of the engine's images, base images left out.
base::Result<std::vector<std::string>> container_images(const Environment& environment);

// How the meter is read when its trace is recorded: often enough to keep every step of the energy counter.
sampler::SamplerOptions trace_sampling();

}  // namespace gpubench::app
