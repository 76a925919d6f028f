#include <fmt/format.h>

#include <cstddef>
#include <iostream>

#include "cli/carbon_options.h"
#include "cli/complain.h"
#include "cli/exit_codes.h"
#include "cli/saved_run_options.h"
#include "commands/recost.h"
#include "commands/table.h"
#include "report/text.h"
#include "runs/saved_run.h"
#include "sets/named_runs.h"

namespace gpubench::commands {
namespace {

struct Recarbon {
  std::vector<std::string> runs;
  std::string results_dir = "results";
  carbon::CarbonOptions carbon;
  std::string region;
};

cli::OptionTable describe_recarbon(Recarbon& spec) {
  const cli::Option runs = cli::required(
      {"RUN", "", "Runs or sets: folders, ids, labels, or latest", cli::offering(cli::Offer::run, cli::texts(spec.runs))});
  cli::OptionTable table{
      {{"Options", {runs, cli::results_dir_option(spec.results_dir)}},
       {"Options", cli::carbon_options(spec.carbon, spec.region), [&spec] { return cli::check_carbon(spec.carbon); }}}};
  table.shows_defaults = false;
  table.footer =
      "\nOptions that you leave out keep the run's values. Without a source, region or intensity the run's own source is\n"
      "asked again: it may now have actual values where it had forecasts. New files are written into the run's folder;\n"
      "no other file changes: recarbon.txt (what changed), recarbon.yml and recarbon.json (all figures),\n"
      "recarbon_intensities.json (what was used; --carbon-source file: reads it).\n";
  return table;
}

// The run's own options with what the command line gives in their place.
Recosting recosting(const cli::Parsed& line) {
  Recosting change;
  change.asks_elsewhere = line.gives("--carbon_source") || line.gives("--carbon_region") || line.gives("--carbon_intensity");
  change.apply = [line, elsewhere = change.asks_elsewhere](carbon::CarbonOptions& own, std::string& region) {
    Recarbon spec;
    spec.carbon = own;
    spec.region = region;
    if (elsewhere) spec.carbon.intensity.reset();
    if (line.gives("--carbon_intensity")) spec.carbon.source = carbon::CarbonOptions{}.source;
    static_cast<void>(cli::parse(describe_recarbon(spec), line.own));  // it was parsed before
    own = spec.carbon;
    region = spec.region;
  };
  return change;
}

// Of the runs that both accounts know.
struct Totals {
  std::size_t runs = 0;
  base::Emissions before;
  base::Emissions after;

  void add(const Recosted& run) {
    if (!run.before || !run.after) return;
    ++runs;
    before += *run.before;
    after += *run.after;
  }
};

int recarbon_run(const runs::RunDirectory& directory, const Context& context, Totals& totals) {
  const auto done = recost(directory, recosting(context.line), context.environment);
  if (!done) return cli::complain(done.error(), cli::kCannotRun);
  std::cout << cli::printable(done->changes)
            << "\nWritten: " << cli::printable((directory.path / "recarbon.{txt,yml,json}").string()) << "\n\n";
  totals.add(*done);
  if (!done->note.empty()) std::cerr << "iris-gpubench: " << cli::printable(done->note) << "\n";
  return 0;
}

// One run that cannot be recalculated does not stop the others.
int recarbon(const Recarbon& spec, const Context& context) {
  int status = 0;
  Totals totals;
  for (const std::string& name : spec.runs) {
    const auto runs = sets::find_named_runs(spec.results_dir, name);
    if (!runs) status = cli::complain(runs.error(), cli::kUsageError);
    for (const runs::RunDirectory& directory : runs.value_or(std::vector<runs::RunDirectory>()))
      if (const int one = recarbon_run(directory, context, totals); one != 0) status = one;
  }
  if (totals.runs > 1)
    std::cout << fmt::format("{} runs together: {} gCO2 before, {} gCO2 now\n", totals.runs,
                             report::significant(totals.before.grams()), report::significant(totals.after.grams()));
  return status;
}

}  // namespace

Command recarbon_command() {
  return make_command("recarbon",
                      "Recalculate the carbon of saved runs: with another source, region or PUE, or with actual values in "
                      "place of forecasts",
                      describe_recarbon, recarbon);
}

}  // namespace gpubench::commands
