#include "app/make_parts.h"

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <utility>

#include "app/benchmark_outputs.h"
#include "app/gpu_selection.h"
#include "base/text.h"
#include "platform/process.h"
#include "workload/benchmark_name.h"
#include "workload/command/command_workload.h"
#include "workload/docker/container_workload.h"
#include "workload/docker/images.h"
#include "workload/several/several_workload.h"

namespace gpubench::app {
namespace {

// A replay has no GPUs to give.
std::vector<workload::GpuRequest> given(std::vector<workload::GpuRequest> gpus, const WorkloadPlace& place) {
  if (place.source != meter::SourceKind::nvml) gpus.clear();
  return gpus;
}

base::Result<workload::ContainerOptions> container_options(const BenchmarkOptions& options, const Environment& environment,
                                                           const WorkloadPlace& place) {
  workload::ContainerOptions container;
  container.image = *options.benchmark_image;
  auto engine = workload::locate_engine(environment.engine);
  if (!engine) return base::failure(engine.error());
  container.docker_host = engine->host;
  container.tls = engine->tls;
  container.config_folder = environment.engine.config_folder;
  container.owner = platform::own_identity();
  container.run_id = place.directory.run_id;
  container.command = options.arguments;
  container.entrypoint = options.entrypoint;
  container.env = options.environment;
  container.binds = options.volumes;
  container.tmpfs = options.tmpfs;
  container.settings = options.container;
  container.stop_grace = options.stop_grace;
  container.interrupt_fd = place.interrupt_fd;
  container.tell = [](const std::string& line) { std::cerr << "iris-gpubench: " << line << "\n"; };
  return container;
}

base::Result<std::unique_ptr<workload::Workload>> make_container(const Options& options, const Environment& environment,
                                                                 const WorkloadPlace& place, const platform::Clock& clock,
                                                                 workload::LogSink& log) {
  auto container = container_options(options, environment, place);
  if (!container) return base::failure(container.error());
  container->gpus = place.own_gpus.requests;
  return workload::make_container_workload(std::move(*container), clock, log);
}

std::vector<int> indices_of(const std::vector<workload::GpuRequest>& gpus) {
  std::vector<int> indices;
  for (const workload::GpuRequest& gpu : gpus)
    if (gpu.index >= 0) indices.push_back(gpu.index);
  return indices;
}

base::Result<std::unique_ptr<workload::Workload>> make_several(const Options& options, const Environment& environment,
                                                               const WorkloadPlace& place, const platform::Clock& clock,
                                                               const std::vector<workload::LogSink*>& logs) {
  std::vector<std::string> wishes;
  wishes.reserve(options.several.size());
  for (const BenchmarkOptions& part : options.several) wishes.push_back(part.gpus);
  const auto gpus = assign_gpus(wishes, options.in_turn, place.gpus);
  if (!gpus) return base::failure(gpus.error());
  std::vector<workload::Part> parts;
  for (std::size_t i = 0; i < options.several.size(); ++i) {
    auto container = container_options(options.several[i], environment, place);
    if (!container) return base::failure(container.error());
    container->run_id += "-" + std::to_string(i + 1);
    container->gpus = given((*gpus)[i], place);
    parts.push_back({workload::make_container_workload(std::move(*container), clock, *logs[i]),
                     output_names(options, i).results, indices_of((*gpus)[i])});
  }
  return workload::make_several_workload(std::move(parts),
                                         options.in_turn ? workload::Order::in_turn : workload::Order::side_by_side);
}

void set_variable(std::vector<std::string>& environment, const std::string& name, const std::string& value) {
  const auto is_it = [&](const std::string& entry) { return entry.starts_with(name + "="); };
  environment.erase(std::remove_if(environment.begin(), environment.end(), is_it), environment.end());
  environment.push_back(name + "=" + value);
}

std::filesystem::path command_results(const runs::RunDirectory& directory) {
  return std::filesystem::absolute(directory.file("benchmark_results"));
}

std::unique_ptr<workload::Workload> make_command(const Options& options, const Environment& environment,
                                                 const WorkloadPlace& place, const platform::Clock& clock,
                                                 workload::LogSink& log) {
  workload::CommandOptions command;
  command.name = benchmark_name(options);
  command.stop_grace = options.stop_grace;
  command.environment = environment.all;
  if (place.own_gpus.given_by_us)
    set_variable(command.environment, "CUDA_VISIBLE_DEVICES", cuda_value(place.own_gpus.requests));
  if (options.benchmark_command) {
    command.command_line = *options.benchmark_command;
    command.argv = {"/bin/sh", "-c", *options.benchmark_command};
  } else {
    command.command_line = base::joined(options.arguments);
    command.argv = options.arguments;
  }
  const auto results = command_results(place.directory);
  std::error_code error;
  std::filesystem::create_directory(results, error);
  if (!error) command.results_directory = results.string();
  return workload::make_command_workload(std::move(command), clock, log);
}

}  // namespace

WorkloadProcesses workload_processes(const workload::WorkloadDescription& workload, const runs::RunDirectory& directory) {
  WorkloadProcesses processes;
  std::vector<int> all{workload.process_id};
  if (!workload.parts.empty()) all.clear();
  for (const workload::WorkloadDescription& part : workload.parts) all.push_back(part.process_id);
  for (const int first : all)
    if (first > 0) processes.first.push_back(first);
  processes.all_known = processes.first.size() == all.size();
  processes.container = workload.kind == workload::WorkloadDescription::Kind::container;
  if (!processes.container) processes.variable = "IRIS_GPUBENCH_RESULTS=" + command_results(directory).string();
  return processes;
}

std::string benchmark_name(const Options& options) {
  std::string names;
  for (const BenchmarkOptions& part : options.several) names += (names.empty() ? "" : " + ") + *part.benchmark_image;
  if (!names.empty()) return names;
  if (options.benchmark_image) return *options.benchmark_image;
  if (options.benchmark_command) return workload::command_name(*options.benchmark_command);
  return workload::command_name(options.arguments.front());
}

base::Result<std::unique_ptr<workload::Workload>> make_workload(const Options& options, const Environment& environment,
                                                                const WorkloadPlace& place, const platform::Clock& clock,
                                                                const std::vector<workload::LogSink*>& logs) {
  if (!options.several.empty()) return make_several(options, environment, place, clock, logs);
  if (options.benchmark_image) return make_container(options, environment, place, clock, *logs.front());
  return make_command(options, environment, place, clock, *logs.front());
}

base::Result<std::vector<std::string>> container_images(const Environment& environment) {
  const auto engine = workload::locate_engine(environment.engine);
  if (!engine) return base::failure(engine.error());
  return workload::list_container_images(*engine);
}

sampler::SamplerOptions trace_sampling() {
  sampler::SamplerOptions sampling;
  sampling.interval = std::chrono::milliseconds(100);
  sampling.drain_period = std::chrono::milliseconds(20);
  sampling.counter_period = sampling.drain_period;  // it moves every 100 ms
  return sampling;
}

}  // namespace gpubench::app
