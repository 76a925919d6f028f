#include <algorithm>
#include <filesystem>
#include <iostream>
#include <optional>
#include <utility>
#include <vector>

#include "base/try.h"
#include "cli/complain.h"
#include "cli/exit_codes.h"
#include "commands/run.h"
#include "commands/saved_outputs.h"
#include "hosts/hosts.h"
#include "jobs/merge_job.h"
#include "parts/job_tables.h"
#include "platform/clock.h"
#include "platform/signals.h"
#include "platform/terminal.h"
#include "report/last_screen.h"
#include "run/recording.h"
#include "run/result_files.h"
#include "runs/earlier_run.h"

namespace gpubench::commands {
namespace {

namespace fs = std::filesystem;

// What is the same for each of them.
base::Result<std::vector<std::string>> words_of(const cli::RunLine& line, const Context& context) {
  auto words = cli::words_for_hosts(context.line);
  if (!words) return words;
  const bool typed_full = context.line.types("--live_style") && line.spec.live.style == live::LiveStyle::full;
  if (typed_full)
    return base::failure("--live-style full is for this machine",
                         "leave it out, or: ssh -t HOST iris-gpubench ... (without --host)");
  const bool shows_table = line.spec.live.style != live::LiveStyle::none && line.host.hosts.size() == 1;
  words->insert(words->end(), {"--quiet", "--live_style", shows_table ? "table" : "none"});
  return words;
}

void add_part(std::vector<std::string>& words, const std::string& group, std::size_t part, std::size_t parts) {
  words.insert(words.end(),
               {"--group", group, "--rank", std::to_string(part), "--ranks", std::to_string(parts), "--merge_wait", "0"});
}

base::Result<std::vector<hosts::HostOrder>> orders_of(const cli::RunLine& line, const Context& context,
                                                      const remote::Luggage& luggage) {
  std::vector<std::string> words;
  GPUBENCH_ASSIGN_OR_RETURN(words, words_of(line, context));
  const std::string name = runs::make_run_id(platform::SystemClock().wall_now(), run::run_name(line.spec));
  const std::size_t count = line.host.hosts.size();
  std::vector<hosts::HostOrder> orders;
  for (std::size_t i = 0; i < count; ++i) {
    const auto host = remote::Host::named(line.host.hosts[i]);
    if (!host) return base::failure(host.error());
    hosts::HostOrder order{
        *host, name, {}, words, line.host.remote_program, line.host.remote_program.empty() ? &luggage : nullptr};
    if (count > 1) {
      order.part = static_cast<int>(i);
      order.name += "-" + std::to_string(i);
      add_part(order.words, name, i, count);
    }
    const std::vector<std::string>& arguments = line.workload.benchmark.arguments;
    if (!arguments.empty()) order.words.emplace_back("--");
    order.words.insert(order.words.end(), arguments.begin(), arguments.end());
    orders.push_back(std::move(order));
  }
  return orders;
}

void link_latest(const fs::path& folder) {
  const auto linked = runs::link_latest(folder.parent_path(), {folder, folder.filename().string()});
  if (!linked) cli::complain(linked.error(), 0);
}

// The fetched run's figures, as a run here prints them.
int show_run(const cli::RunSpec& spec, const fs::path& folder, const Context& context) {
  link_latest(folder);
  if (spec.quiet) return 0;
  const auto saved = load_costed_run({folder, folder.filename().string()}, context.environment);
  if (!saved) return cli::complain(saved.error(), cli::kCannotRun);
  std::cout << "\n"
            << (spec.verbose
                    ? run::for_terminal(platform::Terminal(),
                                        run::tables_of({folder, folder.filename().string()}, saved->run))
                    : report::last_screen(saved->run, {folder, runs::find_earlier_run(folder.parent_path(), saved->run)}));
  return 0;
}

// The record of all parts that are here.
int merge_parts(const cli::RunSpec& spec, const fs::path& folder, const Context& context) {
  const auto job = jobs::read_job(jobs::part_folders(folder), context.environment.carbon);
  if (!job) return cli::complain(job.error(), cli::kCannotRun);
  if (const auto written = jobs::write_job(folder, *job, spec.outputs); !written)
    return cli::complain(written.error(), cli::kCannotRun);
  link_latest(folder);
  if (!spec.quiet)
    std::cout << "\n"
              << run::for_terminal(platform::Terminal(), parts::job_text(*job)) << "Results in " << folder.string() << "\n";
  return 0;
}

int conclude(const cli::RunSpec& spec, const std::vector<hosts::HostEnd>& ends, const Context& context) {
  int code = 0;
  fs::path job;
  for (const hosts::HostEnd& end : ends) {
    code = std::max(code, end.exit_code.value_or(cli::kCannotRun));
    if (!end.job.empty()) job = end.job;
  }
  int shown = 0;
  if (!job.empty())
    shown = merge_parts(spec, job, context);
  else if (!ends.front().folder.empty())
    shown = show_run(spec, ends.front().folder, context);
  return code == 0 ? shown : code;
}

}  // namespace

int run_on_hosts(const cli::RunLine& line, const Context& context) {
  remote::Luggage luggage;
  const auto orders = orders_of(line, context, luggage);
  if (!orders) return cli::complain(orders.error(), cli::kUsageError);
  if (line.host.remote_program.empty()) {
    auto packed = remote::pack_program(remote::own_program());
    if (!packed) return cli::complain(packed.error(), cli::kCannotRun);
    luggage = *std::move(packed);
  }
  platform::SignalQueue signals;  // before any thread
  hosts::Console console(line.spec.quiet, orders->size() > 1);
  return conclude(line.spec, hosts::run_on_hosts(*orders, line.spec.results_dir, signals, console), context);
}

int attach_to_host(const cli::RunLine& line, const std::string& host, const std::string& run, const Context& context) {
  if (const auto checked = cli::check_attached_to_host(context.line); !checked)
    return cli::complain(checked.error(), cli::kUsageError);
  const auto named = remote::Host::named(host);
  if (!named) return cli::complain(named.error(), cli::kUsageError);
  platform::SignalQueue signals;  // before any thread
  hosts::Console console(line.spec.quiet, false);
  return conclude(line.spec, {hosts::attach_to_host(*named, run, line.spec.results_dir, signals, console)}, context);
}

}  // namespace gpubench::commands
