#include <algorithm>
#include <filesystem>
#include <iostream>

#include "base/text.h"
#include "base/text_table.h"
#include "cli/complain.h"
#include "cli/exit_codes.h"
#include "cli/saved_run_options.h"
#include "commands/table.h"
#include "compare/baselines.h"
#include "compare/read_side.h"
#include "report/text.h"

namespace gpubench::commands {
namespace {

constexpr std::size_t kLongestName = 64;  // bytes, as of labels

enum class BaselineAction : std::uint8_t { list, set, rm };

struct BaselineSpec {
  BaselineAction action = BaselineAction::list;
  std::string name;
  std::string run;
  std::string results_dir = "results";
};

base::Result<void> check_baseline(const BaselineSpec& spec) {
  const bool needs_name = spec.action != BaselineAction::list;
  if (needs_name == spec.name.empty())
    return base::failure(needs_name ? "NAME is missing" : "list takes no name", "see iris-gpubench baseline --help");
  if ((spec.action == BaselineAction::set) == spec.run.empty())
    return base::failure(spec.run.empty() ? "RUN is missing" : "only set takes a run", "see iris-gpubench baseline --help");
  const bool is_reserved = spec.name.starts_with("latest") || spec.name.find_first_of("/:") != std::string::npos;
  if (needs_name && is_reserved)
    return base::failure("\"" + spec.name + "\" cannot be the name of a baseline", "use one without / and :, such as main");
  if (needs_name && (spec.name.empty() || spec.name.size() > kLongestName || base::one_line(spec.name) != spec.name))
    return base::failure("the name of a baseline must be one line of 1 to 64 bytes in UTF-8");
  return {};
}

cli::OptionTable describe_baseline(BaselineSpec& spec) {
  const cli::Choices<BaselineAction> actions{
      {"set", BaselineAction::set}, {"list", BaselineAction::list}, {"rm", BaselineAction::rm}};
  cli::OptionTable table{
      {{"Options",
        {{"ACTION", "", "set, list or rm", cli::choice(spec.action, actions)},
         {"NAME", "", "Name of the baseline", cli::text(spec.name)},
         {"RUN", "", "Run or set that it stands for (set)", cli::offering(cli::Offer::run, cli::text(spec.run))},
         cli::results_dir_option(spec.results_dir)},
        [&spec] { return check_baseline(spec); }}}};
  table.footer =
      "\nA baseline is a name for a run or a set: iris-gpubench compare NAME latest. It is kept in baselines.json of the "
      "results folder.\n";
  return table;
}

int list_baselines(const std::vector<compare::Baseline>& baselines) {
  if (baselines.empty()) {
    std::cout << "No baselines yet: iris-gpubench baseline set NAME RUN\n";
    return 0;
  }
  base::TextTable table({"Baseline", "Run or set"});
  for (const compare::Baseline& one : baselines)
    table.add_row({report::one_line(one.name, 40), report::one_line(one.target, 120)});
  std::cout << table.text();
  return 0;
}

int baseline(const BaselineSpec& spec, const Context& /*context*/) {
  std::error_code unknown;
  if (spec.results_dir != BaselineSpec{}.results_dir && !std::filesystem::is_directory(spec.results_dir, unknown))
    return cli::complain({"there is no folder " + spec.results_dir, "name a folder of results with --results-dir"},
                         cli::kUsageError);
  auto baselines = compare::read_baselines(spec.results_dir);
  if (!baselines) return cli::complain(baselines.error(), cli::kCannotRun);
  if (spec.action == BaselineAction::list) return list_baselines(*baselines);
  const auto removed = std::erase_if(*baselines, [&](const compare::Baseline& one) { return one.name == spec.name; });
  if (spec.action == BaselineAction::rm && removed == 0)
    return cli::complain({"there is no baseline \"" + spec.name + "\"", "iris-gpubench baseline list shows them"},
                         cli::kUsageError);
  if (spec.action == BaselineAction::set) {
    const auto target = compare::lasting_name(spec.results_dir, spec.run);
    if (!target) return cli::complain(target.error(), cli::kUsageError);
    baselines->push_back({spec.name, *target});
    std::cout << spec.name << " is now " << cli::printable(*target) << "\n";
  }
  const auto written = compare::write_baselines(spec.results_dir, *std::move(baselines));
  return written ? 0 : cli::complain(written.error(), cli::kCannotRun);
}

}  // namespace

Command baseline_command() {
  return make_command("baseline", "Name a run or set to compare with", describe_baseline, baseline);
}

}  // namespace gpubench::commands
