#include "jobs/merge_job.h"

#include <algorithm>
#include <chrono>
#include <set>
#include <system_error>

#include "base/try.h"
#include "cli/complain.h"
#include "parts/job_beside.h"
#include "parts/job_document.h"
#include "parts/job_pictures.h"
#include "parts/job_power.h"
#include "parts/job_tables.h"
#include "parts/make_job.h"
#include "platform/files.h"
#include "platform/terminal.h"
#include "run/result_files.h"
#include "runs/cost_unfinished.h"
#include "runs/saved_run.h"

namespace gpubench::jobs {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> parts_in(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
    if (!entry->is_symlink(error) && parts::is_part(entry->path())) found.push_back(entry->path());
  std::sort(found.begin(), found.end());
  return found;
}

bool has_metrics(const fs::path& folder) {
  std::error_code error;
  return fs::exists(folder / "metrics.json", error);
}

// Makes the results of a part that was killed before it could.
base::Result<void> recover(const fs::path& folder, const carbon::Services& services) {
  const runs::RunDirectory directory{folder, folder.filename().string()};
  auto saved = runs::load_past_run(directory);
  if (!saved) return base::failure(saved.error());
  if (!saved->damage.empty()) cli::complain({directory.run_id + ": " + saved->damage, {}}, 0);
  runs::cost_unfinished(*saved, services);
  return run::write_reports(directory, saved->run, saved->series, report::TimeseriesFormat::none);
}

base::Result<parts::PartFigures> read_one(const fs::path& folder, const carbon::Services& services) {
  GPUBENCH_TRY(parts::read_part(folder));
  GPUBENCH_TRY(runs::check_over({folder, folder.filename().string()}));
  if (!has_metrics(folder)) GPUBENCH_TRY(recover(folder, services));
  return parts::read_figures(folder);
}

bool all_have_ended(const fs::path& group_folder) {
  std::set<int> ranks;
  std::optional<int> expected;
  for (const fs::path& folder : part_folders(group_folder)) {
    const auto part = parts::read_part(folder);
    if (!part || !part->ended) return false;
    if (!runs::check_over({folder, folder.filename().string()})) return false;  // its results are still being written
    for (const parts::RankRun& ran : part->ran) ranks.insert(ran.rank);
    if (part->ranks) expected = part->ranks;
  }
  return expected && ranks.size() >= static_cast<std::size_t>(std::max(*expected, 0));
}

}  // namespace

std::vector<fs::path> part_folders(const fs::path& folder) {
  if (parts::is_part(folder)) return {folder};
  auto found = parts_in(folder / "nodes");
  return found.empty() ? parts_in(folder) : found;
}

base::Result<parts::Job> read_job(const std::vector<fs::path>& folders, const carbon::Services& services) {
  std::vector<parts::PartFigures> figures;
  std::vector<parts::Missing> missing;
  for (const fs::path& folder : folders) {
    auto one = read_one(folder, services);
    if (one)
      figures.push_back(*std::move(one));
    else
      missing.push_back({folder.filename().string(), one.error().message});
  }
  return parts::make_job(std::move(figures), std::move(missing));
}

// Without a record nothing more is read: each of a job's processes asks, and there may be a part of each node.
base::Result<void> check_name_is_free(const fs::path& group_folder, const parts::Membership& member) {
  if (member.may_start_again || !has_metrics(group_folder)) return {};
  for (const fs::path& folder : part_folders(group_folder)) {
    const auto part = parts::read_part(folder);
    if (!part || !part->ended) continue;
    for (const parts::RankRun& ran : part->ran)
      if (ran.rank == member.rank)
        return base::failure("rank " + std::to_string(ran.rank) + " of the job " + member.group +
                                 " has ended already: its part is " + folder.string(),
                             "give this job another --group, the same to all of its processes");
  }
  return {};
}

void wait_for_parts(const fs::path& group_folder, base::Duration patience, const platform::Clock& clock,
                    const std::function<bool(base::Duration)>& give_up) {
  constexpr base::Duration kBetweenLooks = std::chrono::milliseconds(200);
  const base::SteadyTime end = clock.now() + patience;
  while (!all_have_ended(group_folder) && clock.now() < end)
    if (give_up(std::min(kBetweenLooks, end - clock.now()))) return;
}

bool conclude_job(const cli::RunSpec& spec, const carbon::Services& services, const fs::path& folder,
                  platform::SignalQueue& signals) {
  auto job = read_job(part_folders(folder), services);
  beside::InstalledSlurm slurm(signals.fd());
  const auto asked = job ? parts::ask_slurm(folder, *job, slurm) : base::Result<void>();
  if (!asked) cli::complain(asked.error(), 0);
  const auto written =
      job ? write_job(folder, *job, spec.outputs, signals.fd()) : base::Result<void>(base::failure(job.error()));
  if (!written) cli::complain(written.error(), 0);
  platform::Terminal terminal;
  if (written && !spec.quiet)
    terminal.write("\n" + run::for_terminal(terminal, parts::job_text(*job)) + "Results in " + folder.string() + "\n");
  return written.has_value();
}

void finish_job(const cli::RunSpec& spec, const carbon::Services& services, const parts::Membership& member,
                platform::SignalQueue& signals) {
  const platform::SystemClock clock;
  const fs::path folder = fs::path(spec.results_dir) / parts::id_of(member.group);
  wait_for_parts(folder, spec.part_of.merge_wait, clock,
                 [&](base::Duration time) { return signals.wait(time).has_value(); });
  conclude_job(spec, services, folder, signals);
}

base::Result<void> write_job(const fs::path& folder, const parts::Job& job, const report::OutputSpec& outputs,
                             int interrupt_fd) {
  base::Result<void> result;
  const auto keep = [&](const base::Result<void>& written) {
    if (result && !written) result = written;
  };
  const auto stream = [&](const char* name, void (*writer)(std::ostream&, const parts::Job&)) {
    keep(platform::stream_file_atomically(folder / name, [&](std::ostream& out) { writer(out, job); }));
  };
  stream("metrics.json", parts::write_job_json);
  stream("metrics.yml", parts::write_job_yaml);
  keep(platform::write_file_atomically(folder / "formatted_metrics.txt", parts::job_text(job)));
  keep(platform::write_file_atomically(folder / "ranks.csv", parts::ranks_csv(job)));
  if (!outputs.html && !outputs.plot) return result;
  const parts::JobPower power = parts::job_power(job);
  if (outputs.html) keep(parts::write_job_page(folder, job, power));
  if (!outputs.plot) return result;
  if (const auto drawn = parts::draw_job_plot(folder, job, power, outputs.plot_format, interrupt_fd); !drawn)
    cli::complain(drawn.error(), 0);
  return result;
}

}  // namespace gpubench::jobs
