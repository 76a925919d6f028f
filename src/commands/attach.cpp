#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/try.h"
#include "cli/complain.h"
#include "cli/exit_codes.h"
#include "cli/run_options.h"
#include "commands/run.h"
#include "commands/table.h"
#include "jobs/start.h"
#include "workload/open.h"

namespace gpubench::commands {
namespace {

constexpr const char* kFooter =
    "\nExamples:\n"
    "  iris-gpubench attach 4711\n"
    "  iris-gpubench attach --container training --timeout 600\n"
    "  iris-gpubench attach gpu-host 20261129t211500-123456789z-train    (a run that --host started there)\n"
    "\n"
    "Measures until the process or container ends, --timeout, or Ctrl-C. What is measured is left alone: Ctrl-C ends the\n"
    "measuring only. Every result says that measuring began in mid-run. GPUs are those of --gpus, or of the process's or\n"
    "container's own CUDA_VISIBLE_DEVICES and NVIDIA_VISIBLE_DEVICES.\n"
    "\n"
    "With a host and a run, it takes up a run that --host started there: its output from the beginning, Ctrl-C, its "
    "results.\n"
    "Of its options, --results-dir, --quiet and --verbose count then.\n"
    "\nExit status: 0, or the container's own once it has ended. 125: there is no such process or container, or it could "
    "not be measured.\n  Of a run on a host: as without attach.";

struct Attach {
  cli::RunLine line;
  std::string target;  // a process or a host
  std::string run;     // on the host; empty: the target is a process
  std::optional<int> process_id;
  std::string container;
};

base::Result<std::optional<int>> process_number(std::string_view text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size() && number > 0) return std::optional(number);
  return base::failure("\"" + std::string(text) + "\" is not the number of a process",
                       "ps lists processes with their numbers; a host needs its run: iris-gpubench attach HOST RUN");
}

base::Result<void> check_attach(Attach& attach) {
  if (!attach.run.empty() && !attach.container.empty())
    return base::failure("--container is for this machine", "leave it out, or the host and its run");
  if (!attach.run.empty()) return {};
  if (!attach.target.empty()) GPUBENCH_ASSIGN_OR_RETURN(attach.process_id, process_number(attach.target));
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
       {{"PID|HOST", "", "Number of a process that runs here, or a host as ssh knows it", cli::text(attach.target)},
        {"RUN", "", "A run on that host, by the name that --host gave it", cli::text(attach.run)},
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
  if (!attach.run.empty()) return attach_to_host(attach.line, attach.target, attach.run, context);
  auto running = find(attach, context);
  if (!running) return cli::complain(running.error(), cli::kCannotRun);
  cli::RunSpec spec = with_environment(attach.line.spec, context);
  workload::BenchmarkSpec& watched = spec.workload.benchmarks.front();
  watched.environment = running->environment;
  spec.workload.environment = running->environment;
  spec.workload.running = *std::move(running);
  return jobs::run_benchmark(spec, context.environment);
}

}  // namespace

Command attach_command() {
  return make_command("attach", "Measure a process or container that runs already, or take up a run on another machine",
                      describe_attach, run_attach);
}

}  // namespace gpubench::commands
