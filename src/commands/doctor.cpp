#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/environment.h"
#include "base/json.h"
#include "base/text.h"
#include "base/version.h"
#include "cli/complain.h"
#include "cli/exit_codes.h"
#include "cli/run_options.h"
#include "cli/saved_run_options.h"
#include "commands/doctor_checks.h"
#include "commands/table.h"
#include "platform/files.h"
#include "platform/process.h"
#include "run/environment.h"

namespace gpubench::commands {
namespace {

struct Doctor {
  DoctorQuestion question;
  std::string report;  // a file; empty: none
  bool json = false;
};

cli::OptionTable describe_doctor(Doctor& spec) {
  spec.question.results_dir = "results";
  cli::OptionTable table{{{"Options",
                           {cli::meter_option(spec.question.meter),
                            cli::results_dir_option(spec.question.results_dir),
                            {"--no_network", "", "Ask neither the carbon service nor the database",
                             cli::switch_off(spec.question.asks_network)},
                            {"--json", "", "Print JSON", cli::switch_on(spec.json)},
                            {"--report", "FILE", "Also write FILE, to be sent with a question: JSON without private data",
                             cli::offering(cli::Offer::file, cli::text(spec.report))}}}}};
  table.footer = "\nThe exit status is 0 if runs work here, 1 if something is bad.\n";
  return table;
}

std::string_view health_word(Health health) {
  switch (health) {
    case Health::good:
      return "good";
    case Health::doubtful:
      return "doubtful";
    case Health::bad:
      return "bad";
    case Health::skipped:
      break;
  }
  return "skipped";
}

std::string text_of(const std::vector<Check>& checks) {
  std::string text;
  for (const Check& check : checks) {
    text += fmt::format("{:<10}{}\n", health_word(check.health), base::one_line(check.text));
    if (!check.remedy.empty()) text += fmt::format("{:<10}-> {}\n", "", base::one_line(check.remedy));
  }
  return text;
}

nlohmann::ordered_json json_of(const std::vector<Check>& checks) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Check& check : checks)
    list.push_back({{"name", check.name},
                    {"health", health_word(check.health)},
                    {"text", base::valid_utf8(check.text)},
                    {"remedy", base::valid_utf8(check.remedy)}});
  return list;
}

void replace_all(std::string& text, const std::string& what, std::string_view by) {
  constexpr std::size_t kShortest = 3;  // a user called "a" would cost every a
  if (what.size() < kShortest) return;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
}

// "metrics.example.org" of "https://metrics.example.org:8428/path", for messages that name the server alone.
std::string host_of(const std::string& url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string::npos || url.starts_with("unix:")) return {};
  const std::string authority = url.substr(scheme + 3, url.find('/', scheme + 3) - scheme - 3);
  const std::string place = authority.substr(authority.find('@') + 1);  // npos + 1: from the beginning
  return place.starts_with("[") ? place.substr(0, place.find(']') + 1) : place.substr(0, place.find(':'));
}

// Of the longest name first: others may be part of it.
void replace_names(std::string& text, std::vector<std::pair<std::string, std::string_view>> names) {
  std::stable_sort(names.begin(), names.end(), [](const auto& a, const auto& b) { return a.first.size() > b.first.size(); });
  for (const auto& [name, by] : names) replace_all(text, name, by);
}

// Without what says whose machine it is: its name, the user's, folders, servers. Facts of the machine are kept.
std::string shareable(const std::vector<Check>& checks, const cli::Environment& environment) {
  nlohmann::ordered_json machine = nlohmann::ordered_json::object();
  for (const record::EnvironmentFact& fact : run::machine_environment({}))
    if (fact.name != "control_group" && !fact.name.starts_with("git_")) machine[fact.name] = base::valid_utf8(fact.value);
  std::string text =
      base::json_text(nlohmann::ordered_json{{"version", base::kVersion}, {"machine", machine}, {"checks", json_of(checks)}},
                      2) +
      "\n";
  const std::string& database = environment.metrics_database.url;
  const std::string& engine = environment.engine.host;
  replace_names(text, {{database, "SERVER"},
                       {host_of(database), "SERVER"},
                       {engine, "ENGINE"},
                       {host_of(engine), "ENGINE"},
                       {base::variable_of(environment.all, "PWD"), "FOLDER"},
                       {base::variable_of(environment.all, "HOME"), "HOME"},
                       {platform::host_name(), "HOST"},
                       {base::variable_of(environment.all, "USER"), "USER"}});
  return text;
}

int doctor(const Doctor& spec, const Context& context) {
  DoctorQuestion question = spec.question;
  question.meter.nvml_library = context.environment.nvml_library;
  const std::vector<Check> checks = check_machine(question, context.environment);
  std::cout << (spec.json ? base::json_text(json_of(checks), 2) + "\n" : text_of(checks));
  if (!spec.report.empty()) {
    const auto written = platform::write_file_atomically(spec.report, shareable(checks, context.environment));
    if (!written) return cli::complain(written.error(), cli::kCannotRun);
    std::cerr << "iris-gpubench: written: " << spec.report << " (read it before you send it)\n";
  }
  const bool bad = std::any_of(checks.begin(), checks.end(), [](const Check& check) { return check.health == Health::bad; });
  return bad ? 1 : 0;
}

}  // namespace

Command doctor_command() {
  return make_command("doctor", "Check what this machine offers to a run: driver, sensors, engine, clock, network, disk",
                      describe_doctor, doctor);
}

}  // namespace gpubench::commands
