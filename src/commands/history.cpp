#include <algorithm>
#include <iostream>
#include <utility>

#include "cli/complain.h"
#include "cli/exit_codes.h"
#include "cli/saved_run_options.h"
#include "commands/table.h"
#include "history/formats/formats.h"
#include "history/index.h"
#include "platform/files.h"

namespace gpubench::commands {
namespace {

using HistoryFormat = std::string (*)(const history::Report&);

struct HistorySpec {
  history::Choice choice;
  std::string metric = "energy";
  std::string gate;
  HistoryFormat format = history::as_text;
  bool json = false;
  std::string output;
  std::string results_dir = "results";
};

cli::OptionTable describe_history(HistorySpec& spec) {
  const cli::Choices<HistoryFormat> formats{
      {"text", history::as_text}, {"json", history::as_json}, {"html", history::as_html}};
  std::vector<std::string> metrics;
  for (const compare::MetricFacts& facts : compare::kMetrics)
    if (!facts.as_difference) metrics.emplace_back(facts.name);
  const auto check = [&spec]() -> base::Result<void> {
    const auto metric = compare::find_metric(spec.metric);
    if (!metric || compare::facts_of(*metric).as_difference)
      return base::failure("there is no history of \"" + spec.metric + "\"", "see iris-gpubench history --help");
    spec.choice.metric = *metric;
    if (spec.gate.empty()) return {};
    const auto gate = compare::parse_gate(spec.gate);
    if (!gate) return base::failure(gate.error());
    if (gate->metric != *metric)
      return base::failure("the gate is about another metric",
                           "add --metric " + std::string(compare::facts_of(gate->metric).name));
    return {};
  };
  constexpr cli::Range kPoints{1, 1e6};
  const auto set_last = [&spec](double last) { spec.choice.last = static_cast<std::size_t>(last); };
  cli::OptionTable table{
      {{"Options",
        {{"KEY", "", "Only benchmarks whose name, command or variant contains this", cli::text(spec.choice.key)},
         cli::results_dir_option(spec.results_dir),
         {"--metric", "METRIC", "energy, time, power, carbon, score, work or energy_per_work",
          cli::with_choices(metrics, cli::text(spec.metric))},
         {"--last", "N", "Only the last N sittings of each", cli::number(kPoints, set_last)},
         {"--gate", "\"METRIC +N%\"", "How much worse the newest sitting may be than those before it", cli::text(spec.gate)},
         {"--format", "FORMAT", "text, json or html", cli::choice(spec.format, formats)},
         {"--json", "", "The same as --format json", cli::switch_on(spec.json)},
         {"--output",
          "FILE",
          "Write to this file, not to the terminal",
          cli::offering(cli::Offer::file, cli::text(spec.output)),
          {"-o"}}},
        check}}};
  table.footer =
      "\nA series is one benchmark with its command line, on the same GPUs. Another GPU is another series. Runs of one set "
      "are one\n"
      "value. Variants of a set with one command line are series of their own, with the variant's name.\n"
      "Exit status with --gate: 0 all pass, 1 one fails, 3 one is undecided, 4 no run counts. A variant with fewer than "
      "three\n"
      "earlier sittings is passed over beside other series.\n";
  return table;
}

history::Report make_history(const HistorySpec& spec, history::Runs runs) {
  history::Report report;
  report.notes = std::move(runs.notes);
  report.series = history::make_series(runs.runs, spec.choice);
  if (spec.gate.empty()) return report;
  const auto gate = *compare::parse_gate(spec.gate);
  for (const history::Series& series : report.series) report.gates.push_back(history::judge_newest(series, gate));
  return report;
}

int history_status(const HistorySpec& spec, const history::Report& report) {
  if (spec.gate.empty()) return 0;
  if (report.series.empty()) return compare::kNotComparable;
  const bool has_others = !std::all_of(report.series.begin(), report.series.end(), history::gate_passes_over);
  int status = 0;
  for (std::size_t i = 0; i < report.gates.size(); ++i) {
    const compare::Verdict verdict = report.gates[i].verdict;
    if (verdict == compare::Verdict::fail) return compare::kGateFailed;
    const bool counts = !has_others || !history::gate_passes_over(report.series[i]);
    if (verdict != compare::Verdict::pass && counts) status = compare::kGateUndecided;
  }
  return status;
}

int run_history(const HistorySpec& spec, const Context& /*context*/) {
  auto runs = history::read_runs(spec.results_dir);
  if (!runs) return cli::complain(runs.error(), cli::kUsageError);
  if (spec.gate.empty() && !spec.choice.key.empty() && !history::has_key(runs->runs, spec.choice.key))
    return cli::complain(
        {"there is no run with \"" + spec.choice.key + "\" in its name, command or variant in " + spec.results_dir,
         "iris-gpubench list shows the runs"},
        cli::kUsageError);
  const history::Report report = make_history(spec, *std::move(runs));
  const HistoryFormat format = spec.json ? history::as_json : spec.format;
  if (report.series.empty() && format == history::as_text)
    std::cout << "No run in " << cli::printable(spec.results_dir) << " counts and has " << spec.metric
              << "; replays do not count\n";
  const std::string text = format(report);
  if (!spec.output.empty()) {
    if (const auto written = platform::write_file_atomically(spec.output, text); !written)
      return cli::complain(written.error(), cli::kCannotRun);
  } else {
    std::cout << (format == history::as_text ? cli::printable(text) : text);
  }
  return history_status(spec, report);
}

}  // namespace

Command history_command() {
  return make_command("history", "Show a benchmark's runs over time, with steps and what else changed", describe_history,
                      run_history);
}

}  // namespace gpubench::commands
