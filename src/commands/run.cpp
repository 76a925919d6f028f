#include "commands/run.h"

#include <algorithm>
#include <cstddef>
#include <iostream>
#include <utility>
#include <vector>

#include "carbon/regions.h"
#include "cli/complain.h"
#include "cli/exit_codes.h"
#include "cli/invocation.h"
#include "cli/names.h"
#include "cli/run_options.h"
#include "commands/table.h"
#include "jobs/agent_run.h"
#include "jobs/head_run.h"
#include "jobs/ranked_run.h"
#include "jobs/start.h"
#include "remote/program.h"
#include "run/set_job.h"
#include "workload/open.h"

namespace gpubench::commands {
namespace {

constexpr const char* kIntroduction =
    "Runs a scientific benchmark in a container or as a plain command, measures every NVIDIA GPU while it runs,\n"
    "and reports time, energy, carbon emissions and how far you can trust the figures.\n";

constexpr const char* kExamples =
    "\nExamples:\n"
    "  iris-gpubench --benchmark-image synthetic_regression\n"
    "  iris-gpubench --benchmark-image synthetic_regression --export-to-victoria\n"
    "  iris-gpubench --benchmark-image synthetic_regression --interval 10 --carbon-region \"South England\" \\\n"
    "                --live-plot --export-to-victoria --monitor-benchmark-logs\n"
    "  iris-gpubench --benchmark-command \"python3 train.py\" --interval 0.5\n"
    "  iris-gpubench -- ./simulate --steps 1000\n"
    "  iris-gpubench --meter replay:traces/h200.trace -- sleep 10        (no GPU needed; every output says so)\n"
    "  iris-gpubench show latest                                         (iris-gpubench COMMAND --help says more)\n"
    "\n"
    "Underscores work as well as hyphens. Commands and options may be shortened while they stay\n"
    "unambiguous.\n"
    "\n";

constexpr const char* kShortExamples =
    "\nExamples:\n"
    "  iris-gpubench --benchmark-image synthetic_regression\n"
    "  iris-gpubench -- ./simulate --steps 1000\n"
    "  iris-gpubench --meter replay:traces/h200.trace -- sleep 10        (no GPU needed; every output says so)\n"
    "  iris-gpubench show latest\n"
    "\n"
    "More: iris-gpubench --help-all (all options, the environment, exit codes), iris-gpubench help COMMAND,\n"
    "iris-gpubench config (defaults of your own).";

constexpr const char* kExitStatus =
    "\nExit status: the benchmark's own, 0 only if it succeeded. 2: the command line is wrong. 124: stopped at --timeout.\n"
    "  125: the benchmark could not be run, its exit status is unknown, or it succeeded but its results could not be\n"
    "  saved. 128 + n: ended by signal n (130 after Ctrl-C).";

cli::OptionTable describe_run(cli::RunLine& line) {
  cli::OptionTable table{cli::run_options(line), kExamples + cli::environment_help() + kExitStatus};
  table.short_footer = kShortExamples;
  table.first = {"--benchmark_image", "--benchmark_command", "--name",        "--gpus",    "--volume",
                 "--interval",        "--carbon_region",     "--results_dir", "--timeout", "--verbose"};
  table.arguments = &line.workload.benchmark.arguments;
  return table;
}

int print_regions() {
  std::cout << "Regions of the GB carbon intensity forecast:\n";
  for (const carbon::Region& region : carbon::regions()) std::cout << "  " << region.name << "\n";
  return 0;
}

int print_images(const workload::EngineHints& engine) {
  const auto images = workload::list_images(engine);
  if (!images) return cli::complain(images.error(), cli::kCannotRun);
  std::cout << (images->empty() ? "No images (base images are left out).\n"
                                : "Images that can be run (base images left out):\n");
  for (const std::string& image : *images) std::cout << "  " << image << "\n";
  return 0;
}

int colours_of(const cli::RunSpec& spec, const cli::Environment& environment) {
  constexpr int kFew = 8;
  if (spec.live.color == "never") return 0;
  return spec.live.color == "always" && environment.colours == 0 ? kFew : environment.colours;
}

run::Completed completed_by(const Context& context) {
  return [&context](cli::RunSpec spec) { return with_environment(std::move(spec), context); };
}

int run_job(base::Result<run::SetJob> job, const Context& context) {
  if (!job) return cli::complain(job.error(), cli::kUsageError);
  if (const auto alone = jobs::check_no_rank(job->specs.front(), context.environment); !alone)
    return cli::complain(alone.error(), cli::kUsageError);
  return run::run_set(*std::move(job), context.environment);
}

// Whether only the set is named: then all else comes from it.
bool names_only_a_set(const cli::RunLine& typed, const cli::Parsed& parsed) {
  const std::vector<std::string> words(parsed.own.begin() + static_cast<std::ptrdiff_t>(parsed.preset), parsed.own.end());
  std::size_t others = words.size() + typed.workload.benchmark.arguments.size();
  for (const char* option : {"--resume", "--results_dir"})
    others -= std::find(words.begin(), words.end(), option) == words.end() ? 0 : 2;
  return others == 0;
}

// The set's own command line, which may have been typed again: secrets are not kept in the set.
base::Result<cli::RunLine> line_of_set(const sets::RunSet& set, const cli::RunLine& typed, const cli::Parsed& parsed) {
  if (!names_only_a_set(typed, parsed)) {
    std::string text = parsed.invocation;
    const std::string resume = " --resume " + cli::shell_quoted(typed.set.resume);
    if (const std::size_t at = text.find(resume); at != std::string::npos) text.erase(at, resume.size());
    if (cli::hyphenated(text) == cli::hyphenated(set.invocation)) return typed;  // older versions wrote underscores
    return base::failure("this is not the command line of the set " + set.id,
                         "leave out all options but --resume and --results-dir; it was: " + set.invocation);
  }
  const auto words = cli::parse_invocation(set.invocation);
  if (!words)
    return base::failure(words.error().message,
                         "type the set's whole command line again, with --resume " + set.id + " in it");
  cli::RunLine line;
  const auto reparsed = cli::parse(describe_run(line), *words);
  if (!reparsed) return base::failure(reparsed.error());
  return line;
}

int resume_set(const cli::RunLine& typed, const Context& context) {
  auto saved = run::find_set_to_resume(typed);
  if (!saved) return cli::complain(saved.error(), cli::kUsageError);
  const auto line = line_of_set(saved->set, typed, context.line);
  if (!line) return cli::complain(line.error(), cli::kUsageError);
  return run_job(run::resumed_set(*std::move(saved), *line, completed_by(context)), context);
}

// On all nodes of the job, around one command.
int run_around_nodes(const cli::RunLine& line, const Context& context) {
  const auto words = cli::words_for_agents(context.line);
  if (!words) return cli::complain(words.error(), cli::kUsageError);
  jobs::AgentLine agent{{remote::own_command().string(), "agent"}, line.workload.benchmark.arguments};
  agent.agent.insert(agent.agent.end(), words->begin(), words->end());
  return jobs::run_head(with_environment(line.spec, context), context.environment, agent);
}

int run_agent(const cli::RunLine& line, const Context& context) {
  return jobs::run_agent(with_environment(line.spec, context), context.environment);
}

int run_benchmark(const cli::RunLine& line, const Context& context) {
  if (line.asks_for_regions()) return print_regions();
  if (line.asks_for_a_list()) return print_images(context.environment.engine);
  if (!line.nodes.empty()) return run_around_nodes(line, context);
  if (!line.host.hosts.empty()) return run_on_hosts(line, context);
  if (!line.set.resume.empty()) return resume_set(line, context);
  if (line.set.asks_for_a_set()) return run_job(run::new_set(line, completed_by(context)), context);
  if (const auto checked = cli::check_one_run(line.set, context.line); !checked)
    return cli::complain(checked.error(), cli::kUsageError);
  return jobs::run_benchmark(with_environment(line.spec, context), context.environment);
}

}  // namespace

Command run_command() {
  return make_command("", kIntroduction, describe_run, run_benchmark);
}

// The program starts it by itself, once on each node (--nodes), so nothing lists it.
Command agent_command() {
  return make_command("agent", "", describe_run, run_agent);
}

cli::RunSpec with_environment(cli::RunSpec spec, const Context& context) {
  const cli::Environment& environment = context.environment;
  spec.settings.invocation = context.line.invocation;
  spec.workload.engine = environment.engine;
  spec.workload.environment = environment.all;
  spec.meter.nvml_library = environment.nvml_library;
  spec.exporting.server = environment.metrics_database;
  spec.live.dumb_terminal = environment.dumb_terminal;
  spec.live.abilities = {environment.utf8, colours_of(spec, environment)};
  return spec;
}

base::Result<void> check_run(const std::vector<std::string>& words) {
  cli::RunLine line;
  const auto parsed = cli::parse(describe_run(line), words);
  if (!parsed) return base::failure(parsed.error());
  if (!parsed->text.empty() || line.asks_for_a_list())
    return base::failure("the command line after \"--\" does not run a benchmark");
  return {};
}

}  // namespace gpubench::commands
