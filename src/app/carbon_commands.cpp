#include "app/carbon_commands.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <optional>
#include <sstream>
#include <utility>
#include <variant>

#include "app/command_words.h"
#include "app/options.h"
#include "app/plan_run.h"
#include "app/recarbon.h"
#include "app/run.h"
#include "app/saved_run.h"
#include "app/wait_until.h"
#include "base/signal_name.h"
#include "carbon/plan.h"
#include "cli/invocation.h"
#include "platform/clock.h"
#include "platform/files.h"
#include "platform/signals.h"
#include "platform/terminal.h"
#include "report/plan_text.h"
#include "report/plot/plan_plot.h"

namespace gpubench::app {
namespace {

void describe(CLI::App& app, std::vector<std::string>& runs, std::string& results_dir, RecarbonOptions& options) {
  app.set_help_flag("--help,-h", "Show this and exit");
  app.add_option("RUN", runs, "Runs: folders, ids, or latest")->type_name("")->required();
  app.add_option("--results_dir", results_dir, "Folder in which an id is looked for")
      ->type_name("DIR")
      ->default_str("results");
  app.add_option("--carbon_source", options.source,
                 "Another source than the run's: grid_gb, grid_gb_national, electricity_maps,\n"
                 "watttime, file:PATH or yearly")
      ->type_name("SOURCE");
  app.add_option("--carbon_region", options.region, "Another region, zone or country")->type_name("REGION");
  app.add_option("--carbon_intensity", options.intensity, "The intensity itself, in gCO2 per kWh")->type_name("G_PER_KWH");
  app.add_option("--pue", options.pue, "Another power usage effectiveness of the data centre")->type_name("FACTOR");
  app.add_option("--embodied_kg", options.embodied_kg, "kgCO2 of making one GPU")->type_name("KG");
  app.add_option("--lifetime_years", options.lifetime_years, "Years that a GPU is in use")->type_name("YEARS");
  app.add_option("--functional_unit", options.functional_unit, "What the run did, for the SCI score: \"1000 images\"")
      ->type_name("\"N UNIT\"");
  app.footer(
      "\nWithout a source, region or intensity the run's own source is asked again: forecasts may have become actual\n"
      "values since. Written beside the run's files, which stay: recarbon.txt (what changed), recarbon.yml and\n"
      "recarbon.json (all figures), recarbon_intensities.json (what was used; --carbon_source file: reads it).\n");
}

// One run that cannot be recalculated does not stop the others.
int recarbon_command(const std::vector<std::string>& arguments, const Environment& environment) {
  CLI::App app("Cost saved runs anew: other source, region, PUE, or values that have become actual since",
               "iris-gpubench recarbon");
  std::vector<std::string> runs;
  std::string results_dir = "results";
  RecarbonOptions options;
  describe(app, runs, results_dir, options);
  if (const auto status = parse_words(app, arguments)) return *status;
  if (const auto sensible = check_recarbon(options); !sensible) return complain(sensible.error(), kUsageError);
  int status = 0;
  for (const std::string& run : runs) {
    const auto directory = find_run(results_dir, run);
    const auto done = directory ? recarbon(*directory, options, environment) : base::failure(directory.error());
    if (!done) {
      status = complain(done.error(), directory ? kCannotRun : kUsageError);
      continue;
    }
    std::cout << done->changes << "\nWritten: " << (directory->path / "recarbon.{txt,yml,json}").string() << "\n\n";
    if (!done->note.empty()) std::cerr << "iris-gpubench: " << done->note << "\n";
  }
  return status;
}

struct PlanFlags {
  std::string run;
  std::string results_dir = "results";
  std::string regions;  // separated by commas
  PlanOptions plan;
  std::string output_dir;
  bool no_plot = false;
  bool wait = false;
};

void describe(CLI::App& app, PlanFlags& flags) {
  app.set_help_flag("--help,-h", "Show this and exit");
  app.add_option("RUN", flags.run, "A run's folder, its id, or latest")->type_name("")->required();
  app.add_option("--results_dir", flags.results_dir, "Folder in which an id is looked for")
      ->type_name("DIR")
      ->default_str("results");
  app.add_option("--regions", flags.regions,
                 "Regions to choose from, separated by commas; the first is where this machine is; all for each of\n"
                 "Great Britain (default: the run's)")
      ->type_name("REGIONS");
  app.add_option("--deadline", flags.plan.deadline, "The run is to be over by then: a UTC time, or hours from now (8h)")
      ->type_name("TIME");
  app.add_option("--carbon_source", flags.plan.source, "Another source of forecasts than the run's")->type_name("SOURCE");
  app.add_option("--output_dir", flags.output_dir, "Folder for plan.json and plan.png (default: the run's)")
      ->type_name("DIR");
  app.add_flag("--no_plot", flags.no_plot, "Do not draw plan.png");
  app.add_flag("--wait", flags.wait, "Wait for the best start in the first region, then run the benchmark again");
  app.footer(
      "\nWith --wait a command line may follow: -- OPTION... of iris-gpubench, or -- COMMAND [ARGUMENT...];\n"
      "without one the run's own is used.\n");
}

std::vector<std::string> split_at_commas(const std::string& text) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, ',');)
    if (!part.empty()) parts.push_back(part);
  return parts;
}

// What --wait runs in the end: what follows "--", or the saved run's command line; checked now, not after hours of waiting.
base::Result<std::vector<std::string>> command_to_run(const std::vector<std::string>& given, const SavedRun& saved) {
  std::vector<std::string> command = given;
  if (!command.empty() && !command.front().starts_with("-")) command.insert(command.begin(), "--");
  if (command.empty()) {
    auto own = cli::parse_invocation(saved.run.facts.invocation);
    if (!own) return base::failure(own.error().message, "give the command line after \"--\"");
    command = *std::move(own);
  }
  const auto parsed = parse_command_line(command);
  if (!parsed) return base::failure(parsed.error());
  if (!std::holds_alternative<Options>(*parsed)) return base::failure("what follows \"--\" is no run of a benchmark");
  return command;
}

base::Result<void> write_plan(const std::filesystem::path& folder, const report::PlannedRun& run,
                              const carbon::PlanQuestion& question, const carbon::Plan& plan, bool plot) {
  auto written = platform::write_file_atomically(folder / "plan.json", report::plan_json(run, question, plan));
  if (!written || !plot) return written;
  return report::write_plan_plot(folder / "plan.png", {"When to run " + run.run_id, &question, &plan});
}

// Returns the exit status of waiting and of the benchmark that follows.
int wait_and_run(const carbon::PlanQuestion& question, const std::vector<std::string>& command) {
  carbon::PlanQuestion here = question;
  here.forecasts.resize(1);
  const auto plan = carbon::make_plan(here);
  if (!plan) return complain(plan.error(), kCannotRun);
  const carbon::PlannedStart& best = plan->best.front();
  std::optional<int> signal;
  {
    platform::SignalQueue signals;
    platform::Terminal terminal;
    const platform::SystemClock clock;
    signal = wait_until(best.start, "the start at " + base::utc_table_text(best.start) + " UTC in " + best.region, clock,
                        signals, terminal);
  }
  if (signal) return complain({base::signal_name(*signal) + ": nothing was run", {}}, kSignalBase + *signal);
  return run_program(command);
}

int plan_command(std::vector<std::string> arguments, const Environment& environment) {
  CLI::App app("When, and in which region, to run a known benchmark so that it emits least", "iris-gpubench plan");
  PlanFlags flags;
  describe(app, flags);
  const auto dashes = std::find(arguments.begin(), arguments.end(), "--");
  const std::vector<std::string> given(dashes == arguments.end() ? dashes : dashes + 1, arguments.end());
  arguments.erase(dashes, arguments.end());
  if (const auto status = parse_words(app, arguments)) return *status;
  if (!given.empty() && !flags.wait)
    return complain({"plan runs nothing", "add --wait, or leave out what follows \"--\""}, kUsageError);
  flags.plan.regions = split_at_commas(flags.regions);
  const auto directory = find_run(flags.results_dir, flags.run);
  if (!directory) return complain(directory.error(), kUsageError);
  const auto saved = load_past_run(*directory);
  if (!saved) return complain(saved.error(), kCannotRun);
  std::vector<std::string> command;
  if (flags.wait) {
    auto checked = command_to_run(given, *saved);
    if (!checked) return complain(checked.error(), kUsageError);
    command = *std::move(checked);
  }
  const platform::SystemClock clock;
  std::vector<std::string> notes;
  const auto question = ask_forecasts(*saved, flags.plan, environment, clock, notes);
  for (const std::string& note : notes) std::cerr << "iris-gpubench: " << note << "\n";
  if (!question) return complain(question.error(), kUsageError);
  if (std::all_of(question->forecasts.begin(), question->forecasts.end(), [](const auto& one) { return one.slots.empty(); }))
    return complain({"no forecast could be had", "see to the network, or choose another --carbon_source"}, kCannotRun);
  const auto plan = carbon::make_plan(*question);
  if (!plan) return complain(plan.error(), kCannotRun);
  const report::PlannedRun run{saved->run.facts.run_id, *saved->run.total_energy, saved->run.elapsed(),
                               saved->run.facts.carbon.pue};
  std::cout << report::plan_table(run, *question, *plan) << std::flush;
  const std::filesystem::path folder = flags.output_dir.empty() ? directory->path : std::filesystem::path(flags.output_dir);
  int status = 0;
  if (const auto written = write_plan(folder, run, *question, *plan, !flags.no_plot); !written)
    status = complain(written.error(), kCannotRun);
  return flags.wait ? wait_and_run(*question, command) : status;
}

}  // namespace

bool names_carbon_command(const std::vector<std::string>& arguments) {
  return !arguments.empty() && (arguments[0] == "recarbon" || arguments[0] == "plan");
}

int run_carbon_command(const std::vector<std::string>& arguments, const Environment& environment) {
  const std::vector<std::string> own(arguments.begin() + 1, arguments.end());
  return arguments[0] == "plan" ? plan_command(own, environment) : recarbon_command(own, environment);
}

}  // namespace gpubench::app
