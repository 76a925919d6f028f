#include "cli/workload_options.h"

#include <algorithm>
#include <utility>

#include "cli/containers_file.h"

namespace gpubench::cli {
namespace {

using workload::BenchmarkSpec;

constexpr std::size_t kMostImages = 64;

// The same for each image.
base::Result<std::vector<BenchmarkSpec>> one_for_each_image(const WorkloadLine& line) {
  const std::size_t images = line.images.size();
  const std::size_t gpus = line.gpus.size();
  if (images > kMostImages) return base::failure("more than 64 images in one run", "use several runs");
  if (gpus > 1 && gpus != images)
    return base::failure("--gpus was given " + std::to_string(gpus) + " times for " + std::to_string(images) + " images",
                         "give it once, or once for each --benchmark-image in the same order");
  std::vector<BenchmarkSpec> containers(images, line.benchmark);
  for (std::size_t i = 0; i < images; ++i) {
    containers[i].image = line.images[i];
    if (gpus > 0) containers[i].gpus = line.gpus[gpus > 1 ? i : 0];
  }
  return containers;
}

base::Result<std::vector<BenchmarkSpec>> a_command(const WorkloadLine& line) {
  BenchmarkSpec command = line.benchmark;
  if (command.command_line && !command.arguments.empty())
    return base::failure("--benchmark-command takes one shell line, so nothing can follow \"--\"",
                         "put the arguments into the line, or give the command after \"--\" alone");
  if (!command.command_line && command.arguments.empty())
    return base::failure(
        "nothing to run",
        "give --benchmark-image NAME, --benchmark-command \"LINE\" or -- PROGRAM [ARGUMENT...]; see --help");
  if (command.command_line && command.command_line->find_first_not_of(" \t") == std::string::npos)
    return base::failure("--benchmark-command is empty", "give a shell command line");
  if (command.container != workload::ContainerSettings{} || !command.tmpfs.empty())
    return base::failure("--mount, --memory and similar options are for containers", "use them with --benchmark-image");
  if (!command.volumes.empty() || !command.environment.empty() || command.entrypoint)
    return base::failure("--volume, --env and --entrypoint are for containers", "use them with --benchmark-image");
  if (line.gpus.size() > 1) return base::failure("--gpus was given more than once for one command", "give it once");
  if (!line.gpus.empty()) command.gpus = line.gpus.front();
  return std::vector{std::move(command)};
}

base::Result<workload::WorkloadSpec> from_file(const WorkloadLine& line) {
  BenchmarkSpec nothing;
  nothing.stop_grace = line.benchmark.stop_grace;
  if (!line.images.empty() || !line.gpus.empty() || line.benchmark != nothing)
    return base::failure("--benchmark-file says what to run: images, commands and container options belong in it",
                         "remove them from the command line");
  auto spec = read_containers_file(line.file);
  if (!spec) return spec;
  for (BenchmarkSpec& container : spec->benchmarks) container.stop_grace = line.benchmark.stop_grace;
  spec->in_turn = spec->in_turn || line.in_turn;
  return spec;
}

}  // namespace

bool WorkloadLine::asks_for_images() const {
  return std::count(images.begin(), images.end(), "") > 0;
}

Option stop_grace_option(BenchmarkSpec& benchmark) {
  return {"--stop_grace", "SECONDS", "Seconds between asking the benchmark to stop and killing it",
          seconds(benchmark.stop_grace, {0, 3600})};
}

std::vector<Option> workload_options(WorkloadLine& line) {
  return {
      {"--benchmark_image", "NAME",
       "Container image to run; \"\" lists the images. Repeat it to run several,\n"
       "side by side on their own GPUs",
       offering(Offer::image, texts(line.images))},
      {"--benchmark_file", "FILE", "YAML file that lists containers, each with its own options",
       offering(Offer::file, text(line.file))},
      {"--in_turn", "", "Run several containers one after another, each with all GPUs", switch_on(line.in_turn)},
      {"--benchmark_command", "LINE", "Shell command line to run", text(line.benchmark.command_line)},
      stop_grace_option(line.benchmark),
  };
}

base::Result<workload::WorkloadSpec> workload_spec(const WorkloadLine& line) {
  if (!line.file.empty()) return from_file(line);
  if (!line.images.empty() && line.benchmark.command_line)
    return base::failure("--benchmark-image and --benchmark-command cannot be used together", "use only one of them");
  auto benchmarks = line.images.empty() ? a_command(line) : one_for_each_image(line);
  if (!benchmarks) return base::failure(benchmarks.error());
  workload::WorkloadSpec spec;
  spec.benchmarks = *std::move(benchmarks);
  spec.in_turn = line.in_turn;
  if (spec.in_turn && spec.benchmarks.size() == 1)
    return base::failure("--in-turn is for several containers", "give --benchmark-image more than once");
  return spec;
}

}  // namespace gpubench::cli
