#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "cli/complain.h"
#include "cli/exit_codes.h"
#include "cli/run_options.h"
#include "commands/run.h"
#include "commands/table.h"
#include "run/run.h"
#include "workload/open.h"

namespace gpubench::commands {
namespace {

constexpr const char* kFooter =
    "\nExamples:\n"
    "  iris-gpubench attach 4711\n"
    "  iris-gpubench attach --container training --timeout 600\n"
    "\n"
    "Measures until the process or container ends, --timeout, or Ctrl-C. What is measured is left alone: Ctrl-C ends the\n"
    "measuring only. Every result says that measuring began in mid-run. GPUs are those of --gpus, or of the process's or\n"
    "container's own CUDA_VISIBLE_DEVICES and NVIDIA_VISIBLE_DEVICES.\n"
    "\nExit status: 0, or the container's own once it has ended. 125: there is no such process or container, or it could "
    "not be measured.";

struct Attach {
  cli::RunLine line;
  std::optional<int> process_id;
  std::string container;
};

base::Result<int> process_number(std::string_view text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size() && number > 0) return number;
  return base::failure("\"" + std::string(text) + "\" is not the number of a process",
                       "ps lists processes with their numbers");
}

base::Result<void> check_attach(Attach& attach) {
  if (attach.process_id.has_value() == !attach.container.empty())
    return base::failure("give the number of a process or --container NAME, and not both",
                         "for example: iris-gpubench attach 4711");
  workload::BenchmarkSpec watched;
  if (attach.line.asks_for_regions())
    return base::failure("--carbon-region needs a name", "iris-gpubench --carbon-region lists them");
  if (attach.line.workload.gpus.size() > 1) return base::failure("--gpus was given more than once", "give it once");
  if (!attach.line.workload.gpus.empty()) watched.gpus = attach.line.workload.gpus.front();
  attach.line.spec.workload.benchmarks = {watched};
  return {};
}

cli::OptionTable describe_attach(Attach& attach) {
  cli::OptionTable table;
  table.groups.push_back(
      {"What to measure",
       {{"PID", "", "Number of a process that runs", cli::parsed(attach.process_id, process_number)},
        {"--container", "NAME", "Name or id of a container that runs on this machine", cli::text(attach.container)}},
       [&attach] { return check_attach(attach); }});
  for (cli::OptionGroup& group : cli::watching_options(attach.line)) table.groups.push_back(std::move(group));
  table.footer = kFooter;
  return table;
}

base::Result<workload::Running> find(const Attach& attach, const Context& context) {
  if (attach.process_id) return workload::find_running_process(*attach.process_id);
  return workload::find_running_container(context.environment.engine, attach.container);
}

int run_attach(const Attach& attach, const Context& context) {
  auto running = find(attach, context);
  if (!running) return cli::complain(running.error(), cli::kCannotRun);
  cli::RunSpec spec = with_environment(attach.line.spec, context);
  workload::BenchmarkSpec& watched = spec.workload.benchmarks.front();
  watched.environment = running->environment;
  spec.workload.environment = running->environment;
  spec.workload.running = *std::move(running);
  return run::run_benchmark(spec, context.environment);
}

}  // namespace

Command attach_command() {
  return make_command("attach", "Measure a process or container that runs already", describe_attach, run_attach);
}

}  // namespace gpubench::commands
