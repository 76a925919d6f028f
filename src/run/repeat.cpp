#include "run/repeat.h"

#include <fmt/format.h>

#include <chrono>
#include <optional>
#include <utility>

#include "base/signal_name.h"
#include "base/try.h"
#include "base/version.h"
#include "cli/complain.h"
#include "cli/exit_codes.h"
#include "cli/invocation.h"
#include "exporting/figures/set_samples.h"
#include "platform/clock.h"
#include "platform/files.h"
#include "platform/process.h"
#include "platform/readable.h"
#include "platform/signals.h"
#include "platform/terminal.h"
#include "report/text.h"
#include "run/cool_down.h"
#include "run/idle_between.h"
#include "run/result_files.h"
#include "run/run.h"
#include "run/run_export.h"
#include "runs/run_directory.h"
#include "sets/order.h"
#include "sets/roles.h"
#include "sets/summary.h"
#include "sets/sweep_picture.h"
#include "sets/until.h"
#include "sets/value_findings.h"

namespace gpubench::run {
namespace {

using cli::complain;

constexpr const char* kStartTemperature = "start_temperature_not_reached";

// "4 min 10 s"
std::string time_text(base::Duration time) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(time).count();
  if (seconds < 60) return fmt::format("{} s", seconds);
  if (seconds < 3600) return fmt::format("{} min {:02} s", seconds / 60, seconds % 60);
  return fmt::format("{} h {:02} min", seconds / 3600, seconds / 60 % 60);
}

// One sitting of a set.
class Sitting {
 public:
  Sitting(SetJob job, const cli::Environment& environment)
      : set_(std::move(job.saved.set)),
        folder_(std::move(job.saved.folder)),
        specs_(std::move(job.specs)),
        environment_(environment),
        until_(sets::parse_until(set_.options.until).value_or(sets::Until())),
        order_(set_.seed, set_.variants.size()),
        idle_(specs_.front().idle_roll) {}

  int go() {
    if (const auto opened = open(); !opened) return complain(opened.error(), cli::kCannotRun);
    make_runs();
    if (set_.members.empty()) {
      runs::discard({folder_, set_.id, is_first_});
      return exit_code_;
    }
    if (const auto saved = sets::save_set(folder_, set_); !saved) failed(saved.error());
    if (set_.complete) static_cast<void>(runs::link_latest(results_dir(), {folder_, set_.id}));
    const auto drawn = sets::write_sweep_picture(folder_, set_, figures_);
    if (!drawn) failed(drawn.error());
    if (!quiet()) show(drawn && *drawn);
    if (specs_.front().exports) send();
    return exit_code_;
  }

 private:
  base::Result<void> open();
  void read_earlier_runs();
  void make_runs();
  void show(bool has_picture);
  void send();
  std::optional<sets::Slot> next_slot();
  [[nodiscard]] bool is_reached() const { return sets::is_reached(until_, set_, figures_); }
  [[nodiscard]] std::size_t most_blocks() const {
    return until_.rule == sets::Until::Rule::all_runs ? set_.options.runs : set_.options.max_runs;
  }
  bool make_run(const sets::Slot& slot);
  bool wait_before();
  void add_start_finding(const std::string& doubt);
  void begun(const sets::Slot& slot, const std::string& run_id);
  bool take(const RunEnd& end);
  void failed(const base::Error& error) { exit_code_ = complain(error, exit_code_ == 0 ? cli::kCannotRun : exit_code_); }
  void stopped_by(int signal);
  [[nodiscard]] std::string place_of(const sets::Slot& slot) const;
  [[nodiscard]] std::size_t planned() const { return set_.variants.size() * (set_.options.warmup + most_blocks()); }
  [[nodiscard]] std::string progress() const;
  [[nodiscard]] std::filesystem::path results_dir() const { return specs_.front().results_dir; }
  [[nodiscard]] std::string where() const;
  [[nodiscard]] bool quiet() const { return specs_.front().quiet; }

  sets::RunSet set_;
  std::filesystem::path folder_;
  std::vector<cli::RunSpec> specs_;
  const cli::Environment& environment_;
  const sets::Until until_;
  sets::BlockOrder order_;
  platform::SignalQueue signals_;  // before any thread
  platform::SystemClock clock_;
  platform::Terminal terminal_;
  IdleBetween idle_;
  sets::FiguresOfRuns figures_;
  std::optional<platform::FolderLock> lock_;
  bool is_first_ = false;       // the results folder was made for it
  std::size_t made_ = 0;        // runs of this sitting
  base::SteadyTime started_{};  // of this sitting
  int exit_code_ = 0;
};

base::Result<void> Sitting::open() {
  if (folder_.empty()) {
    const auto made = runs::make_run_directory(results_dir(), set_.id);
    if (!made) return base::failure(made.error());
    folder_ = made->path;
    set_.id = made->run_id;
    is_first_ = made->is_first;
  }
  lock_.emplace(folder_);
  if (!lock_->is_ours()) return base::failure("the set " + set_.id + " is under way", "wait for its end");
  read_earlier_runs();
  sets::leave_open_block(set_);
  set_.sittings.push_back({base::utc_text_milliseconds(clock_.wall_now()), platform::host_name(), base::kVersion});
  started_ = clock_.now();
  return sets::save_set(folder_, set_);
}

void Sitting::show(bool has_picture) {
  std::string files = "Set         " + (folder_ / "set.json").string() + "\n";
  if (has_picture) files += "Picture     " + (folder_ / sets::kSweepPicture).string() + "\n";
  if (set_.variants.size() > 1) files += "Compare     iris-gpubench compare " + set_.id + where() + "\n";
  terminal_.write("\n" + for_terminal(terminal_, sets::summary_text(set_, figures_)) + files);
}

// The set's own figures: its runs have been sent.
void Sitting::send() {
  const exporting::ExportSpec& to = specs_.front().exporting;
  const base::SteadyTime end = clock_.now() + to.drain;
  const auto enough = [&] { return platform::is_readable(signals_.fd()) || clock_.now() >= end; };
  const auto sent =
      export_figures(folder_, exporting::make_set_samples, {to, to.drain, false}, environment_.ca_file, clock_, enough);
  if (sent && sent->accepted == sent->recorded) return;
  complain({"the set's figures were not sent: " + (sent ? sent->reason : sent.error().message),
            "iris-gpubench export " + set_.id + where() + " sends them"},
           0);
}

void Sitting::read_earlier_runs() {
  for (const sets::Member& member : set_.members)
    if (auto figures = sets::read_figures(results_dir() / member.run)) figures_.emplace(member.run, *std::move(figures));
}

void Sitting::make_runs() {
  for (auto slot = next_slot(); slot; slot = next_slot())
    if (!wait_before() || !make_run(*slot)) break;
  set_.complete = !next_slot();
  const bool missed = set_.complete && until_.rule != sets::Until::Rule::all_runs && !is_reached();
  if (missed) set_.findings.push_back(sets::not_reached(until_, set_));
  sets::add_value_findings(set_, figures_);
}

std::optional<sets::Slot> Sitting::next_slot() {
  const auto slot = sets::next_slot(set_, order_, most_blocks());
  const bool begins_block =
      slot && slot->block == sets::blocks_made(set_) + 1 && slot->variant == order_.block(slot->block).front();
  return begins_block && is_reached() ? std::nullopt : slot;
}

// False: the set ends here.
bool Sitting::make_run(const sets::Slot& slot) {
  cli::RunSpec spec = specs_[slot.variant];
  spec.part_of.place_in_set = place_of(slot);
  if (!quiet()) terminal_.write("\n" + spec.part_of.place_in_set + "\n");
  signals_.allow(1);
  const Shared shared{signals_, [&](const std::string& run_id) { begun(slot, run_id); },
                      platform::own_resource_use().cpu_seconds, &idle_};
  const RunEnd end = run_once(spec, environment_, shared);
  ++made_;
  return take(end);
}

// The pause, and until the GPUs have cooled. False: the set ends here.
bool Sitting::wait_before() {
  std::optional<int> signal;
  if (set_.options.pause > base::Duration::zero() || set_.options.start_at) idle_.end();
  if (made_ > 0 && set_.options.pause > base::Duration::zero()) signal = signals_.wait(set_.options.pause);
  if (!signal && set_.options.start_at) {
    const auto cooled = cool_down(specs_.front().meter, *set_.options.start_at, clock_, signals_);
    if (!cooled) {
      failed(cooled.error());
      return false;
    }
    signal = cooled->signal;
    if (!cooled->doubt.empty()) add_start_finding(cooled->doubt);
  }
  if (signal) stopped_by(*signal);
  return !signal;
}

// Once for the set: the first run that it holds for says enough.
void Sitting::add_start_finding(const std::string& doubt) {
  for (const sets::SetFinding& finding : set_.findings)
    if (finding.name == kStartTemperature) return;
  set_.findings.push_back(
      {kStartTemperature, fmt::format("Not every run began at {:.0f} \u00b0C (--start-at): before run {} {}.",
                                      set_.options.start_at->celsius(), set_.members.size() + 1, doubt)});
}

// On disk before the run is measured: a set that is killed knows which run was under way.
void Sitting::begun(const sets::Slot& slot, const std::string& run_id) {
  sets::Member member;
  member.run = run_id;
  member.role = sets::Role::excluded;
  member.reasons = {std::string(sets::kNotFinished)};
  member.variant = set_.variants[slot.variant].name;
  member.block = slot.block;
  member.sitting = set_.sittings.size();
  set_.members.push_back(std::move(member));
  if (const auto saved = sets::save_set(folder_, set_); !saved) failed(saved.error());
}

// What the run came to. False: the set ends here.
bool Sitting::take(const RunEnd& end) {
  if (end.exit_code != 0 && exit_code_ == 0) exit_code_ = end.exit_code;
  if (end.run_id.empty()) {  // what was begun is gone
    if (!set_.members.empty() && !std::filesystem::exists(results_dir() / set_.members.back().run)) set_.members.pop_back();
    return false;
  }
  auto figures = sets::read_figures(results_dir() / end.run_id);
  if (!figures) {
    failed(figures.error().with_context(end.run_id));
    return false;
  }
  figures_.insert_or_assign(end.run_id, *std::move(figures));
  set_.members.back().reasons.clear();
  sets::assign_roles(set_, figures_);
  if (const auto saved = sets::save_set(folder_, set_); !saved) {
    failed(saved.error());
    return false;
  }
  if (!quiet()) terminal_.write(progress());
  if (!sets::is_made(set_.members.back())) return false;
  if (const auto signal = signals_.next()) {  // it came when the run was over
    stopped_by(*signal);
    return false;
  }
  return end.exit_code == 0 || set_.options.keep_going;
}

void Sitting::stopped_by(int signal) {
  exit_code_ = complain({base::signal_name(signal) + ": the set ends here",
                         "iris-gpubench --resume " + set_.id + where() + " goes on with it"},
                        cli::kSignalBase + signal);
}

// The option that other commands need to find the set.
std::string Sitting::where() const {
  const std::string folder = results_dir().string();
  return folder == cli::RunSpec().results_dir ? "" : " --results-dir " + cli::shell_quoted(folder);
}

// "Run 3 of 11 (warm-up)"
std::string Sitting::place_of(const sets::Slot& slot) const {
  std::size_t done = 0;
  for (const sets::Member& member : set_.members) done += sets::is_made(member) ? 1 : 0;
  const char* most = until_.rule == sets::Until::Rule::all_runs ? "" : "at most ";
  const std::string text = fmt::format("Run {} of {}{}", done + 1, most, planned());
  std::string more;
  if (set_.variants.size() > 1) base::add_item(more, set_.variants[slot.variant].name, ", ");
  if (slot.block == 0) base::add_item(more, "warm-up", ", ");
  return more.empty() ? text : text + " (" + base::one_line(more, 80) + ")";
}

std::string Sitting::progress() const {
  const sets::Member& member = set_.members.back();
  const sets::RunFigures& run = figures_.at(member.run);
  std::string text(sets::role_name(member.role));
  if (!member.reasons.empty()) text += " (" + base::joined(member.reasons, ", ") + ")";
  text += run.energy ? ", " + report::short_number(run.energy->joules(), 1) + " J" : ", energy not known";
  text += " in " + report::short_number(base::to_seconds(run.elapsed), 2) + " s";
  base::add_item(text, sets::so_far_text(set_, figures_, member.variant));
  std::size_t done = 0;
  for (const sets::Member& one : set_.members) done += sets::is_made(one) ? 1 : 0;
  if (done < planned() && made_ > 0) {
    const base::Duration each = (clock_.now() - started_) / static_cast<base::Duration::rep>(made_);
    base::add_item(text, (until_.rule == sets::Until::Rule::all_runs ? "about " : "at most about ") +
                             time_text(each * static_cast<base::Duration::rep>(planned() - done)) + " left");
  }
  return text + "\n";
}

}  // namespace

int run_set(SetJob job, const cli::Environment& environment) {
  return Sitting(std::move(job), environment).go();
}

}  // namespace gpubench::run
