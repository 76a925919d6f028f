#include "workload/open.h"

#include <unistd.h>

#include <algorithm>
#include <optional>
#include <system_error>
#include <utility>

#include "base/environment.h"
#include "base/text.h"
#include "base/try.h"
#include "platform/process.h"
#include "workload/apptainer/apptainer_workload.h"
#include "workload/attached/attached_workload.h"
#include "workload/benchmark_name.h"
#include "workload/command/command_workload.h"
#include "workload/docker/container_workload.h"
#include "workload/docker/engine/location.h"
#include "workload/docker/images.h"
#include "workload/docker/own_containers.h"
#include "workload/docker/running_container.h"
#include "workload/engine_choice.h"
#include "workload/marks.h"
#include "workload/several/several_workload.h"

namespace gpubench::workload {
namespace {

// The engine would take a name alone for nothing at all.
base::Result<void> check_variables(const std::vector<std::string>& variables) {
  for (const std::string& variable : variables)
    if (variable.find('=') == std::string::npos || variable.front() == '=')
      return base::failure("--env " + variable + " is not NAME=VALUE",
                           "write --env NAME=VALUE; for the value that NAME has here: --env NAME=\"$NAME\"");
  return {};
}

std::string marks_of(const WorkloadContext& context, std::size_t number) {
  return number < context.marks.size() ? context.marks[number].string() : std::string();
}

base::Result<ContainerOptions> container_options(const BenchmarkSpec& benchmark, const EngineHints& hints,
                                                 const WorkloadContext& context, std::size_t number) {
  GPUBENCH_TRY(check_variables(benchmark.environment));
  EngineLocation engine;
  GPUBENCH_ASSIGN_OR_RETURN(engine, locate_engine(hints));
  ContainerOptions container;
  container.image = *benchmark.image;
  container.docker_host = engine.host;
  container.tls = engine.tls;
  container.config_folder = hints.config_folder;
  container.owner = platform::own_identity();
  container.run_id = context.run_id;
  container.command = benchmark.arguments;
  container.entrypoint = benchmark.entrypoint;
  container.env = benchmark.environment;
  container.binds = benchmark.volumes;
  container.tmpfs = benchmark.tmpfs;
  container.settings = benchmark.container;
  container.stop_grace = benchmark.stop_grace;
  container.interrupt_fd = context.interrupt_fd;
  container.marks = {marks_of(context, number), context.nvtx, context.marks_client};
  container.tell = context.tell;
  return container;
}

base::Result<std::unique_ptr<Workload>> open_docker(const WorkloadSpec& spec, const WorkloadContext& context,
                                                    const platform::Clock& clock, std::size_t number) {
  ContainerOptions container;
  GPUBENCH_ASSIGN_OR_RETURN(container, container_options(spec.benchmarks[number], spec.engine, context, number));
  if (spec.benchmarks.size() > 1) container.run_id += "-" + std::to_string(number + 1);
  if (context.gives_gpus) container.gpus = context.gpus[number];
  return make_container_workload(std::move(container), clock, *context.logs[number]);
}

// Its variable for visible GPUs: of several containers each has its own, else as the run has given it, or the scheduler.
std::optional<std::string> visible_gpus(const WorkloadSpec& spec, const WorkloadContext& context, std::size_t number) {
  constexpr const char* kVariable = "CUDA_VISIBLE_DEVICES";
  if (!context.gives_gpus) return std::nullopt;
  std::string value;
  for (const GpuRequest& gpu : context.gpus[number])
    base::add_item(value, gpu.uuid.empty() ? std::to_string(gpu.index) : gpu.uuid, ",");
  if (spec.benchmarks.size() > 1) return value;
  const auto is_it = [&](const std::string& entry) { return entry.starts_with(std::string(kVariable) + "="); };
  if (std::none_of(spec.environment.begin(), spec.environment.end(), is_it)) return std::nullopt;
  return base::variable_of(spec.environment, kVariable);
}

RunProgram engine_program(std::string name, base::Duration stop_grace, const platform::Clock& clock) {
  return [name = std::move(name), stop_grace, &clock](std::vector<std::string> argv, std::vector<std::string> environment,
                                                      LogSink& log) {
    CommandOptions command;
    command.argv = std::move(argv);
    command.name = name;
    command.environment = std::move(environment);
    command.stop_grace = stop_grace;
    command.is_engine = true;
    return make_command_workload(std::move(command), clock, log);
  };
}

std::string engine_command(Engine engine, const std::vector<std::string>& environment) {
  if (engine == Engine::charliecloud) return "ch-run";
  const bool only_singularity = !is_in_path("apptainer", environment) && is_in_path("singularity", environment);
  return only_singularity ? "singularity" : "apptainer";
}

base::Result<std::unique_ptr<Workload>> open_apptainer(const WorkloadSpec& spec, const WorkloadContext& context,
                                                       const platform::Clock& clock, std::size_t number) {
  const BenchmarkSpec& benchmark = spec.benchmarks[number];
  GPUBENCH_TRY(check_variables(benchmark.environment));
  ApptainerOptions container;
  container.program = engine_command(engine_for(benchmark, spec.environment), spec.environment);
  container.image = *benchmark.image;
  container.name = image_label(*benchmark.image);
  container.environment = spec.environment;
  container.command = benchmark.arguments;
  container.entrypoint = benchmark.entrypoint;
  container.env = benchmark.environment;
  container.volumes = benchmark.volumes;
  container.tmpfs = benchmark.tmpfs;
  container.settings = benchmark.container;
  container.wants_gpus = context.gives_gpus && benchmark.gpus != "none";
  container.visible_gpus = visible_gpus(spec, context, number);
  container.is_rank = context.is_rank;
  container.is_root = geteuid() == 0;
  container.results = context.results;
  if (!context.results.empty() && spec.benchmarks.size() > 1) container.results /= std::to_string(number + 1);
  container.marks = {marks_of(context, number), context.nvtx, context.marks_client};
  container.tell = context.tell;
  container.interrupt_fd = context.interrupt_fd;
  container.run_program = engine_program(container.name, benchmark.stop_grace, clock);
  return make_apptainer_workload(std::move(container), *context.logs[number]);
}

base::Result<std::unique_ptr<Workload>> open_container(const WorkloadSpec& spec, const WorkloadContext& context,
                                                       const platform::Clock& clock, std::size_t number) {
  const bool is_docker = engine_for(spec.benchmarks[number], spec.environment) == Engine::docker;
  return is_docker ? open_docker(spec, context, clock, number) : open_apptainer(spec, context, clock, number);
}

std::vector<int> indices_of(const std::vector<GpuRequest>& gpus) {
  std::vector<int> indices;
  for (const GpuRequest& gpu : gpus)
    if (gpu.index >= 0) indices.push_back(gpu.index);
  return indices;
}

base::Result<std::unique_ptr<Workload>> open_several(const WorkloadSpec& spec, const WorkloadContext& context,
                                                     const platform::Clock& clock) {
  std::vector<Part> parts;
  for (std::size_t i = 0; i < spec.benchmarks.size(); ++i) {
    std::unique_ptr<Workload> container;
    GPUBENCH_ASSIGN_OR_RETURN(container, open_container(spec, context, clock, i));
    parts.push_back({std::move(container), std::to_string(i + 1), indices_of(context.gpus[i])});
  }
  return make_several_workload(std::move(parts), spec.in_turn ? Order::in_turn : Order::side_by_side);
}

std::unique_ptr<Workload> open_command(const WorkloadSpec& spec, const WorkloadContext& context,
                                       const platform::Clock& clock) {
  const BenchmarkSpec& benchmark = spec.benchmarks.front();
  CommandOptions command;
  command.name = benchmark_name(spec);
  command.stop_grace = benchmark.stop_grace;
  command.environment = spec.environment;
  if (const std::string marks = marks_of(context, 0); !marks.empty()) {
    give_marks(command.environment, marks);
    if (context.nvtx) give_nvtx(command.environment, context.nvtx->library, context.nvtx->filter);
  }
  if (!context.marks_client.empty()) give_client(command.environment, context.marks_client);
  if (benchmark.command_line) {
    command.command_line = *benchmark.command_line;
    command.argv = {"/bin/sh", "-c", *benchmark.command_line};
  } else {
    command.command_line = base::joined(benchmark.arguments);
    command.argv = benchmark.arguments;
  }
  std::error_code error;
  std::filesystem::create_directory(context.results, error);
  if (!error) command.results_directory = context.results.string();
  return make_command_workload(std::move(command), clock, *context.logs.front());
}

base::Result<std::unique_ptr<Workload>> open_running(const WorkloadSpec& spec, const platform::Clock& clock) {
  if (spec.running->container.empty()) return make_attached_workload(*spec.running, clock);
  EngineLocation engine;
  GPUBENCH_ASSIGN_OR_RETURN(engine, locate_engine(spec.engine));
  const auto exit = std::make_shared<RunningExit>(engine, spec.running->container);
  return make_attached_workload(*spec.running, clock, [exit] { return exit->code(); });
}

}  // namespace

base::Result<std::unique_ptr<Workload>> open_workload(const WorkloadSpec& spec, const WorkloadContext& context,
                                                      const platform::Clock& clock) {
  if (spec.running) return open_running(spec, clock);
  if (spec.benchmarks.size() > 1) return open_several(spec, context, clock);
  if (spec.benchmarks.front().image) return open_container(spec, context, clock, 0);
  return open_command(spec, context, clock);
}

base::Result<std::vector<std::string>> list_images(const EngineHints& hints) {
  const auto engine = locate_engine(hints);
  if (!engine) return base::failure(engine.error());
  return list_container_images(*engine);
}

base::Result<Running> find_running_process(int process_id) {
  const auto facts = platform::look_at_process(process_id);
  if (!facts)
    return base::failure("there is no process " + std::to_string(process_id) + " that this user may look at",
                         "ps lists those of this machine; within a container only its own are visible");
  Running running;
  running.process_id = process_id;
  running.command_line = base::joined(platform::arguments_of(process_id));
  running.environment = platform::environment_of(process_id);
  running.name = running.command_line.empty() ? facts->name : command_name(running.command_line);
  return running;
}

base::Result<Running> find_running_container(const EngineHints& hints, const std::string& container) {
  if (!platform::sees_all_processes())
    return base::failure("the processes of other containers are hidden here",
                         "start iris-gpubench on the host, or in a container with --pid host");
  const auto engine = locate_engine(hints);
  if (!engine) return base::failure(engine.error());
  return find_running_container(*engine, container);
}

base::Result<std::vector<OwnContainer>> list_own_containers(const EngineHints& hints) {
  const auto engine = locate_engine(hints);
  if (!engine) return base::failure(engine.error());
  return list_own_containers(*engine);
}

base::Result<void> remove_own_container(const EngineHints& hints, const OwnContainer& container,
                                        const platform::Clock& clock) {
  const auto engine = locate_engine(hints);
  if (!engine) return base::failure(engine.error());
  return remove_own_container(*engine, container, clock);
}

}  // namespace gpubench::workload
