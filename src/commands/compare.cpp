#include <algorithm>
#include <fstream>
#include <iostream>
#include <string_view>
#include <utility>

#include "cli/complain.h"
#include "cli/exit_codes.h"
#include "cli/saved_run_options.h"
#include "commands/table.h"
#include "compare/baselines.h"
#include "compare/formats/formats.h"
#include "compare/read_side.h"
#include "history/index.h"
#include "history/series.h"
#include "platform/files.h"

namespace gpubench::commands {
namespace {

enum class Undecided : std::uint8_t { status_3, pass, fail };

struct Compare {
  std::string base;
  std::vector<std::string> changed;
  std::string results_dir = "results";
  compare::Options options;
  Undecided undecided = Undecided::status_3;
  std::string format = "text";
  bool json = false;
  std::string output;
};

std::vector<std::string> format_names() {
  std::vector<std::string> names;
  for (const auto& [name, format] : compare::all_formats()) names.emplace_back(name);
  return names;
}

cli::Value format_value(std::string& target) {
  const auto take = [&target](const std::string& option, const std::string& text) -> base::Result<void> {
    const auto names = format_names();
    if (std::find(names.begin(), names.end(), text) == names.end())
      return base::failure(cli::not_among(option, text, names));
    target = text;
    return {};
  };
  return cli::with_choices(format_names(), {take, target});
}

base::Result<compare::Metric> parse_metric(const std::string& text) {
  const auto metric = compare::find_metric(text);
  if (metric) return *metric;
  return base::failure(cli::not_among("metric", text, compare::metric_names()));
}

cli::OptionTable describe_compare(Compare& spec) {
  const cli::Choices<Undecided> undecided{{"3", Undecided::status_3}, {"pass", Undecided::pass}, {"fail", Undecided::fail}};
  cli::OptionTable table{
      {{"Options",
        {cli::required({"BASE", "", "Runs to compare with", cli::offering(cli::Offer::run, cli::text(spec.base))}),
         {"NEW", "", "Runs to compare (several: each with BASE)", cli::offering(cli::Offer::run, cli::texts(spec.changed))},
         cli::results_dir_option(spec.results_dir),
         {"--gate", "\"METRIC +N%\"",
          "How much worse NEW may be, such as \"energy +2%\" (repeatable): PASS, UNDECIDED or FAIL",
          cli::each_parsed(spec.options.gates, compare::parse_gate)},
         {"--undecided", "MEANING", "What UNDECIDED means for the exit status: 3, pass or fail",
          cli::choice(spec.undecided, undecided)},
         {"--metric", "METRIC",
          "Show only this one: energy, time, power, carbon, score, work,\n"
          "energy_per_work or energy_above_idle (repeatable)",
          cli::with_choices(compare::metric_names(), cli::each_parsed(spec.options.metrics, parse_metric))},
         {"--pair", "", "The runs of both sides were made in turn: compare them in pairs, by their start",
          cli::switch_on(spec.options.pair)},
         {"--format", "FORMAT", "text, json, markdown, html, junit, github, gitlab, bencher or benchfmt",
          format_value(spec.format)},
         {"--json", "", "The same as --format json", cli::switch_on(spec.json)},
         {"--output",
          "FILE",
          "Write to this file, not to the terminal",
          cli::offering(cli::Offer::file, cli::text(spec.output)),
          {"-o"}}}}}};
  table.footer =
      "\nBASE and NEW are each a run, a set or one variant of it (SET:VARIANT), a label, a baseline, latest, latest~1,\n"
      "a folder of runs, or the metrics.json of another machine. Of a set with several variants BASE is enough.\n"
      "\nExit status: 0 all gates pass, or there is none. 1: a gate fails. 2: the command line is wrong. 3: a gate is "
      "undecided.\n"
      "  4: what was asked for cannot be compared. 125: it cannot be read.\n";
  return table;
}

base::Result<std::vector<compare::Side>> read_all(const Compare& spec) {
  std::vector<std::string> names{spec.base};
  names.insert(names.end(), spec.changed.begin(), spec.changed.end());
  if (spec.changed.empty()) {
    const auto others = compare::other_variants(spec.results_dir, spec.base);
    names.insert(names.end(), others.begin(), others.end());
  }
  if (names.size() == 1) return base::failure("NEW is missing", "name what " + spec.base + " is to be compared with");
  std::vector<compare::Side> sides;
  for (const std::string& name : names) {
    auto side = compare::read_side(spec.results_dir, name);
    if (!side) return base::failure(side.error());
    sides.push_back(*std::move(side));
  }
  return sides;
}

// A name of something, whether that can be read or not.
bool is_there(const Compare& spec, const std::string& name) {
  return compare::baseline_target(spec.results_dir, name) || compare::lasting_name(spec.results_dir, name);
}

int status_of_unread(const Compare& spec) {
  std::vector<std::string> names{spec.base};
  names.insert(names.end(), spec.changed.begin(), spec.changed.end());
  const bool all = std::all_of(names.begin(), names.end(), [&](const std::string& name) { return is_there(spec, name); });
  return all && !spec.changed.empty() ? cli::kCannotRun : cli::kUsageError;
}

// GitHub shows the table as the step's summary, beside the annotations on standard output.
base::Result<void> write_github_summary(const compare::Report& report, const cli::Environment& environment) {
  constexpr std::string_view kVariable = "GITHUB_STEP_SUMMARY=";
  const auto found = std::find_if(environment.all.begin(), environment.all.end(),
                                  [=](const std::string& variable) { return variable.starts_with(kVariable); });
  if (found == environment.all.end() || found->size() == kVariable.size()) return {};
  const std::string path = found->substr(kVariable.size());
  std::ofstream file(path, std::ios::app | std::ios::binary);
  file << compare::as_markdown(report) << std::flush;
  if (file) return {};
  return base::failure("cannot write the step's summary " + path,
                       "GITHUB_STEP_SUMMARY must name a file that can be written");
}

int write_report(const Compare& spec, const compare::Report& report, const cli::Environment& environment) {
  base::Result<void> summary;
  const std::string wanted = spec.json ? "json" : spec.format;
  for (const auto& [name, format] : compare::all_formats()) {
    if (name != wanted) continue;
    if (wanted == "github") summary = write_github_summary(report, environment);
    const std::string text = format(report);
    if (spec.output.empty()) {
      std::cout << (wanted == "text" ? cli::printable(text) : text);
    } else if (const auto written = platform::write_file_atomically(spec.output, text); !written) {
      return cli::complain(written.error(), cli::kCannotRun);
    }
  }
  return summary ? compare::exit_status(report) : cli::complain(summary.error(), cli::kCannotRun);
}

int run_compare(const Compare& spec, const Context& context) {
  auto sides = read_all(spec);
  if (!sides) return cli::complain(sides.error(), status_of_unread(spec));
  compare::Options options = spec.options;
  options.undecided_passes = spec.undecided == Undecided::pass;
  options.undecided_fails = spec.undecided == Undecided::fail;
  const compare::Side base = std::move(sides->front());
  sides->erase(sides->begin());
  const auto history = history::read_runs(spec.results_dir);
  const auto scatter_of = [&history](const compare::Side& before, const compare::Side& after) {
    return history ? history::known_scatter(history->runs, before, after) : compare::KnownScatter{};
  };
  return write_report(spec, compare::make_report(base, *sides, options, scatter_of), context.environment);
}

}  // namespace

Command compare_command() {
  return make_command("compare", "Compare runs or sets: energy, time, power, carbon, with intervals and gates",
                      describe_compare, run_compare);
}

}  // namespace gpubench::commands
