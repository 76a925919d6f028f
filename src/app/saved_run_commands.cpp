#include "app/saved_run_commands.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string_view>

#include "app/command_words.h"
#include "app/costed_run.h"
#include "app/export_command.h"
#include "app/reports.h"
#include "app/run.h"
#include "app/run_directory.h"
#include "app/saved_metrics.h"
#include "app/saved_run.h"
#include "app/saved_run_list.h"
#include "report/formatted_tables.h"
#include "report/text.h"

namespace gpubench::app {
namespace {

constexpr int kNotComplete = 1;  // of `export`: something waits, was refused or was not found

struct SavedRunOptions {
  std::string run;  // a folder, an id below results_dir, or "latest"; of `list` the folder of runs
  std::string results_dir = "results";
  std::string timeseries_format = "csv";
  bool no_plot = false;
  std::string plot_format = "png";
  ExportFlags exporting;
  bool verify = false;
  double patience = 30;
};

struct SavedRunWord {
  const char* word;
  const char* argument;
  const char* meaning;
};
constexpr std::array<SavedRunWord, 5> kWords{{
    {"list", "DIR", "List the runs in a results folder"},
    {"show", "RUN", "Print a run's tables"},
    {"report", "RUN", "Make every output of a run again"},
    {"recover", "RUN", "Make the outputs of a run that was killed, up to the last second of its journal"},
    {"export", "RUN", "Send what a metrics database does not have yet of a run that is over"},
}};

// The tables as they were written; made from the journal where they were not.
int show(const RunDirectory& directory, const Environment& environment) {
  std::ifstream tables(directory.file("formatted_metrics.txt"), std::ios::binary);
  if (tables && tables.peek() != std::ifstream::traits_type::eof()) {
    std::cout << tables.rdbuf();
    return 0;
  }
  const auto saved = load_costed_run(directory, environment);
  if (!saved) return complain(saved.error(), kCannotRun);
  std::cout << report::formatted_tables(saved->run);
  return 0;
}

// An output that cannot be made is told, the others are made.
int write_all(const RunDirectory& directory, SavedRun& saved, const SavedRunOptions& options) {
  int status = 0;
  if (!options.no_plot) {
    record::RunRecord drawn = saved.run;  // what a new plot fails by is no finding of the run
    draw_plot(directory, drawn, saved.series, *report::plot_format(options.plot_format));
    if (drawn.findings.size() > saved.run.findings.size()) {
      std::cerr << "iris-gpubench: " << record::finding_text(drawn.findings.back()) << "\n";
      status = kCannotRun;
    }
  }
  const auto format = timeseries_format(options.timeseries_format);
  for (const auto& written :
       {write_reports(directory, saved.run, saved.series, *format), write_page(directory, saved.run, saved.series)})
    if (!written) status = complain(written.error(), kCannotRun);
  std::cout << list_result_files(directory);
  return status;
}

// The run's results go on after its journal, so that the journal was damaged later.
bool falls_short(const SavedRun& saved, const RunDirectory& directory) {
  const auto metrics = read_saved_metrics(directory.path);
  if (saved.finished || !metrics) return false;
  const auto elapsed = metrics->find("elapsed_time");
  return elapsed != metrics->end() && elapsed->is_number() &&
         elapsed->get<double>() > base::to_seconds(saved.run.elapsed()) + 1e-6;
}

int complain_of_journal(const SavedRun& saved, const RunDirectory& directory) {
  return complain({"the journal of the run " + directory.run_id + " is damaged: it ends " +
                       report::short_number(base::to_seconds(saved.run.elapsed()), 3) +
                       " s after the start, before the results that were made of it",
                   "they are left as they are; to make what the journal holds, move metrics.json away first"},
                  kCannotRun);
}

int report_again(const RunDirectory& directory, const SavedRunOptions& options, const Environment& environment) {
  auto saved = load_costed_run(directory, environment);
  if (!saved) return complain(saved.error(), kCannotRun);
  if (falls_short(*saved, directory)) return complain_of_journal(*saved, directory);
  if (!saved->finished)
    return complain({"the run " + directory.run_id + " was not finished",
                     "iris-gpubench recover " + directory.run_id + " makes what its journal holds"},
                    kCannotRun);
  if (!saved->damage.empty()) std::cerr << "iris-gpubench: " << saved->damage << "\n";
  return write_all(directory, *saved, options);
}

int recover(const RunDirectory& directory, const SavedRunOptions& options, const Environment& environment) {
  auto saved = load_costed_run(directory, environment);
  if (!saved) return complain(saved.error(), kCannotRun);
  if (falls_short(*saved, directory)) return complain_of_journal(*saved, directory);
  std::cout << report::formatted_tables(saved->run) << "\n";
  return write_all(directory, *saved, options);
}

void describe_export(CLI::App& app, SavedRunOptions& options) {
  describe_export_flags(app, options.exporting, "Options");
  app.add_flag("--verify", options.verify, "Read everything back, whatever was read back before");
  app.add_option("--patience", options.patience, "Seconds without any progress after which it gives up")
      ->type_name("SECONDS")
      ->default_str("30");
}

int perform_export(const RunDirectory& directory, const SavedRunOptions& options, const Environment& environment) {
  const auto exporting = checked_export_flags(options.exporting);
  if (!exporting) return complain(exporting.error(), kUsageError);
  const bool sensible = options.patience >= 0 && options.patience <= 86400;  // a NaN is not
  if (!sensible) return complain({"--patience must be from 0 to 86400 seconds", ""}, kUsageError);
  const SavedRunExport wanted{*exporting, options.verify, base::from_seconds(options.patience)};
  const auto outcome = export_saved_run(directory, wanted, environment);
  if (!outcome) return complain(outcome.error(), kCannotRun);
  std::cout << export_text(*outcome);
  return is_complete(*outcome) ? 0 : kNotComplete;
}

void describe(CLI::App& app, const SavedRunWord& word, SavedRunOptions& options) {
  app.set_help_flag("--help,-h", "Show this and exit");
  const bool is_list = std::string_view(word.word) == "list";
  if (is_list) {
    app.add_option("DIR", options.results_dir, "Folder of runs")->type_name("")->default_str("results");
    return;
  }
  app.add_option("RUN", options.run, "A run's folder, its id, or latest")->type_name("")->required();
  app.add_option("--results_dir", options.results_dir, "Folder in which an id is looked for")
      ->type_name("DIR")
      ->default_str("results");
  if (std::string_view(word.word) == "show") return;
  if (std::string_view(word.word) == "export") {
    describe_export(app, options);
    return;
  }
  app.add_option("--timeseries_format", options.timeseries_format, "csv, csv.gz or none")
      ->type_name("FORMAT")
      ->default_str("csv");
  app.add_option("--plot_format", options.plot_format, "png, svg or pdf")->type_name("FORMAT")->default_str("png");
  app.add_flag("--no_plot", options.no_plot, "Do not draw the plot");
}

int perform(const std::string& word, const SavedRunOptions& options, const Environment& environment) {
  if (word == "list") {
    const auto table = list_runs(options.results_dir);
    if (!table) return complain(table.error(), kCannotRun);
    std::cout << *table;
    return 0;
  }
  if (const auto format = timeseries_format(options.timeseries_format); !format)
    return complain(format.error(), kUsageError);
  if (const auto format = report::plot_format(options.plot_format); !format) return complain(format.error(), kUsageError);
  const auto directory = find_run(options.results_dir, options.run);
  if (!directory) return complain(directory.error(), kUsageError);
  if (word == "show") return show(*directory, environment);
  if (word == "export") return perform_export(*directory, options, environment);
  return word == "report" ? report_again(*directory, options, environment) : recover(*directory, options, environment);
}

const SavedRunWord* find_word(const std::vector<std::string>& arguments) {
  const auto* found = std::find_if(kWords.begin(), kWords.end(), [&](const SavedRunWord& word) {
    return !arguments.empty() && arguments[0] == word.word;
  });
  return found == kWords.end() ? nullptr : found;
}

}  // namespace

bool names_saved_run_command(const std::vector<std::string>& arguments) {
  return find_word(arguments) != nullptr;
}

int run_saved_run_command(const std::vector<std::string>& arguments, const Environment& environment) {
  const SavedRunWord& word = *find_word(arguments);
  CLI::App app(word.meaning, std::string("iris-gpubench ") + word.word);
  SavedRunOptions options;
  describe(app, word, options);
  if (const auto status = parse_words(app, {arguments.begin() + 1, arguments.end()})) return *status;
  return perform(word.word, options, environment);
}

}  // namespace gpubench::app
