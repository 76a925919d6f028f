#include <algorithm>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "cli/complain.h"
#include "cli/exit_codes.h"
#include "cli/saved_run_options.h"
#include "commands/run_list_table.h"
#include "commands/table.h"
#include "history/listing.h"
#include "runs/run_list.h"

namespace gpubench::commands {
namespace {

struct List {
  cli::FolderOfRuns folder;
  runs::RunChoice choice;
  bool members = false;
  bool wide = false;
  bool json = false;
};

// How the runs are chosen and shown.
std::vector<cli::Option> choice_options(List& spec) {
  cli::Choices<std::string> orders;
  for (const char* name : {"start", "time", "energy", "carbon", "score", "benchmark"}) orders.emplace_back(name, name);
  constexpr cli::Range kCount{1, 1e6};
  return {
      {"--benchmark", "TEXT", "Only runs whose benchmark's name contains this", cli::text(spec.choice.benchmark)},
      {"--gpu", "TEXT", "Only runs on GPUs whose name contains this", cli::text(spec.choice.gpu)},
      {"--label", "TEXT", "Only runs and sets whose label contains this", cli::text(spec.choice.label)},
      {"--sort", "ORDER", "By start, time, energy, carbon, score or benchmark: the least first",
       cli::choice(spec.choice.sort, orders)},
      {"--last", "N", "Only the last N of them",
       cli::number(kCount, [&spec](double count) { spec.choice.last = static_cast<std::size_t>(count); })},
      {"--members", "", "The runs of each set below it", cli::switch_on(spec.members)},
      {"--wide", "", "Whole ids and all columns, whatever the terminal's width", cli::switch_on(spec.wide)},
      {"--json", "", "Print JSON: every run, those of sets too, and every set", cli::switch_on(spec.json)},
  };
}

cli::OptionTable describe_list(List& spec) {
  return {{{"Options", cli::folder_of_runs_options(spec.folder)}, {"Options", choice_options(spec)}}};
}

// A set stands for its runs, unless they are asked for.
std::vector<runs::ListedRun> rows_of(std::vector<runs::ListedRun> all, const List& spec) {
  if (spec.json) return runs::chosen_runs(std::move(all), spec.choice);
  const auto outside = std::stable_partition(all.begin(), all.end(), [](const auto& run) { return run.in.set.empty(); });
  const std::vector<runs::ListedRun> members(outside, all.end());
  all.erase(outside, all.end());
  auto chosen = runs::chosen_runs(std::move(all), spec.choice);
  if (!spec.members) return chosen;
  std::vector<runs::ListedRun> rows;
  for (const runs::ListedRun& row : chosen) {
    rows.push_back(row);
    std::copy_if(members.begin(), members.end(), std::back_inserter(rows),
                 [&row](const auto& run) { return row.is_set() && run.in.set == row.id; });
  }
  return rows;
}

int list(const List& spec, const Context& context) {
  const auto folder = cli::folder_of_runs(spec.folder, context.line);
  if (!folder) return cli::complain(folder.error(), cli::kUsageError);
  std::error_code unknown;
  if (*folder == cli::FolderOfRuns{}.results_dir && !std::filesystem::exists(*folder, unknown)) {
    std::cout << (spec.json ? "[]\n" : "No runs yet: there is no folder " + cli::printable(*folder) + " here\n");
    return 0;
  }
  const auto found = history::list_all(*folder);
  if (!found) return cli::complain(found.error(), cli::kUsageError);
  const auto shown = rows_of(*found, spec);
  if (spec.json)
    std::cout << runs::run_list_json(shown);
  else if (shown.empty())
    std::cout << "No runs in " << cli::printable(*folder) << (found->empty() ? "" : " that fit") << "\n";
  else
    std::cout << (spec.wide ? wide_run_list(shown) : run_list(shown, *found));
  return 0;
}

}  // namespace

Command list_command() {
  return make_command("list", "List the runs and sets in a results folder", describe_list, list);
}

}  // namespace gpubench::commands
