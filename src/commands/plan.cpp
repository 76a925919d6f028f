#include "carbon/plan.h"

#include <algorithm>
#include <iostream>
#include <optional>
#include <sstream>
#include <utility>

#include "base/signal_name.h"
#include "base/text.h"
#include "cli/carbon_options.h"
#include "cli/complain.h"
#include "cli/exit_codes.h"
#include "cli/invocation.h"
#include "cli/saved_run_options.h"
#include "commands/plan_question.h"
#include "commands/program.h"
#include "commands/run.h"
#include "commands/saved_outputs.h"
#include "commands/table.h"
#include "platform/clock.h"
#include "platform/files.h"
#include "platform/signals.h"
#include "platform/terminal.h"
#include "report/plan_text.h"
#include "report/plot/plan_plot.h"
#include "run/wait_until.h"
#include "runs/saved_run.h"
#include "sets/named_runs.h"

namespace gpubench::commands {
namespace {

using Words = std::vector<std::string>;

constexpr std::size_t kLongestShown = std::size_t{64} << 10;

struct Plan {
  cli::SavedRunName name;
  Words regions;
  std::optional<std::string> deadline;
  std::string source;  // empty: the run's
  std::string output_dir;
  bool plot = true;
  bool wait = false;
  bool json = false;
  Words command;  // to be run after --wait; empty: the run's own
};

base::Result<Words> split_at_commas(const std::string& text) {
  Words parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, ',');)
    if (!part.empty()) parts.push_back(part);
  return parts;
}

cli::OptionTable describe_plan(Plan& spec) {
  const auto check = [&spec]() -> base::Result<void> {
    if (!spec.command.empty() && !spec.wait)
      return base::failure("without --wait, plan runs nothing", "add --wait, or leave out the command line after \"--\"");
    return {};
  };
  cli::OptionTable table{
      {{"Options", cli::saved_run_options(spec.name)},
       {"Options",
        {{"--regions", "REGIONS",
          "Regions to choose from, separated by commas, this machine's region first;\n"
          "\"all\": every region of Great Britain (default: the run's region)",
          cli::parsed(spec.regions, split_at_commas)},
         {"--deadline", "TIME", "The run must end by then: a UTC time, or hours from now (8h)", cli::text(spec.deadline)},
         cli::carbon_source_option(spec.source),
         {"--output_dir", "DIR", "Folder for plan.json and plan.png (default: the run's)",
          cli::offering(cli::Offer::folder, cli::text(spec.output_dir))},
         {"--no_plot", "", "Do not draw plan.png", cli::switch_off(spec.plot)},
         {"--json", "", "Print the plan as JSON", cli::switch_on(spec.json)},
         {"--wait", "", "Wait for the best start in the first region, then run the benchmark again",
          cli::switch_on(spec.wait)}},
        check}}};
  table.footer =
      "\nWith --wait you may add a command line: -- and options of iris-gpubench, or -- PROGRAM [ARGUMENT...].\n"
      "Without one, the run's own is used. Without --carbon-source the run's own source is asked.\n";
  table.arguments = &spec.command;
  return table;
}

// What --wait runs in the end: what follows "--", or the saved run's command line; checked now, not after hours of waiting.
base::Result<Words> command_to_run(const Words& given, const runs::SavedRun& saved) {
  Words command = given;
  if (!command.empty() && !command.front().starts_with("-")) command.insert(command.begin(), "--");
  if (command.empty()) {
    auto own = cli::parse_invocation(saved.run.facts.invocation);
    if (!own) return base::failure(own.error().message, "give the command line after \"--\"");
    command = *std::move(own);
  }
  if (auto checked = check_run(command); !checked) return base::failure(checked.error());
  return command;
}

// A result folder may come from anywhere: what is run is shown while it can still be prevented.
void show_command(const Words& command) {
  std::cerr << "Will run: " << base::one_line(cli::invocation_text(command, {}, {}), kLongestShown) << "\n";
}

// Returns the exit status of waiting and of the benchmark that follows.
int wait_and_run(const carbon::PlanQuestion& question, const Words& command) {
  carbon::PlanQuestion here = question;
  here.forecasts.resize(1);
  const auto plan = carbon::make_plan(here);
  if (!plan) return cli::complain(plan.error(), cli::kCannotRun);
  const carbon::PlannedStart& best = plan->best.front();
  show_command(command);
  std::optional<int> signal;
  {
    platform::SignalQueue signals;
    platform::Terminal terminal;
    terminal.interrupt_by(signals.fd());
    const platform::SystemClock clock;
    signal = run::wait_until(best.start, "the start at " + base::utc_table_text(best.start) + " UTC in " + best.region,
                             clock, signals, terminal);
  }
  if (signal) return cli::complain({base::signal_name(*signal) + ": nothing was run", {}}, cli::kSignalBase + *signal);
  return run_program(command);
}

// Asks for the forecasts, and says what came of it.
base::Result<carbon::PlanQuestion> ask(const Plan& spec, const runs::SavedRun& saved, const cli::Environment& environment) {
  PlanOptions options;
  if (!spec.source.empty()) options.source = spec.source;
  options.regions = spec.regions;
  options.deadline = spec.deadline;
  const platform::SystemClock clock;
  std::vector<std::string> notes;
  auto question = ask_forecasts(saved, options, environment, clock, notes);
  for (const std::string& note : notes) std::cerr << "iris-gpubench: " << note << "\n";
  return question;
}

base::Result<void> write_plan(const std::filesystem::path& folder, const report::PlannedRun& run,
                              const carbon::PlanQuestion& question, const carbon::Plan& plan, bool plot) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);  // if that fails, writing says why
  auto written = platform::write_file_atomically(folder / "plan.json", report::plan_json(run, question, plan));
  if (!written || !plot) return written;
  return report::write_plan_plot(folder / "plan.png", {"When to run " + run.run_id, &question, &plan});
}

base::Result<carbon::Plan> made_plan(const carbon::PlanQuestion& question) {
  if (std::all_of(question.forecasts.begin(), question.forecasts.end(), [](const auto& one) { return one.slots.empty(); }))
    return base::failure("there is no forecast", "check the network, or choose another --carbon-source");
  return carbon::make_plan(question);
}

// Prints and writes the plan. Returns the exit code.
int show_plan(const Plan& spec, const runs::RunDirectory& directory, const runs::SavedRun& saved,
              const carbon::PlanQuestion& question, const carbon::Plan& plan) {
  const record::RunFacts& facts = saved.run.facts;
  const report::PlannedRun run{facts.run_id, *saved.run.total_energy, saved.run.elapsed(), facts.carbon.pue};
  std::cout << (spec.json ? report::plan_json(run, question, plan) : report::plan_table(run, question, plan)) << std::flush;
  const auto folder = spec.output_dir.empty() ? directory.path : std::filesystem::path(spec.output_dir);
  const auto written = write_plan(folder, run, question, plan, spec.plot);
  return written ? 0 : cli::complain(written.error(), cli::kCannotRun);
}

int plan(const Plan& spec, const Context& context) {
  const auto directory = sets::find_counted_run(spec.name.results_dir, spec.name.run);
  if (!directory) return cli::complain(directory.error(), cli::kUsageError);
  const auto saved = runs::load_past_run(*directory);
  if (!saved) return cli::complain(saved.error(), cli::kCannotRun);
  say_damage(*saved);
  Words command;
  if (spec.wait) {
    auto checked = command_to_run(spec.command, *saved);
    if (!checked) return cli::complain(checked.error(), cli::kUsageError);
    command = *std::move(checked);
  }
  const auto question = ask(spec, *saved, context.environment);
  if (!question) return cli::complain(question.error(), cli::kUsageError);
  const auto made = made_plan(*question);
  if (!made) return cli::complain(made.error(), cli::kCannotRun);
  const int status = show_plan(spec, *directory, *saved, *question, *made);
  return spec.wait ? wait_and_run(*question, command) : status;
}

}  // namespace

Command plan_command() {
  return make_command("plan", "Find the time and place at which a known run emits least", describe_plan, plan);
}

}  // namespace gpubench::commands
