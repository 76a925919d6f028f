#include "app/workload_setup.h"

#include <iostream>
#include <utility>

#include "workload/benchmark_name.h"
#include "workload/open.h"

namespace gpubench::app {
namespace {

workload::BenchmarkSpec benchmark_spec(const BenchmarkOptions& options) {
  workload::BenchmarkSpec benchmark;
  benchmark.image = options.benchmark_image;
  benchmark.command_line = options.benchmark_command;
  benchmark.arguments = options.arguments;
  benchmark.volumes = options.volumes;
  benchmark.environment = options.environment;
  benchmark.entrypoint = options.entrypoint;
  benchmark.gpus = options.gpus;
  benchmark.tmpfs = options.tmpfs;
  benchmark.container = options.container;
  benchmark.stop_grace = options.stop_grace;
  benchmark.score_regex = options.score_regex;
  return benchmark;
}

}  // namespace

workload::WorkloadSpec workload_spec(const Options& options, const Environment& environment) {
  workload::WorkloadSpec spec;
  for (const BenchmarkOptions& part : options.several) spec.benchmarks.push_back(benchmark_spec(part));
  if (spec.benchmarks.empty()) spec.benchmarks.push_back(benchmark_spec(options));
  spec.in_turn = options.in_turn;
  spec.engine = environment.engine;
  spec.environment = environment.all;
  return spec;
}

std::string benchmark_name(const Options& options) {
  return workload::benchmark_name(workload_spec(options, {}));
}

std::filesystem::path command_results(const runs::RunDirectory& directory) {
  return std::filesystem::absolute(directory.file("benchmark_results"));
}

base::Result<std::unique_ptr<workload::Workload>> make_workload(workload::WorkloadSpec spec, const WorkloadPlace& place,
                                                                const platform::Clock& clock,
                                                                const std::vector<workload::LogSink*>& logs) {
  workload::WorkloadContext context;
  context.run_id = place.directory.run_id;
  context.results = command_results(place.directory);
  context.gpus = place.gpus.requests;
  context.gives_gpus = !place.source.is_replay();
  context.logs = logs;
  context.tell = [](const std::string& line) { std::cerr << "iris-gpubench: " << line << "\n"; };
  context.interrupt_fd = place.interrupt_fd;
  gpus::give_to_command(place.gpus, place.source, spec.environment);
  return workload::open_workload(spec, context, clock);
}

}  // namespace gpubench::app
