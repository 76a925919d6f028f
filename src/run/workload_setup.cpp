#include "run/workload_setup.h"

#include <iostream>
#include <utility>

#include "workload/open.h"

namespace gpubench::run {

std::filesystem::path command_results(const runs::RunDirectory& directory) {
  return std::filesystem::absolute(directory.file("benchmark_results"));
}

base::Result<std::unique_ptr<workload::Workload>> make_workload(workload::WorkloadSpec spec, const WorkloadPlace& place,
                                                                const platform::Clock& clock,
                                                                const std::vector<workload::LogSink*>& logs) {
  workload::WorkloadContext context;
  context.run_id = place.directory.run_id;
  context.results = command_results(place.directory);
  context.marks = place.marks;
  context.nvtx = place.nvtx;
  context.marks_client = place.marks_client;
  context.gpus = place.gpus.requests;
  context.is_rank = place.is_rank;
  context.gives_gpus = !place.source.is_replay();
  context.logs = logs;
  context.tell = [](const std::string& line) { std::cerr << "iris-gpubench: " << line << "\n"; };
  context.interrupt_fd = place.interrupt_fd;
  gpus::give_to_command(place.gpus, place.source, spec.environment);
  return workload::open_workload(spec, context, clock);
}

}  // namespace gpubench::run
